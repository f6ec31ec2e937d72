import { createHash, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createPersonnelDatabase, type PersonnelDatabase } from '../../gateways/personnel-database/client.ts'
import { createPopulationDatabase } from '../../gateways/population-database/client.ts'
import { isPoisoned } from '../../sandbox/faults-disturbing.ts'
import { startSandbox, SANDBOX_SECRET, type Sandbox } from '../support/sandbox.ts'

const UNIT = {
  code: 'A',
  name: 'A',
  parentCode: null,
  kind: 'province',
  validFrom: '2025-07-01',
  validTo: null,
}
/** What an answer that comes in time may take. */
const DEADLINE_MS = 1_500

let sandbox: Sandbox
let personnel: PersonnelDatabase
const clientWith = (timeoutMs: number) =>
  createPersonnelDatabase({ url: `${sandbox.url}/personnel-database`, secret: SANDBOX_SECRET, timeoutMs })
beforeAll(async () => {
  sandbox = await startSandbox()
  personnel = clientWith(DEADLINE_MS)
})
afterAll(() => sandbox[Symbol.asyncDispose]())

/** A body of its own for each test. */
let body: string
let key: string
let bodies = 0
beforeEach(async () => {
  sandbox.faults.set('personnel-database', null)
  bodies += 1
  body = `A${String(bodies).padStart(2, '0')}`
  key = randomUUID()
  const secretSha256 = createHash('sha256').update(key).digest('hex')
  const registered = { keyId: randomUUID(), localityCode: body, softwareName: 'A', secretSha256 }
  await personnel.changeKey({ ...registered, state: 'active' })
  const units = [{ ...UNIT, predecessorCodes: [] }]
  await personnel.sendUnitTree(key, { treeId: randomUUID(), localityCode: body, version: 1, units })
})

const recordsUpTo = (count: number) => Array.from({ length: count }, (_, index) => `H26-1/HS-${index}`)
interface Sending {
  readonly versionNo?: number
  readonly idempotencyKey?: string
  readonly signal?: AbortSignal
  readonly by?: PersonnelDatabase
}
const send = (
  records: readonly string[],
  {
    versionNo = 1,
    idempotencyKey = randomUUID(),
    signal = new AbortController().signal,
    by = personnel,
  }: Sending = {},
) =>
  by.sendBatch(
    key,
    body,
    idempotencyKey,
    {
      windowId: randomUUID(),
      sessionIds: [randomUUID()],
      dossiers: records.map((record) => ({
        record,
        versionNo,
        unitCode: 'A',
        salt: '00'.repeat(16),
        content: '{}',
      })),
    },
    signal,
  )
const applied = async () =>
  (
    await sandbox.journal<
      { line: string }[]
    >`select record || '#' || version_no as line from journal where locality_code = ${body} order by sequence`
  ).map(({ line }) => line)
const versions = (answer: Awaited<ReturnType<typeof send>>) =>
  answer.results.map(({ record, versionNo }) => `${record}#${versionNo}`)

async function control(method: string, path: string, sent?: string | object) {
  const response = await fetch(`${sandbox.url}/control/v1/faults${path}`, {
    method,
    ...(sent === undefined
      ? {}
      : {
          headers: { 'content-type': 'application/json' },
          body: typeof sent === 'string' ? sent : JSON.stringify(sent),
        }),
  })
  return { status: response.status, body: await response.text() }
}
const switchOn = (fault: object, system = 'personnel-database') => control('PUT', `/${system}`, fault)

test.each([
  [{ kind: 'outage' }, {}],
  [{ kind: 'server-error', times: 2 }, {}],
  [{ kind: 'connection-reset' }, {}],
  [{ kind: 'too-many-requests' }, { retryAfterSeconds: 1 }],
  [{ kind: 'latency', delayMs: 5 }, {}],
  [{ kind: 'commit-then-timeout' }, { delayMs: 10_000 }],
  [{ kind: 'slow-drip' }, { delayMs: 10_000 }],
  [{ kind: 'duplicate-answers' }, {}],
  [{ kind: 'partial-answers' }, { share: 0.5, seed: 1 }],
  [{ kind: 'out-of-order-receipts', seed: 7 }, {}],
  [
    { kind: 'poisoned-records', records: ['H26-1/HS-1'] },
    { share: 0.01, seed: 1 },
  ],
])('%j is switched on, read and lifted', async (given, alsoShown) => {
  const shown = { system: 'personnel-database', fault: { ...given, ...alsoShown } }
  expect(JSON.parse((await switchOn(given)).body)).toEqual(shown)
  expect(JSON.parse((await control('GET', '/personnel-database')).body)).toEqual(shown)
  const all = {
    'population-database': null,
    'signature-service': null,
    notices: null,
    'source-systems': null,
  }
  expect(JSON.parse((await control('GET', '')).body)).toEqual({ ...all, [shown.system]: shown.fault })
  expect(JSON.parse((await control('DELETE', '/personnel-database')).body)).toEqual({ ...shown, fault: null })
  expect(await send(recordsUpTo(2))).toMatchObject({
    results: [{ outcome: 'accepted' }, { outcome: 'accepted' }],
  })
})

