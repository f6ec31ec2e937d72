import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client, Connection } from '@temporalio/client'
import { sql } from 'drizzle-orm'
import postgres from 'postgres'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { attentionList } from '../../api/contract/attention.ts'
import { dayResults, runList } from '../../api/contract/matching.ts'
import { sessionView } from '../../api/contract/signing.ts'
import { buildApp } from '../../api/app.ts'
import { createEvents } from '../../api/events.ts'
import { createCampaignControl } from '../../api/temporal/campaigns.ts'
import { createClockControl } from '../../api/temporal/clock.ts'
import { createLocalityControl } from '../../api/temporal/localities.ts'
import { approvalProcesses } from '../../api/temporal/process-names.ts'
import { readyChecks } from '../../api/temporal/processes.ts'
import { createRetryControl } from '../../api/temporal/retries.ts'
import { createSigningControl } from '../../api/temporal/signing.ts'
import { createTokens, newTokenKey } from '../../api/tokens.ts'
import { createApprovalStore } from '../../drizzle/stores/localities-approvals.ts'
import { contentPlace } from '../../drizzle/stores/records-conversion.ts'
import { createScheduleStore } from '../../drizzle/stores/sync-schedule.ts'
import { createNoticeChannel } from '../../gateways/notices/client.ts'
import { createPerson } from '../../sandbox/people.ts'
import { enterPeople } from '../../sandbox/population-database.ts'
import { sweepNotices } from '../../worker/sweeps.ts'
import { createCampaign, createWindow } from '../support/parked-windows.ts'
import { gatewaysTo, startProduct, until, type Product } from '../support/product.ts'
import { SANDBOX_SECRET, startSandbox, type Sandbox } from '../support/sandbox.ts'

/** A body whose records are matched, and one that takes part in a campaign. */
const MATCHED = 'G09'
const BODY = 'H26'
const RECORDS = 12
const SEED = 5
const people = Array.from({ length: RECORDS }, (_, index) => ({
  ...createPerson(SEED, MATCHED, index),
  status: 'alive' as const,
}))
const DAYS = ['2025-09-11', '2025-09-12', '2025-09-13']

type Somebody = Awaited<ReturnType<Product['logIn']>>
let sandbox: Sandbox
let product: Product
let operator: Somebody
let coordinator: Somebody
let signer: Somebody
let campaignId: string
let sessionId: string

beforeAll(async () => {
  sandbox = await startSandbox()
  await enterPeople(sandbox.journal, people)
  product = await startProduct(gatewaysTo(sandbox.url))
  operator = await product.logIn('ministry-operator')
  coordinator = await product.logIn('ministry-coordinator')
  signer = await product.logIn('locality-signer', BODY)
  await product.standAt('2025-07-11T09:00:00+07:00')
  const launched = await coordinator.post('/v1/campaigns', { localityCodes: [BODY] })
  ;({ campaignId } = launched.json<{ campaignId: string }>())
  sandbox.faults.set('signature-service', { kind: 'outage' })
  await orderSignature()
  await product.standAt(`${DAYS[2]}T09:00:00+07:00`)
}, 120_000)
afterAll(async () => {
  await product[Symbol.asyncDispose]()
  await sandbox[Symbol.asyncDispose]()
})

const readSession = async () =>
  sessionView.parse((await signer.get(`/v1/signing-sessions/${sessionId}`)).json())
/** One record has a version that nobody signed yet. */
async function orderSignature(): Promise<void> {
  await createWindow(product.database, campaignId, {
    localityCode: BODY,
    day: '2025-09-03',
    pending: 1,
    accepted: 0,
  })
  await product.db.execute(sql`
    insert into record_versions (record_id, version_no, content_no, locality_code, unit_code, leaf, cause, occurred_at)
    select record_id, 2, 1, locality_code, unit_code, sha256(leaf), 'correction', now() from records where locality_code = ${BODY}`)
  await product.db.execute(sql`
    update records set current_no = 2, leaf = sha256(leaf) where locality_code = ${BODY}`)
  const opened = await signer.post(`/v1/localities/${BODY}/signing-sessions`)
  ;({ sessionId } = opened.json<{ sessionId: string }>())
  await until(readSession, ({ state }) => state === 'waiting-for-signer')
  await signer.post(`/v1/signing-sessions/${sessionId}/sign`)
}

