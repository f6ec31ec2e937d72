import { createHash } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { windowList } from '../../api/contract/sync-windows.ts'
import { LOCALITIES } from '../../domain/localities.ts'
import { createPersonnelDatabase, type PersonnelDatabase } from '../../gateways/personnel-database/client.ts'
import { GatewayFailure } from '../../gateways/request.ts'
import { buildSandbox } from '../../sandbox/app.ts'
import { createFaults, type Fault, type Faults } from '../../sandbox/faults.ts'
import { syncWindowWorkflowId } from '../../workflows/contract/sync-windows.ts'
import { addCapacity, createCampaign, createWindow, orderWindow } from '../support/parked-windows.ts'
import { gatewaysTo, startProduct, until, type Product } from '../support/product.ts'
import { SANDBOX_SECRET, startSandbox, type Sandbox } from '../support/sandbox.ts'

const RECORDS = 30
const DAY = '2025-09-03'
/** Nobody has room on the next day, so what is late goes to the one after. */
const FULL_DAY = '2025-09-04'
const NEXT_DAY = '2025-09-05'
/** We give up before. */
const TOO_LATE_MS = 60_000
/** Places of the poisoned records: the first, the last, two neighbours. */
const POISONED = [0, 12, 13, RECORDS - 1]
const POISON = { kind: 'poisoned-records', share: 1, seed: 1 } as const

/** By name, what happens to a window. */
const FAULTS = {
  late: { kind: 'latency', delayMs: 400 },
  failing: { kind: 'server-error', times: 3 },
  busy: { kind: 'too-many-requests', times: 8, retryAfterSeconds: 1 },
  busyLater: { kind: 'too-many-requests', times: 8, retryAfterSeconds: 1 },
  unheard: { kind: 'commit-then-timeout', delayMs: 50, times: 2 },
  dripping: { kind: 'slow-drip', delayMs: TOO_LATE_MS, times: 1 },
  broken: { kind: 'connection-reset', times: 2 },
  doubled: { kind: 'duplicate-answers' },
  partial: { kind: 'partial-answers', share: 0.4, seed: 1 },
  shuffled: { kind: 'out-of-order-receipts', seed: 1 },
  poisoned: POISON,
  hopeless: POISON,
  away: { kind: 'outage' },
  outlasting: { kind: 'outage' },
  silent: { kind: 'partial-answers', share: 0, seed: 1 },
  keyless: { kind: 'partial-answers', share: 0.1, seed: 1 },
  unsteady: { kind: 'partial-answers', share: 0.2, seed: 1 },
  glitching: { kind: 'latency', delayMs: 0 },
  busyForAnHour: { kind: 'too-many-requests', retryAfterSeconds: 3_600 },
  busyForAnHourLater: { kind: 'too-many-requests', retryAfterSeconds: 3_600 },
} as const satisfies Readonly<Record<string, Fault>>
type Name = keyof typeof FAULTS
const isName = (name: string): name is Name => name in FAULTS
const NAMES = Object.keys(FAULTS).filter(isName)
/** A body for each, and a receiver of its own for each body: so all windows are sent at the same time. */
const codeOf = (name: Name) => LOCALITIES[NAMES.indexOf(name)]?.code ?? ''

let sandbox: Sandbox
let product: Product
let campaignId: string
let operator: Awaited<ReturnType<Product['logIn']>>
const doors = new Map<string, { readonly client: PersonnelDatabase; readonly faults: Faults }>()
const closing: (() => Promise<void>)[] = []

