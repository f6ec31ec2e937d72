import { createHash, randomUUID } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { z } from 'zod'
import { beginLocality } from '../../domain/localities-process.ts'
import { STAGES } from '../../domain/stages.ts'
import { LIVE_CLOCK } from '../../domain/clock.ts'
import { createApprovalStore } from '../../drizzle/stores/localities-approvals.ts'
import { approvalProcesses } from '../../api/temporal/process-names.ts'
import { syncWindowWorkflowId } from '../../workflows/contract/sync-windows.ts'
import { ask, convert, type Api, type Person } from './fixture.ts'

/** What stands where in an address: an object of every kind that a path can name. */
export type Objects = Readonly<Record<string, string>>
export interface Body {
  readonly code: string
  readonly officer: Person
  readonly second: Person
  readonly signer: Person
  readonly machine: Person
  readonly objects: Objects
}

export const MATCH_DAY = '2025-09-11'
export const recordLine = (code: string, number: number, personalId = `0010900000${number}`) =>
  `${code}-${number},${personalId},Người ${code} ${number},1990-01-02,nam,${code}.01`
export const recordsFile = (...lines: readonly string[]) =>
  ['record_code,personal_id,full_name,birth_date,gender,unit_code', ...lines, ''].join('\n')
export const unitsFile = (code: string, name = 'Sở Nội vụ') =>
  [
    'code,name,parent_code,kind,valid_from,valid_to,predecessor_codes,decision_no',
    `${code},Gốc ${code},,province,2025-07-01,,,1`,
    `${code}.01,${name},${code},department,2025-07-01,,,2`,
    '',
  ].join('\n')
export const FINDINGS = Object.fromEntries(
  ['unit-tree-api', 'dossier-api', 'agency-codes', 'two-level-government', 'role-based-access'].map(
    (code) => [code, true],
  ),
)

const anyIds = z.record(z.string(), z.unknown())
/** Asks for what must succeed; answers the id of that name in the answer. */
async function made(
  api: Api,
  person: Person,
  url: string,
  body: string | object,
  id: string | null = null,
): Promise<string> {
  const answer = await ask(api, person, { method: 'POST', url, body })
  if (answer.status >= 300) throw new Error(`${url}: ${answer.body}`)
  return id === null ? '' : String(anyIds.parse(JSON.parse(answer.body))[id])
}

/** A campaign that the bodies take part in, on a day of July. */
export async function launch(api: Api, codes: readonly string[]): Promise<string> {
  await api.stores.clock.anchor({
    speed: 0,
    runningSpeed: 86_400,
    cause: 'pause',
    actor: null,
    campaignMs: Date.parse('2025-07-11T09:00:00+07:00'),
  })
  const coordinator = await api.logIn('ministry-coordinator')
  return made(api, coordinator, '/v1/campaigns', { localityCodes: codes }, 'campaignId')
}

/** A body that has been through all stages, with one object of every kind that the API knows. */
export async function createBody(api: Api, campaignId: string, code: string): Promise<Body> {
  const officer = await api.logIn('locality-officer', code)
  const second = await api.logIn('locality-officer', code)
  const signer = await api.logIn('locality-signer', code)
  const machine = await api.logIn('machine', code)
  const operator = await api.logIn('ministry-operator')
  const at = `/v1/localities/${code}`
  const source = `${code}-1`
  const system = { code: source, name: `Phần mềm ${code}`, vendor: 'A', predecessorCode: code }
  await made(api, officer, `${at}/source-systems`, system)
  await made(api, officer, `${at}/software-assessments`, { source, findings: FINDINGS })
  await made(api, officer, `${at}/software-choice`, { source, scenario: 'one-predecessor' })
  await made(api, officer, `${at}/key-administrators`, { fullName: 'Trần Thị Bình', contact: '024 0000' })
  const keyId = await made(api, operator, `${at}/connection-keys`, { source }, 'keyId')
  await made(api, officer, `/v1/campaigns/${campaignId}/localities/${code}/stages/select-software/submit`, {})

  const treeId = await made(api, officer, `${at}/units`, unitsFile(code), 'treeId')
  await approve(api, campaignId, code, 'build-unit-codes')
  const intakes = `${at}/intakes?source=${source}`
  const file = recordsFile(recordLine(code, 11), recordLine(code, 12), recordLine(code, 13, '123'))
  const intakeId = await made(api, officer, intakes, file, 'intakeId')
  await convert(api, { intakeId, localityCode: code })
  await sign(api, code, await freeze(api, code, signer))

  await made(api, officer, `${at}/sync-slots`, { day: '2025-09-03' })
  await approve(api, campaignId, code, 'schedule-sync')
  const windowId = await sendHalf(api, code)
  const itemId = await park(api, campaignId, code, windowId)
  const { retryId, token } = await previewRetry(api, campaignId, code)
  await match(api, campaignId, code)
  await project(api, campaignId, code)

  const more = await made(api, machine, intakes, recordsFile(recordLine(code, 14)), 'intakeId')
  await convert(api, { intakeId: more, localityCode: code })
  const sessionId = await freeze(api, code, signer)
  const verifications = `/v1/campaigns/${campaignId}/verifications`
  const verificationId = await made(api, operator, verifications, { localityCode: code }, 'verificationId')
  const objects = {
    campaignId,
    code,
    intakeId,
    sessionId,
    windowId,
    itemId,
    keyId,
    treeId,
    retryId,
    token,
    verificationId,
    day: MATCH_DAY,
  }
  return { code, officer, second, signer, machine, objects }
}

