import type { ActivityInterceptorsFactory } from '@temporalio/worker'
import { sql } from 'drizzle-orm'
import postgres from 'postgres'
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest'
import { bulkRetryList, bulkRetryView, retryItemList, retryPreviewView } from '../../api/contract/retries.ts'
import { windowList } from '../../api/contract/sync-windows.ts'
import { bulkRetryWorkflowId } from '../../workflows/contract/retries.ts'
import { syncWindowWorkflowId } from '../../workflows/contract/sync-windows.ts'
import { readableHistory } from '../support/histories.ts'
import { createCampaign, createReceiver, createWindow, orderWindow } from '../support/parked-windows.ts'
import { gatewaysTo, startProduct, until, type Product } from '../support/product.ts'

const YESTERDAY = '2025-09-02'
const TODAY = '2025-09-03'
const BODIES = ['G09', 'H14', 'H18', 'H24', 'H26', 'H38', 'H57']
const REASON = 'The keys are mended'

const receiver = createReceiver()
/** Whoever comes to this step waits before it. */
const gate: { step: string | null } = { step: null }
const waitAtTheGate: ActivityInterceptorsFactory = ({ info }) => ({
  inbound: {
    async execute(input, next) {
      await until(
        async () => gate.step,
        (step) => step !== info.activityType,
      )
      return next(input)
    },
  },
})

let product: Product
let operator: Awaited<ReturnType<Product['logIn']>>
let second: Awaited<ReturnType<Product['logIn']>>
beforeAll(async () => {
  product = await startProduct({ ...gatewaysTo(), personnel: receiver.personnel }, waitAtTheGate)
  operator = await product.logIn('ministry-operator')
  second = await product.logIn('ministry-operator')
  await product.standAt(`${TODAY}T08:00:00+07:00`)
})
afterAll(() => product[Symbol.asyncDispose]())
beforeEach(() => receiver.refuseKeys())

const readWindows = async (campaignId: string) =>
  windowList.parse((await operator.get(`/v1/campaigns/${campaignId}/sync-windows`)).json()).windows

/** A campaign with a parked window for each body, three of whose four records wait: with slots of today, or of yesterday. */
async function parkedCampaign(today: readonly string[], yesterday: readonly string[] = []): Promise<string> {
  const { database } = product
  const campaignId = await createCampaign(database, [YESTERDAY, TODAY])
  for (const [day, codes] of [
    [TODAY, today],
    [YESTERDAY, yesterday],
  ] as const)
    for (const localityCode of codes) {
      const plan = { localityCode, day, pending: 3, accepted: 1 }
      await orderWindow(database, campaignId, await createWindow(database, campaignId, plan), localityCode)
    }
  await until(
    () => readWindows(campaignId),
    (windows) => windows.every(({ state }) => state === 'parked'),
  )
  receiver.acceptKeys()
  return campaignId
}
const windowOf = async (campaignId: string, code: string) =>
  (await readWindows(campaignId)).find(({ localityCode }) => localityCode === code)?.windowId ?? ''

async function preview(campaignId: string, who = operator) {
  const answer = await who.post(`/v1/campaigns/${campaignId}/retries/preview`, { perMinute: 600 })
  return retryPreviewView.parse(answer.json())
}
const confirm = (campaignId: string, token: string, who = operator) =>
  who.post(`/v1/campaigns/${campaignId}/retries`, { token, reason: REASON })
const readRetry = async (retryId: string) =>
  bulkRetryView.parse((await operator.get(`/v1/retries/${retryId}`)).json())
const completed = (retryId: string) =>
  until(
    () => readRetry(retryId),
    ({ state }) => state === 'completed',
  )
const readItems = async (retryId: string) =>
  retryItemList.parse((await operator.get(`/v1/retries/${retryId}/items?limit=200`)).json()).items
const allComplete = (campaignId: string) =>
  until(
    () => readWindows(campaignId),
    (windows) => windows.every(({ state }) => state === 'complete'),
  )