/** The same receiver behind a door of its own, at which faults can be switched on for one body. */
async function openDoor(code: string): Promise<void> {
  const faults = createFaults()
  const app = await buildSandbox({ journal: sandbox.journal, secret: SANDBOX_SECRET, faults })
  const url = `${await app.listen({ host: '127.0.0.1', port: 0 })}/personnel-database`
  closing.push(() => app.close())
  const client = createPersonnelDatabase({ url, secret: SANDBOX_SECRET, timeoutMs: 3_000 })
  doors.set(code, { client, faults })
}
function doorOf(code: string) {
  const door = doors.get(code)
  if (door === undefined) throw new Error(`no door for ${code}`)
  return door
}
/** What disturbs the sending of batches, not what comes before it. */
const LATER: readonly Name[] = ['failing', 'busyLater', 'unheard', 'dripping', 'broken', 'busyForAnHourLater']
/** What happens while a body’s session, or its first batch, is answered; once. */
const afterSession = new Map<string, () => void>()
const disturbed = new Set<Name>()
const afterFirstBatch = new Map<string, () => Promise<unknown>>()
/** It fails on a batch, and is away when it is asked for it right afterwards. */
const glitch = { left: 3, isAway: false }
const behindDoors: PersonnelDatabase = {
  changeKey: (change, signal) => doorOf(change.localityCode).client.changeKey(change, signal),
  sendUnitTree: (key, tree, signal) => doorOf(tree.localityCode).client.sendUnitTree(key, tree, signal),
  async sendSession(key, session, signal) {
    const { localityCode } = session
    await doorOf(localityCode).client.sendSession(key, session, signal)
    const disturb = afterSession.get(localityCode)
    afterSession.delete(localityCode)
    disturb?.()
  },
  async sendBatch(key, code, ...rest) {
    if (code === codeOf('glitching') && glitch.left > 0) {
      glitch.left -= 1
      glitch.isAway = true
      throw new GatewayFailure('Personnel database', 'failed', 500)
    }
    const answer = await doorOf(code).client.sendBatch(key, code, ...rest)
    const act = afterFirstBatch.get(code)
    afterFirstBatch.delete(code)
    await act?.()
    if (code === codeOf('unsteady')) throw new GatewayFailure('Personnel database', 'unavailable', null)
    return answer
  },
  async findBatch(key, code, ...rest) {
    if (code === codeOf('glitching') && glitch.isAway) {
      glitch.isAway = false
      throw new GatewayFailure('Personnel database', 'unavailable', 503)
    }
    return doorOf(code).client.findBatch(key, code, ...rest)
  },
  readJournal: (code, ...rest) => doorOf(code).client.readJournal(code, ...rest),
}

beforeAll(async () => {
  sandbox = await startSandbox()
  product = await startProduct({ ...gatewaysTo(sandbox.url), personnel: behindDoors })
  operator = await product.logIn('ministry-operator')
  await product.standAt(`${DAY}T08:00:00+07:00`)
  const { database } = product
  campaignId = await createCampaign(database, [DAY, NEXT_DAY])
  await addCapacity(database, campaignId, [FULL_DAY], 0)
  const windows = await Promise.all(
    NAMES.map(async (name) => {
      const localityCode = codeOf(name)
      const plan = { localityCode, day: DAY, pending: RECORDS, accepted: 0 }
      const windowId = await createWindow(database, campaignId, plan)
      await openDoor(localityCode)
      await makeKnown(localityCode)
      const disturb = () => {
        disturbed.add(name)
        doorOf(localityCode).faults.set('personnel-database', FAULTS[name])
      }
      if (LATER.includes(name)) afterSession.set(localityCode, disturb)
      else disturb()
      return { localityCode, windowId }
    }),
  )
  await applyOlder(codeOf('shuffled'))
  await poisonSome('poisoned')
  await cancelKeyAfterFirstBatch(codeOf('keyless'))
  for (const { windowId, localityCode } of windows)
    await orderWindow(database, campaignId, windowId, localityCode)
}, 120_000)
afterAll(async () => {
  await product[Symbol.asyncDispose]()
  for (const close of closing) await close()
  await sandbox[Symbol.asyncDispose]()
})

const readKeys = (code: string) => product.stores.keys.readKeys('national', code)
/** The receiver knows the body’s key and its units. */
async function makeKnown(code: string): Promise<void> {
  const [key] = await readKeys(code)
  const secret = await product.stores.keys.readActiveSecret(code)
  const secretSha256 = createHash('sha256')
    .update(secret ?? '')
    .digest('hex')
  const units = JSON.stringify([{ code, validTo: null }])
  await sandbox.journal`
    insert into connection_keys values (${key?.keyId ?? ''}, ${code}, 'A', ${secretSha256}, 'active')`
  await sandbox.journal`
    insert into unit_trees (tree_id, locality_code, version, units) values (gen_random_uuid(), ${code}, 1, ${units}::text::jsonb)`
}
const readItems = (name: Name) =>
  product.db.execute<{ record: string; version: string; state: string; receipt: string; reason: string }>(sql`
    select s.code || '/' || r.record_code as record, s.code || '/' || r.record_code || '#' || i.version_no as version, i.state,
      i.receipt, i.reason
    from sync_items i join records r using (record_id) join source_systems s using (source_id)
    where i.locality_code = ${codeOf(name)} order by record_id`)