/** A body in daily matching whose records say what the register says. */
async function createMatched(): Promise<string> {
  const { database, db } = product
  const matching = await createCampaign(database, ['2025-09-03'])
  await createWindow(database, matching, {
    localityCode: MATCHED,
    day: '2025-09-03',
    pending: 0,
    accepted: RECORDS,
  })
  const records = await db.execute<{ id: string; source: string; code: string }>(sql`
    select record_id as id, s.code as source, record_code as code from records join source_systems s using (source_id)
    where records.locality_code = ${MATCHED} order by record_id`)
  for (const [index, { id, source, code }] of records.entries()) {
    const { personalId, fullName, birthDate, gender } = people[index] ?? createPerson(SEED, MATCHED, index)
    const content = { personal_id: personalId, full_name: fullName, birth_date: birthDate, gender }
    const sealed = database.keyring.seal(contentPlace(source, code, 1), Buffer.from(JSON.stringify(content)))
    await asOwner(
      `update record_contents set sealed = '\\x${Buffer.from(sealed).toString('hex')}' where record_id = ${id}`,
    )
  }
  await db.execute(sql`
    insert into locality_stages (campaign_id, locality_code, stage, stage_no, sequence, state, due_at, changed_at)
    values (${matching}, ${MATCHED}, 'match-daily', 7, 1, 'open', now(), now())`)
  return matching
}
async function asOwner(statement: string): Promise<void> {
  const owner = postgres(product.database.ownerUrl, { max: 1, onnotice: () => {} })
  await owner.unsafe(statement)
  await owner.end()
}

async function match(matching: string, day: string) {
  await operator.post('/v1/matching-runs', { campaignId: matching, day })
  await until(
    async () => runList.parse((await operator.get(`/v1/matching-runs?campaignId=${matching}`)).json()).runs,
    (runs) => runs.some((run) => run.day === day && run.finishedAt !== null),
  )
  const { localities } = dayResults.parse((await operator.get(`/v1/matching-runs/${matching}/${day}`)).json())
  const opened = await product.db.execute(sql`select 1 from discrepancies where locality_code = ${MATCHED}`)
  return { ...localities[0], opened: opened.length }
}

test('a register that leaves people out or is away fails the body’s day and opens nothing; the next day asks again', async () => {
  const matching = await createMatched()
  const [first = '', second = '', third = ''] = DAYS
  sandbox.faults.set('population-database', { kind: 'partial-answers', share: 0.5, seed: 1 })
  expect(await match(matching, first)).toMatchObject({
    state: 'failed',
    reason: 'answer-incomplete',
    opened: 0,
  })
  sandbox.faults.set('population-database', { kind: 'outage' })
  expect(await match(matching, second)).toMatchObject({
    state: 'failed',
    reason: 'receiver-unavailable',
    opened: 0,
  })
  sandbox.faults.set('population-database', { kind: 'duplicate-answers' })
  expect(await match(matching, third)).toMatchObject({
    state: 'done',
    asked: RECORDS,
    matched: RECORDS,
    opened: 0,
  })
})

test('letters that the channel does not take wait, and each is received once, whatever becomes of its answer', async () => {
  const channel = createNoticeChannel({
    url: `${sandbox.url}/notices`,
    secret: SANDBOX_SECRET,
    timeoutMs: 1_000,
  })
  const waiting = () =>
    product.db.execute<{ id: string }>(sql`
      select notice_id as id from notices where delivered_at is null order by notice_id`)
  const written = await until(waiting, ({ length }) => length > 0)
  sandbox.faults.set('notices', { kind: 'outage', times: written.length })
  expect(await sweepNotices(product.stores.notices, channel)).toBe(0)
  expect(await waiting()).toEqual(expect.arrayContaining([...written]))
  sandbox.faults.set('notices', { kind: 'commit-then-timeout', delayMs: 0, times: written.length })
  await until(
    async () => {
      await sweepNotices(product.stores.notices, channel)
      return waiting()
    },
    ({ length }) => length === 0,
  )
  const received = await sandbox.journal<{ id: string; times: number }[]>`
    select notice_id as id, times from notices order by notice_id`
  expect(received.map(({ id }) => id)).toEqual(expect.arrayContaining(written.map(({ id }) => id)))
  expect(new Set(received.map(({ id }) => id)).size).toBe(received.length)
  expect(Math.max(...received.map(({ times }) => times))).toBeGreaterThan(1)
})

