import { afterAll, beforeAll, expect, test } from 'vitest'
import { tokenView } from '../../api/contract/access.ts'
import { findingList, verificationView } from '../../api/contract/verifications.ts'
import { LOCALITIES } from '../../domain/localities.ts'
import { createRandom } from '../../sandbox/random.ts'
import { type } from '../cli/scene.ts'
import { bringAllTo, hireCrew, sendWindows, type Crew } from '../support/campaign.ts'
import { createProcesses, type ProductProcesses } from '../support/processes.ts'
import { until } from '../support/product.ts'
import { startSandbox, type Sandbox } from '../support/sandbox.ts'

const SEED = 1
const CODES = ['G09', 'H14', 'H18', 'H24']
const PEOPLE = 700
/** By then every body is past the first day on which it would take up a stage. */
const DAY = '2025-09-06'

let sandbox: Sandbox
let product: ProductProcesses
let crew: Crew
let campaignId: string

beforeAll(async () => {
  const bodies = LOCALITIES.filter(({ code }) => CODES.includes(code))
  sandbox = await startSandbox({ seed: SEED, bodies, perBody: PEOPLE })
  product = await createProcesses({ mode: 'rehearsal', sandboxUrl: sandbox.url })
  await product.standAt(`${DAY}T09:00:00+07:00`)
  await product.start('api', 'workflow', 'work')
  crew = await hireCrew((role, code) => product.logIn(role, code), {
    codes: CODES,
    seed: SEED,
    sandboxUrl: sandbox.url,
  })
  const launched = await crew.coordinator.post('/campaigns', { localityCodes: CODES })
  campaignId = String(launched['campaignId'])
  await bringAllTo(crew, campaignId, 'sync-records', { day: DAY, withinMs: 90_000 })
  await sendWindows(crew, campaignId, { standAt: (instant) => product.standAt(instant), withinMs: 60_000 })
  await bringAllTo(crew, campaignId, 'match-daily', { day: DAY, withinMs: 30_000 })
}, 180_000)
afterAll(async () => {
  await product[Symbol.asyncDispose]()
  await sandbox[Symbol.asyncDispose]()
})

async function verify(body: { localityCode?: string; windowId?: string } = {}) {
  const ordered = await crew.coordinator.post(`/campaigns/${campaignId}/verifications`, body)
  const path = `/verifications/${String(ordered['verificationId'])}`
  const done = await until(
    () => crew.coordinator.get(verificationView, path),
    ({ state }) => state !== 'running',
    60_000,
  )
  const findings: (typeof findingList)['_output']['findings'] = []
  for (let after: string | null = ''; after !== null;) {
    const query: string = after === '' ? '' : `&after=${encodeURIComponent(after)}`
    const page = await crew.coordinator.get(findingList, `${path}/findings?limit=1000${query}`)
    findings.push(...page.findings)
    after = page.next
  }
  return { ...done, findings }
}