const OLDER_LEAF = '0'.repeat(64)
/** As if an older version of every record had been sent before. */
async function applyOlder(code: string): Promise<void> {
  const records = (await readItems('shuffled')).map(({ record }) => record)
  await sandbox.journal`
    insert into journal (locality_code, record, version_no, leaf, receipt, window_id)
    select ${code}, record, 0, ${OLDER_LEAF}, gen_random_uuid(), gen_random_uuid() from unnest(${records}::text[]) as record`
}
async function poisonSome(name: Name): Promise<void> {
  const items = await readItems(name)
  const records = POISONED.flatMap((place) => items[place]?.record ?? [])
  doorOf(codeOf(name)).faults.set('personnel-database', { ...POISON, records })
}
async function cancelKeyAfterFirstBatch(code: string): Promise<void> {
  const security = await product.logIn('ministry-security')
  const [key] = await readKeys(code)
  afterFirstBatch.set(code, async () => {
    const answer = await security.post(`/v1/localities/${code}/connection-keys/${key?.keyId}/cancel`)
    if (answer.statusCode !== 200) throw new Error(answer.body)
  })
}
/** A key of other software, put into force by two persons, of which the receiver knows. */
async function switchKey(code: string): Promise<void> {
  const at = `/v1/localities/${code}`
  const officer = await product.logIn('locality-officer', code)
  const security = await product.logIn('ministry-security')
  const source = `${code}-2`
  await officer.post(`${at}/source-systems`, { code: source, name: 'B', vendor: 'B', predecessorCode: code })
  const issued = await operator.post(`${at}/connection-keys`, { source })
  const { keyId } = issued.json<{ keyId: string }>()
  await security.post(`${at}/connection-keys/${keyId}/activate`)
  await until(
    () => readKeys(code),
    (keys) => keys.some((key) => key.keyId === keyId && key.confirmedAt !== null),
  )
}

const until60 = <T>(see: () => Promise<T>, isThere: (seen: T) => boolean) => until(see, isThere, 60_000)
/** As the API shows it. */
async function look(name: Name) {
  const answer = await operator.get(`/v1/campaigns/${campaignId}/sync-windows?limit=200`)
  const { windows } = windowList.parse(answer.json())
  const found = windows.find(({ localityCode }) => localityCode === codeOf(name))
  if (found === undefined) throw new Error(`no window of ${name}`)
  return found
}
const ends = (name: Name, state: 'complete' | 'parked') =>
  until60(
    () => look(name),
    (window) => window.state === state,
  )
const lift = (name: Name) => doorOf(codeOf(name)).faults.set('personnel-database', null)
async function retry(name: Name) {
  const { windowId } = await look(name)
  const answer = await operator.post(`/v1/sync-windows/${windowId}/retry`, { reason: 'The cause is mended' })
  return answer.json<{ opensAt: string; pending: number }>()
}

/** What we hold accepted stands in the receiver’s journal once, under the same receipt, and nothing else does. */
async function expectSame(name: Name): Promise<void> {
  const accepted = (await readItems(name)).filter(({ state }) => state === 'a')
  const journal = await sandbox.journal<{ line: string }[]>`
    select record || '#' || version_no || ' ' || receipt as line from journal
    where locality_code = ${codeOf(name)} and leaf <> ${OLDER_LEAF}`
  expect(accepted.map(({ version, receipt }) => `${version} ${receipt}`).toSorted()).toEqual(
    journal.map(({ line }) => line).toSorted(),
  )
}
async function expectAllSent(name: Name, parkings: number): Promise<void> {
  const { parkingNo, accepted, rejected, pending } = await ends(name, 'complete')
  expect({ parkingNo, accepted, rejected, pending }).toEqual({
    parkingNo: parkings,
    accepted: RECORDS,
    rejected: 0,
    pending: 0,
  })
  await expectSame(name)
}

test.each<[string, Name]>([
  ['answers late, but in time', 'late'],
  ['fails for a while on everything', 'failing'],
  ['is busy from the start, more often than anything else is tried', 'busy'],
  ['is busy more often than anything else is tried', 'busyLater'],
  ['does the work and loses the answer', 'unheard'],
  ['answers byte by byte for longer than we wait', 'dripping'],
  ['breaks the connection in the middle of its answers', 'broken'],
  ['names results twice, and those of another batch', 'doubled'],
  ['answers some of what was sent', 'partial'],
  ['answers in another order, with receipts of older versions', 'shuffled'],
])('a receiver that %s: every version is applied once, and nobody has to help', async (_what, name) => {
  await expectAllSent(name, 0)
  // It was so: what disturbs so many requests is over, what disturbs all did so.
  const { faults } = doorOf(codeOf(name))
  const seen = { left: faults.get('personnel-database'), disturbs: faults.used('personnel-database') > 0 }
  const isOver = 'times' in FAULTS[name]
  expect(disturbed).toContain(name)
  expect(seen).toEqual({ left: isOver ? null : FAULTS[name], disturbs: !isOver })
})