test.each([
  ['an unknown kind', '/personnel-database', { kind: 'flood' }, 'kind is one of: outage, server-error'],
  ['no object', '/personnel-database', '[]', 'kind is one of'],
  ['no JSON', '/personnel-database', '{', 'JSON'],
  ['a share above 1', '/personnel-database', { kind: 'partial-answers', share: 2 }, 'share'],
  ['a delay below 0', '/notices', { kind: 'latency', delayMs: -1 }, 'delayMs'],
  ['what another kind takes', '/notices', { kind: 'outage', delayMs: 1 }, 'delayMs'],
  ['no times', '/notices', { kind: 'outage', times: 0 }, 'times'],
  ['an unknown system', '/tax-office', { kind: 'outage' }, 'personnel-database'],
  [
    'poisoned records of the notice channel',
    '/notices',
    { kind: 'poisoned-records' },
    'notices takes no poisoned-records; these do: personnel-database',
  ],
  [
    'half an answer of the signature service',
    '/signature-service',
    { kind: 'partial-answers' },
    'these do: personnel-database, population-database',
  ],
])('%s is answered 400 with what is wrong, and changes nothing', async (_what, path, sent, reason) => {
  const answer = await control('PUT', path, sent)
  expect(answer.status).toBe(400)
  expect(answer.body).toContain(reason)
  expect(new Set(Object.values(JSON.parse((await control('GET', '')).body)))).toEqual(new Set([null]))
})

test('a fault of so many requests is over after the last of them', async () => {
  await switchOn({ kind: 'server-error', times: 2 })
  for (let request = 0; request < 2; request += 1)
    await expect(send(recordsUpTo(1))).rejects.toMatchObject({ kind: 'failed', status: 500 })
  expect(await send(recordsUpTo(1))).toMatchObject({ results: [{ outcome: 'accepted' }] })
})

test('a system that is away answers 503, a busy one 429 and when to come again; neither does anything', async () => {
  await switchOn({ kind: 'outage' })
  await expect(send(recordsUpTo(1))).rejects.toMatchObject({ kind: 'unavailable', status: 503 })
  await switchOn({ kind: 'too-many-requests', retryAfterSeconds: 7 })
  await expect(send(recordsUpTo(1))).rejects.toMatchObject({ kind: 'busy', retryAfterMs: 7_000 })
  expect(await applied()).toEqual([])
})

test('duplicate answers name each result twice, and those of the answer before again', async () => {
  await switchOn({ kind: 'duplicate-answers' })
  expect(versions(await send(['a/1', 'a/2']))).toEqual(['a/1#1', 'a/2#1', 'a/1#1', 'a/2#1'])
  expect(versions(await send(['a/3']))).toEqual(['a/1#1', 'a/2#1', 'a/3#1', 'a/3#1'])
  expect(await applied()).toEqual(['a/1#1', 'a/2#1', 'a/3#1'])
})

test('a partial answer holds its share of what was applied, another one each time, the same for the same seed', async () => {
  const askTwice = async (seed: number) => {
    await switchOn({ kind: 'partial-answers', share: 0.3, seed })
    return [versions(await send(recordsUpTo(20))), versions(await send(recordsUpTo(20)))]
  }
  const [first = [], second = []] = await askTwice(1)
  expect([first.length, second.length]).toEqual([6, 6])
  expect(new Set(first)).not.toEqual(new Set(second))
  expect(await askTwice(1)).toEqual([first, second])
  expect(await askTwice(2)).not.toEqual([first, second])
  expect(await applied()).toHaveLength(20)
  await switchOn({ kind: 'partial-answers', share: 0 })
  expect(await send(recordsUpTo(20))).toEqual({ results: [] })
})