type ApprovedStage = 'build-unit-codes' | 'schedule-sync'
async function approve({ db }: Api, campaignId: string, code: string, stage: ApprovedStage): Promise<void> {
  const occurredMs = Date.parse('2025-07-12T09:00:00+07:00')
  const approval = { campaignId, code, stage, actor: randomUUID(), occurredMs }
  await createApprovalStore(db, approvalProcesses).approve(approval)
}

/** A session over what is unsigned, that waits for its signer. */
async function freeze(api: Api, code: string, signer: Person): Promise<string> {
  const { signing } = api.stores
  const sessionId = await made(api, signer, `/v1/localities/${code}/signing-sessions`, {}, 'sessionId')
  await signing.listLeaves(sessionId, code)
  const leaves = (await signing.readLeaves(sessionId, 0, 100)).length
  const manifest = `manifest of ${code}`
  await signing.freeze(sessionId, { leaves, root: Buffer.alloc(32, 1), manifest }, 1)
  return sessionId
}
async function sign({ stores }: Api, code: string, sessionId: string): Promise<void> {
  await stores.signing.order(sessionId, code, randomUUID(), 2)
  await stores.signing.keepSignature({
    sessionId,
    localityCode: code,
    cms: Buffer.from('signature'),
    certificateSha256: createHash('sha256').update(code).digest(),
    nowMs: 3,
  })
}

/** The first of two records is acknowledged, the second is not. */
async function sendHalf({ db, stores }: Api, code: string): Promise<string> {
  const [window] = await db.execute<{ window_id: string }>(
    sql`select window_id from sync_windows where locality_code = ${code}`,
  )
  const windowId = window?.window_id ?? ''
  await stores.windows.prepare(windowId, code, 1)
  await stores.windows.takeLease(windowId, 1)
  const batch = await stores.windows.nextBatch(windowId, code, 1, 1)
  const results = (batch?.recordIds ?? []).map((recordId) => ({
    recordId,
    receipt: randomUUID(),
    reason: null,
  }))
  await stores.windows.recordAnswer({ windowId, batchNo: batch?.batchNo ?? 0, lease: 1, results })
  return windowId
}

async function park({ db, stores }: Api, campaignId: string, code: string, windowId: string) {
  await stores.windows.park(windowId, 1, 'receiver-unavailable', 1)
  await stores.attention.open({
    campaignId,
    localityCode: code,
    kind: 'sync-window',
    subject: syncWindowWorkflowId(windowId),
    parkingNo: 1,
    reason: 'receiver-unavailable',
    choices: ['retry', 'skip'],
    occurredMs: 1,
  })
  const [item] = await db.execute<{ item_id: string }>(
    sql`select item_id from attention_items where locality_code = ${code}`,
  )
  return item?.item_id ?? ''
}

/** A retry of the body's windows that waits for its confirmation. */
async function previewRetry({ stores }: Api, campaignId: string, code: string) {
  const retryId = randomUUID()
  const filter = { localityCodes: [code], reasons: null }
  const order = { retryId, campaignId, filter, perMinute: 60, previewedBy: randomUUID() }
  return { retryId, token: (await stores.retries.preview('national', order)).token }
}

async function match({ stores }: Api, campaignId: string, code: string): Promise<void> {
  const { matching } = stores
  const [candidate] = await matching.readCandidates(code, 0, 10)
  if (candidate === undefined) throw new Error('nothing was acknowledged')
  const days = { reviewDueOn: '2025-09-16', correctionDueOn: '2025-09-26' }
  const { recordId, versionNo, unitCode } = candidate
  const verdict = { verdict: 2, fieldBits: 1, fields: ['full_name'], answer: '{}' }
  const results = [{ recordId, versionNo, unitCode, ...verdict }]
  await matching.writePage({ campaignId, day: MATCH_DAY, localityCode: code, results, ...days })
  const counts = { inScope: 1, asked: 1, matched: 0, changed: 1, occurredAt: 1 }
  await matching.writeDay({ campaignId, day: MATCH_DAY, localityCode: code, state: 'done', ...counts })
}

/** The lists of a body as its process writes them, with a letter. */
async function project({ stores }: Api, campaignId: string, localityCode: string): Promise<void> {
  const { stages } = beginLocality({
    campaignId,
    localityCode,
    rules: { letterIntervalDays: 7, escalationDays: null },
    clock: LIVE_CLOCK,
    launchedMs: 0,
    dues: STAGES.map((stage) => ({ stage, dueMs: 1 })),
  })
  const letter = { kind: 'urging-letter', number: 1, occasion: 'letter-1', recipient: 'leadership' } as const
  const text = { subject: `Đôn đốc ${localityCode}`, text: `Gửi ${localityCode}`, onDay: '2025-07-27' }
  await stores.projections.project({
    campaignId,
    localityCode,
    sequence: 1,
    openStage: 'select-software',
    held: false,
    ended: false,
    nextMs: null,
    stages,
    effects: [],
    notices: [{ stage: 'select-software', ...letter, ...text, newDate: null, occurredMs: 1 }],
    nowMs: 1,
  })
}