const readBatches = (name: Name) =>
  product.db.execute<{ attempts: number; split_at: string | null }>(sql`
    select attempts, split_at from sync_batches where locality_code = ${codeOf(name)}`)

test('a receiver that answers some and loses every answer parks nothing, for each try brings some further', async () => {
  await expectAllSent('unsteady', 0)
  expect((await readBatches('unsteady')).length).toBeGreaterThan(6)
})

test('a failure of a receiver that is away right afterwards is held against no batch', async () => {
  await expectAllSent('glitching', 0)
  expect(glitch.left).toBe(0)
  expect(await readBatches('glitching')).toEqual([{ attempts: 1, split_at: null }])
})

test('poisoned records are rejected with their reason, every other one is accepted, and the window parks for none', async () => {
  const { parkingNo, accepted, rejected, pending } = await ends('poisoned', 'complete')
  expect({ parkingNo, accepted, rejected, pending }).toEqual({
    parkingNo: 0,
    accepted: RECORDS - POISONED.length,
    rejected: POISONED.length,
    pending: 0,
  })
  const items = await readItems('poisoned')
  const reasons = items.map(({ reason }) => reason)
  expect(reasons).toEqual(
    items.map((_item, place) => (POISONED.includes(place) ? 'receiver-cannot-process' : null)),
  )
  await expectSame('poisoned')
})

test.each<[string, Name, string]>([
  ['fails on everything it is sent', 'hopeless', 'receiver-unavailable'],
  ['answers and says nothing of what was sent', 'silent', 'answer-incomplete'],
])(
  'a receiver that %s proves nothing: the window parks, none is rejected, and a retry sends all',
  async (_what, name, reason) => {
    const window = await ends(name, 'parked')
    expect(window).toMatchObject({ parkedReason: reason, accepted: 0, rejected: 0, pending: RECORDS })
    lift(name)
    await retry(name)
    await expectAllSent(name, 1)
  },
)

test('a key that is cancelled in the middle of a window stops it at the next batch; a new one sends the rest', async () => {
  const window = await ends('keyless', 'parked')
  expect(window).toMatchObject({ parkedReason: 'no-active-key', accepted: RECORDS / 10 })
  await switchKey(codeOf('keyless'))
  await retry('keyless')
  await expectAllSent('keyless', 1)
})

test('two operators and a double click: one retry, and what was away is sent once', async () => {
  const { windowId, parkedReason } = await ends('away', 'parked')
  expect(parkedReason).toBe('receiver-unavailable')
  lift('away')
  const other = await product.logIn('ministry-operator')
  const press = async (who: typeof operator, key: string) => {
    const body = { reason: 'The outage is over' }
    const { statusCode } = await who.post(`/v1/sync-windows/${windowId}/retry`, body, key)
    return statusCode === 200 ? [key] : []
  }
  const heard = await Promise.all([
    press(operator, 'double-click'),
    press(operator, 'double-click'),
    press(other, 'somebody-else'),
  ])
  expect(new Set(heard.flat()).size).toBe(1)
  await expectAllSent('away', 1)
  const decided = await product.db.execute(sql`
    select 1 from audit_entries where action = 'attention.decided' and subject = ${syncWindowWorkflowId(windowId)}`)
  expect(decided).toHaveLength(1)
})

test('a receiver that is away until the slot is over: a retry moves the window to the next day with room', async () => {
  const closed = await ends('outlasting', 'parked')
  expect(closed).toMatchObject({ parkedReason: 'receiver-unavailable', pending: RECORDS })
  await product.standAt(`${FULL_DAY}T08:00:00+07:00`)
  lift('outlasting')
  const opensAt = `${NEXT_DAY}T00:00:00+07:00`
  expect(await retry('outlasting')).toMatchObject({ opensAt, pending: RECORDS })
  const moved = await until60(
    () => look('outlasting'),
    ({ state }) => state !== 'parked',
  )
  expect(moved).toMatchObject({ opensAt, accepted: 0 })
  await product.standAt(`${NEXT_DAY}T08:00:00+07:00`)
  await expectAllSent('outlasting', 1)
})

test.each<[string, Name]>([
  ['from the start', 'busyForAnHour'],
  ['in the middle', 'busyForAnHourLater'],
])('a receiver that is busy for an hour %s is asked once, and not again before', async (_when, name) => {
  const { state, pending } = await look(name)
  expect({ state, pending }).toEqual({ state: 'sending', pending: RECORDS })
  expect(doorOf(codeOf(name)).faults.used('personnel-database')).toBe(1)
})