test('receipts out of order: the results shuffled, and among them the receipt of an older version', async () => {
  const records = recordsUpTo(20)
  const [older] = (await send(['H26-1/HS-3'])).results
  await switchOn({ kind: 'out-of-order-receipts' })
  const answer = await send(records, { versionNo: 2 })
  expect(versions(answer)).not.toEqual(records.map((record) => `${record}#2`))
  expect(versions(answer).toSorted()).toEqual(
    [...records.map((record) => `${record}#2`), 'H26-1/HS-3#1'].toSorted(),
  )
  expect(answer.results).toContainEqual(older)
})

test('a batch with a poisoned record is answered 500 always, and nothing of it is applied; others are', async () => {
  await switchOn({ kind: 'poisoned-records', records: ['H26-1/HS-3'] })
  for (const size of [20, 4])
    await expect(send(recordsUpTo(size))).rejects.toMatchObject({ kind: 'failed', status: 500 })
  expect(await send(recordsUpTo(3))).toMatchObject({ results: { length: 3 } })
  expect(await applied()).toEqual(recordsUpTo(3).map((record) => `${record}#1`))
})

test('a share of poisoned records is drawn from the seed, for each record alone', async () => {
  const draw = (seed: number) =>
    recordsUpTo(500).filter((record) =>
      isPoisoned({ kind: 'poisoned-records', share: 0.2, seed, records: undefined }, record),
    )
  const poisoned = draw(1)
  expect(poisoned.length).toBeGreaterThan(60)
  expect(poisoned.length).toBeLessThan(140)
  expect(draw(1)).toEqual(poisoned)
  expect(draw(2)).not.toEqual(poisoned)
  await switchOn({ kind: 'poisoned-records', share: 0.2 })
  for (const record of poisoned.slice(0, 3))
    await expect(send([record])).rejects.toMatchObject({ kind: 'failed', status: 500 })
  const others = recordsUpTo(500).filter((record) => !poisoned.includes(record))
  expect(await send(others)).toMatchObject({ results: { length: others.length } })
})

test.each([
  { kind: 'slow-drip', delayMs: 60_000 },
  { kind: 'connection-reset' },
  { kind: 'commit-then-timeout', delayMs: 60_000 },
  { kind: 'commit-then-timeout', delayMs: 0 },
])('$kind: the work is done, the answer is none, and it is found when it is asked for', async (fault) => {
  await switchOn(fault)
  const idempotencyKey = randomUUID()
  await expect(send(recordsUpTo(30), { idempotencyKey })).rejects.toMatchObject({
    kind: 'unavailable',
    status: null,
  })
  await control('DELETE', '/personnel-database')
  expect(await personnel.findBatch(key, body, idempotencyKey)).toMatchObject({ results: { length: 30 } })
  expect(await applied()).toHaveLength(30)
})

test('an answer that drips and ends in time is whole', async () => {
  await switchOn({ kind: 'slow-drip', delayMs: 200 })
  expect(await send(recordsUpTo(30))).toMatchObject({ results: { length: 30 } })
})

test('who is told to stop does not wait for an answer that drips', async () => {
  await switchOn({ kind: 'slow-drip', delayMs: 60_000 })
  const stopping = new AbortController()
  const sending = send(recordsUpTo(30), { signal: stopping.signal, by: clientWith(60_000) })
  await expect.poll(applied).toHaveLength(30)
  stopping.abort(new Error('told to stop'))
  await expect(sending).rejects.toThrow('told to stop')
})

test('silence about a person who was looked up is not the word that the person is unknown', async () => {
  const population = createPopulationDatabase({
    url: `${sandbox.url}/population-database`,
    secret: SANDBOX_SECRET,
    timeoutMs: DEADLINE_MS,
  })
  const people = [1, 2, 3, 4].map((reference) => ({ reference, personalId: `00108000000${reference}` }))
  const lookUp = () =>
    population.lookUp({ requestId: randomUUID(), agencyCode: body, officerCode: 'DONGBO', people })
  await switchOn({ kind: 'partial-answers', share: 0.5 }, 'population-database')
  await expect(lookUp()).rejects.toMatchObject({ kind: 'incomplete', status: 200 })
  await switchOn({ kind: 'duplicate-answers' }, 'population-database')
  expect([...(await lookUp()).keys()]).toEqual([1, 2, 3, 4])
})