const historyOf = (processId: string) => product.client.workflow.getHandle(processId).fetchHistory()
/** How many decisions a window's process took. */
async function decisionsOf(windowId: string): Promise<number> {
  const { events } = await historyOf(syncWindowWorkflowId(windowId))
  return (events ?? []).filter((event) => event.workflowExecutionUpdateAcceptedEventAttributes).length
}
const steer = async (retryId: string, step: 'pause' | 'resume') =>
  bulkRetryView.parse((await operator.post(`/v1/retries/${retryId}/${step}`)).json())

test('six parked windows go on after a pause, one that was let go by hand meanwhile is told apart, and nothing is sent twice', async () => {
  const campaignId = await parkedCampaign(BODIES.slice(0, 4), BODIES.slice(4))
  const seen = await preview(campaignId)
  expect(seen).toMatchObject({ windows: 7, pending: 21, accepted: 7, rejected: 0 })
  expect(seen.reasons).toMatchObject([
    { reason: 'key-refused', class: 'mend-first', windows: 4, pending: 12, accepted: 4 },
    { reason: 'slot-over', class: 'retry-mends', windows: 3, pending: 9, accepted: 3 },
  ])
  gate.step = 'listUnfinished'
  const { retryId } = bulkRetryView.parse((await confirm(campaignId, seen.token)).json())
  const byHand = await windowOf(campaignId, 'H14')
  expect((await operator.post(`/v1/sync-windows/${byHand}/retry`, { reason: REASON })).statusCode).toBe(200)
  expect(await steer(retryId, 'pause')).toMatchObject({ state: 'paused' })
  gate.step = null
  const timesPaused = async () =>
    readableHistory(await historyOf(bulkRetryWorkflowId(retryId))).match(/"outcome":"paused"/g)?.length ?? 0
  // It came to its first window, and stopped before it.
  await until(timesPaused, (times) => times > 0)
  const sentBefore = receiver.taken.length
  expect((await readItems(retryId)).map(({ outcome }) => outcome)).toEqual(BODIES.map(() => null))
  expect((await readWindows(campaignId)).filter(({ state }) => state === 'parked')).toHaveLength(6)

  expect(await steer(retryId, 'resume')).toMatchObject({ state: 'running' })
  expect(await completed(retryId)).toMatchObject({ windows: 7, retried: 6, notRetried: 1, reason: REASON })
  expect(await timesPaused()).toBe(1)
  const items = await readItems(retryId)
  expect(items.filter(({ outcome }) => outcome === 'not-retried')).toMatchObject([
    { windowId: byHand, problem: 'window-not-parked', opensAt: null },
  ])
  expect(items.filter(({ outcome }) => outcome === 'retried').map(({ opensAt }) => opensAt)).toEqual(
    Array.from({ length: 6 }, () => `${TODAY}T00:00:00+07:00`),
  )
  await allComplete(campaignId)
  expect(sentBefore).toBeLessThanOrEqual(3)
  expect(receiver.taken).toHaveLength(21)
  expect(new Set(receiver.taken).size).toBe(21)
  const listed = await operator.get(`/v1/campaigns/${campaignId}/retries`)
  expect(bulkRetryList.parse(listed.json())).toMatchObject({ retries: [{ retryId, retried: 6 }], next: null })
})

test('after each window the process waits for its share of a minute, and its history names windows and nobody', async () => {
  const campaignId = await parkedCampaign(BODIES.slice(0, 2))
  const { token } = await preview(campaignId)
  const { retryId } = bulkRetryView.parse((await confirm(campaignId, token)).json())
  await completed(retryId)
  const history = await historyOf(bulkRetryWorkflowId(retryId))
  const waits = (history.events ?? []).flatMap(({ timerStartedEventAttributes: timer }) =>
    timer ? [Number(timer.startToFireTimeout?.nanos)] : [],
  )
  expect(waits).toEqual([100_000_000, 100_000_000])
  const text = readableHistory(history)
  expect(text).toContain(await windowOf(campaignId, BODIES[0] ?? ''))
  for (const told of [REASON, operator.subject, 'secret']) expect(text).not.toContain(told)
})