/** The same API, with nobody at the engine’s address. */
async function buildAppWithoutEngine() {
  const { stores, db } = product
  const connection = Connection.lazy({ address: '127.0.0.1:9', connectTimeout: '500ms' })
  const client = new Client({ connection, namespace: product.namespace })
  const folder = mkdtempSync(join(tmpdir(), 'dongbo-key-'))
  const keyFile = join(folder, 'token-key.pem')
  writeFileSync(keyFile, newTokenKey(), { mode: 0o600 })
  const tokens = await createTokens(keyFile, stores.access)
  const app = await buildApp({
    ...stores,
    approvals: createApprovalStore(db, approvalProcesses),
    schedule: createScheduleStore(db, approvalProcesses),
    tokens,
    localityControl: createLocalityControl(client),
    campaignControl: createCampaignControl(client),
    clockControl: createClockControl(client),
    retryControl: createRetryControl(client),
    signingControl: createSigningControl(client),
    installation: { mode: 'live', rehearsalLogIns: [] },
    events: createEvents(),
    readyChecks: readyChecks(client, () => stores.clock.now()),
  })
  return {
    app,
    headersOf: async ({ subject }: Somebody) => ({ authorization: `Bearer ${await tokens.issue(subject)}` }),
    async [Symbol.asyncDispose]() {
      await app.close()
      await connection.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

test('without the engine lists are answered, an act is not known to be done, and with the same key it is done once', async () => {
  await using lonely = await buildAppWithoutEngine()
  const headers = await lonely.headersOf(coordinator)
  const url = `/v1/campaigns/${campaignId}/localities/${BODY}`
  const hold = { reason: 'An inspection is under way' }
  expect((await lonely.app.inject({ url, headers })).json()).toMatchObject({ openStage: 'select-software' })
  expect((await lonely.app.inject({ url: '/readyz' })).statusCode).toBe(503)
  const key = randomUUID()
  const unknown = await lonely.app.inject({
    method: 'POST',
    url: `${url}/hold`,
    headers: { ...headers, 'idempotency-key': key },
    payload: hold,
  })
  expect(unknown.json()).toMatchObject({ status: 503, code: 'outcome-unknown' })
  expect(unknown.headers['retry-after']).toBe('2')
  for (let time = 0; time < 2; time += 1)
    expect((await coordinator.post(`${url}/hold`, hold, key)).statusCode).toBe(200)
  const held = await product.db.execute(sql`
    select 1 from stage_acts where campaign_id = ${campaignId} and kind = 'hold' and effective_sequence is not null`)
  expect(held).toHaveLength(1)
  expect((await coordinator.post(`${url}/resume`, { reason: 'It is over' })).statusCode).toBe(200)
})

test('a signature service that is away parks the session, which is signed after a retry', async () => {
  const items = await until(
    async () => attentionList.parse((await operator.get('/v1/attention-items')).json()).items,
    (found) => found.some(({ kind }) => kind === 'signing'),
    60_000,
  )
  const parked = items.find(({ kind }) => kind === 'signing')
  expect(parked).toMatchObject({ localityCode: BODY, reason: 'receiver-unavailable' })
  sandbox.faults.set('signature-service', null)
  const decision = { decision: 'retry', reason: 'The service is back' }
  await operator.post(`/v1/attention-items/${parked?.itemId}/decide`, decision)
  expect(await until(readSession, ({ state }) => state === 'signed')).toMatchObject({ records: 1 })
})