/** `dongbo verify`, typed by an auditor. */
async function typeVerify(...words: readonly string[]) {
  const name = `auditor-${crypto.randomUUID()}`
  await product.logIn('auditor', null, name)
  const answer = await fetch(`${product.apiUrl}/v1/access-tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name, password: `${name}-password` }),
  })
  const { accessToken } = tokenView.parse(await answer.json())
  const environment = { DONGBO_API_URL: product.apiUrl, DONGBO_TOKEN: accessToken }
  return type(['verify', ...words], { environment })
}

test('a campaign in which nothing happened is clean, and everything in it was looked at', async () => {
  const { state, found, findings, checked, parts, done } = await verify()
  expect({ state, found, findings }).toEqual({ state: 'clean', found: {}, findings: [] })
  expect(done).toBe(parts)
  expect(parts).toBe(CODES.length + 1)
  expect(checked['lines']).toBe(CODES.length * PEOPLE)
  expect(checked['versions']).toBeGreaterThan(2_000)
  expect(checked['applied']).toBe(checked['items'])
  expect(checked['sessions']).toBe(CODES.length)
  expect(checked['stages']).toBe(CODES.length * 7)
  const typed = await typeVerify('--language', 'en')
  expect(typed).toMatchObject({ code: 0, out: expect.stringContaining('nothing lost, doubled or altered') })
})

/** Every accepted version with where it stands: what can be lost, doubled or altered. */
interface Place {
  readonly record_id: string
  readonly record: string
  readonly version_no: number
  readonly intake_id: string
  readonly page_no: number
  readonly window_id: string
  readonly session_id: string
}
const named = (all: readonly Place[]) => all.map(({ record }) => record)
const idsOf = (places: readonly Place[]) =>
  `array[${places.map(({ record_id }) => record_id).join(',')}]::bigint[]`

/** Past every constraint and trigger, as only a broken disk or a person with the owner's password could. */
const damage = (statements: string) =>
  product.ownerSql(`begin; set local session_replication_role = replica; ${statements}; commit`)

async function readPlaces(): Promise<Place[]> {
  const rows = await product.ownerRows<Place>(`
    select r.record_id, s.code || '/' || r.record_code as record, r.current_no as version_no, c.intake_id, c.page_no, i.window_id,
      i.session_id
    from records r join source_systems s using (source_id) join record_contents c using (record_id)
    join sync_items i using (record_id) where i.state = 'a' order by r.record_id`)
  const random = createRandom(SEED, 'damage')
  return rows
    .map((row) => [random(), row] as const)
    .toSorted(([one], [other]) => one - other)
    .map(([, row]) => row)
}

test('500 losses, 500 doublings and 500 alterations at random are all found, and nothing else', async () => {
  const places = await readPlaces()
  expect(places.length).toBeGreaterThan(1_500)
  const take = (count: number) => places.splice(0, count)
  const inJournal = (all: readonly Place[]) =>
    sandbox.journal`select sequence from journal where record = any(${named(all)})`

  // Losses: at the receiver, a version, a content, an item of a window.
  const [unapplied, unversioned, emptied, unlisted] = [take(150), take(100), take(150), take(100)]
  await sandbox.journal`delete from journal where record = any(${named(unapplied)})`
  await damage(`
    delete from record_versions where record_id = any(${idsOf(unversioned)});
    delete from record_contents where record_id = any(${idsOf(emptied)});
    delete from sync_items where record_id = any(${idsOf(unlisted)})`)
  // Doublings: applied a second time; a second content of the same record.
  const [applied, doubled] = [take(400), take(100)]
  expect(await inJournal(applied)).toHaveLength(400)
  await sandbox.journal`
    insert into journal (locality_code, record, version_no, leaf, receipt, window_id)
    select locality_code, record, version_no, leaf, gen_random_uuid(), window_id from journal where record = any(${named(applied)})`
  await damage(`
    insert into record_contents select record_id, content_no + 1, locality_code, sealed, content_hash, intake_id, page_no, line + 100000
    from record_contents where record_id = any(${idsOf(doubled)})`)
  // Alterations: at the receiver, of receipts, verdicts, versions, contents, hashes, current rows and signed leaves.
  const [elsewhere, receipts, verdicts] = [take(100), take(50), take(50)]
  const [leaves, contents, hashes, units, signed] = [take(100), take(100), take(50), take(40), take(10)]
  await sandbox.journal`update journal set leaf = reverse(leaf) where record = any(${named(elsewhere)})`
  await damage(`
    update sync_items set receipt = gen_random_uuid() where record_id = any(${idsOf(receipts)});
    update sync_items set state = 'r', receipt = null, reason = 'altered' where record_id = any(${idsOf(verdicts)});
    update record_versions set leaf = sha256(leaf) where record_id = any(${idsOf(leaves)});
    update record_contents set sealed = set_byte(sealed, 40, get_byte(sealed, 40) # 1) where record_id = any(${idsOf(contents)});
    update record_contents set content_hash = sha256(content_hash) where record_id = any(${idsOf(hashes)});
    update records set unit_code = unit_code || 'X' where record_id = any(${idsOf(units)});
    update signing_leaves set leaf = sha256(leaf) where record_id = any(${idsOf(signed)})`)

  const { state, findings } = await verify()
  expect(state).toBe('found')
  const recordsNamed = new Set(findings.flatMap(({ subject }) => (subject.includes('/') ? [subject] : [])))
  const all = [unapplied, unversioned, emptied, unlisted, applied, doubled, elsewhere, receipts, verdicts]
  const planted = new Set([...all, leaves, contents, hashes, units, signed].flatMap(named))
  expect(planted.size).toBe(1_500)
  expect(recordsNamed).toEqual(planted)
  // What is named beside records is what holds them.
  const pages = [...emptied, ...doubled].map(({ intake_id, page_no }) => `${intake_id}#${page_no}`)
  const holders = new Set([
    ...pages,
    ...unlisted.map(({ window_id }) => window_id),
    ...signed.map(({ session_id }) => session_id),
  ])
  expect(new Set(findings.flatMap(({ subject }) => (subject.includes('/') ? [] : [subject])))).toEqual(
    holders,
  )
  const rulesOf = (place: readonly Place[]) => {
    const subjects = new Set(named(place))
    return [
      ...new Set(findings.flatMap(({ subject, rule }) => (subjects.has(subject) ? [rule] : []))),
    ].toSorted()
  }
  expect({
    unapplied: rulesOf(unapplied),
    applied: rulesOf(applied),
    elsewhere: rulesOf(elsewhere),
    contents: rulesOf(contents),
    verdicts: rulesOf(verdicts),
    unlisted: rulesOf(unlisted),
  }).toEqual({
    unapplied: ['accepted-not-applied'],
    applied: ['applied-twice'],
    elsewhere: ['applied-differs'],
    contents: ['content-altered'],
    verdicts: ['applied-and-rejected'],
    unlisted: ['applied-not-sent', 'signed-not-sent'],
  })

  const { code, out } = await typeVerify('--body', 'H14', '--json')
  const [, ...printed] = out.trim().split('\n')
  const lines = printed.flatMap((page) => findingList.parse(JSON.parse(page)).findings)
  expect(code).toBe(1)
  expect(lines).toEqual(findings.filter(({ part }) => part === 'H14'))
})

test('a deleted, an altered and an added audit entry break the chain where they stand', async () => {
  await damage(`
    delete from audit_entries where scope = 'G09' and sequence = 5;
    update audit_entries set detail = detail || '{"altered":true}' where scope = 'H14' and sequence = 7;
    update audit_entries set actor = gen_random_uuid() where scope = 'national' and sequence = 1`)
  const { findings } = await verify()
  const broken = findings
    .filter(({ rule }) => rule.startsWith('audit-'))
    .map(({ rule, subject }) => `${subject} ${rule}`)
  expect(broken.toSorted()).toEqual([
    'G09#6 audit-entry-missing',
    'H14#7 audit-entry-altered',
    'national#1 audit-entry-altered',
  ])
})

test('a window can be verified alone, and a body whose receiver does not answer is not called clean', async () => {
  const [window] = await product.ownerRows<{ window_id: string }>(
    `select window_id from sync_windows where locality_code = 'H24'`,
  )
  const windowId = window?.window_id ?? ''
  const alone = await verify({ localityCode: 'H24', windowId })
  expect(alone.checked['items']).toBeGreaterThan(500)
  expect(new Set(alone.findings.map(({ part }) => part))).toEqual(new Set(['H24']))
  expect(alone.checked['lines']).toBeUndefined()

  sandbox.faults.set('personnel-database', { kind: 'outage' })
  const { state, problems } = await verify({ localityCode: 'H24', windowId })
  expect({ state, problems }).toEqual({
    state: 'incomplete',
    problems: [{ part: 'H24', reason: 'receiver-unavailable' }],
  })
  sandbox.faults.set('personnel-database', null)
})