test('double clicks of two operators give one retry, and each window one decision', async () => {
  const campaignId = await parkedCampaign(BODIES.slice(0, 3))
  const [mine, yours] = [await preview(campaignId), await preview(campaignId, second)]
  const answers = await Promise.all([
    confirm(campaignId, mine.token),
    confirm(campaignId, yours.token, second),
    confirm(campaignId, mine.token),
    confirm(campaignId, yours.token, second),
  ])
  const ids = answers.flatMap((answer) =>
    answer.statusCode === 202 ? [bulkRetryView.parse(answer.json()).retryId] : [],
  )
  const refused = answers
    .filter(({ statusCode }) => statusCode !== 202)
    .map((answer) => answer.json<unknown>())
  expect(ids).toHaveLength(2)
  expect(new Set(ids).size).toBe(1)
  expect(refused).toMatchObject(
    [1, 2].map(() => ({ status: 409, code: 'retry-set-changed', details: { removed: 3, added: 0 } })),
  )
  expect(await completed(ids[0] ?? '')).toMatchObject({ retried: 3, notRetried: 0 })
  const windows = await allComplete(campaignId)
  expect(await Promise.all(windows.map(({ windowId }) => decisionsOf(windowId)))).toEqual([1, 1, 1])
})

test('a worker that dies between each decision and its result lets every window go on once', async () => {
  const campaignId = await parkedCampaign(BODIES.slice(0, 2))
  const owner = postgres(product.database.ownerUrl, { max: 1, onnotice: () => {} })
  // Every first try to keep a result ends here; a sequence does not count back with what is rolled back.
  await owner.unsafe(`
    create sequence tries;
    create function die() returns trigger language plpgsql security definer as $$ begin
      if nextval('tries') % 2 = 1 then raise exception 'the worker died' using errcode = 'XX000'; end if;
      return new; end $$;
    create trigger die before update on retry_items for each row when (new.outcome is not null) execute function die()`)
  onTestFinished(async () => {
    gate.step = null
    await owner.unsafe('drop trigger die on retry_items; drop function die; drop sequence tries')
    await owner.end()
  })
  const { token } = await preview(campaignId)
  // So far the window has taken the decision, and nothing in the rows tells of it.
  gate.step = 'resumeWindow'
  const { retryId } = bulkRetryView.parse((await confirm(campaignId, token)).json())
  expect(await completed(retryId)).toMatchObject({ retried: 2, notRetried: 0 })
  expect(product.failures.filter(({ code }) => code.endsWith(':XX000'))).toHaveLength(2)
  gate.step = null
  const windows = await allComplete(campaignId)
  expect(await Promise.all(windows.map(({ windowId }) => decisionsOf(windowId)))).toEqual([1, 1])
  const decided = await product.db.execute<{ scope: string }>(sql`
    select scope from audit_entries where action = 'attention.decided' and subject = any(${sql.param(
      windows.map(({ windowId }) => syncWindowWorkflowId(windowId)),
    )}::text[]) order by 1`)
  expect(decided.map(({ scope }) => scope)).toEqual(BODIES.slice(0, 2))
})

test('a window for which no day has room is not retried, stays parked, and stops no other', async () => {
  const { database } = product
  const campaignId = await parkedCampaign(['G09'], ['H14'])
  await database.db.execute(sql`
    update sync_capacity set bodies_max = 1 where campaign_id = ${campaignId} and bodies = 1`)
  const { token } = await preview(campaignId)
  const { retryId } = bulkRetryView.parse((await confirm(campaignId, token)).json())
  expect(await completed(retryId)).toMatchObject({ retried: 1, notRetried: 1 })
  expect((await readItems(retryId)).find(({ outcome }) => outcome === 'not-retried')).toMatchObject({
    localityCode: 'H14',
    problem: 'capacity-full',
  })
  const windows = await until(
    () => readWindows(campaignId),
    (seen) => seen.some(({ state }) => state === 'complete'),
  )
  expect(windows.find(({ localityCode }) => localityCode === 'H14')).toMatchObject({
    state: 'parked',
    parkingNo: 1,
  })
})
