import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addDays, DAY_MS, startOfDay, toHanoiDate } from '../../domain/hanoi-time.ts'
import { actUpdate, localityWorkflowId, processQuery } from '../../workflows/contract/localities.ts'
import { lookAgainSignal } from '../../workflows/contract/messages.ts'
import { fastForward } from '../support/fast-forward.ts'
import { gatewaysTo, startProduct, until, type Product } from '../support/product.ts'

let product: Product
let campaignId: string
beforeAll(async () => {
  product = await startProduct(gatewaysTo())
  const coordinator = await product.logIn('ministry-coordinator')
  const launched = await coordinator.post('/v1/campaigns', { localityCodes: ['H14', 'H18'] })
  ;({ campaignId } = launched.json<{ campaignId: string }>())
  await until(
    () => product.stores.localities.readBoard('national', { campaignId, after: '', limit: 10 }),
    (bodies) => bodies.length === 2 && bodies.every(({ openStage }) => openStage !== null),
  )
})
afterAll(() => product[Symbol.asyncDispose]())

test('a body that is late for a year is urged every week, gets twenty new dates, and no run of its process grows past 2,000 events', async () => {
  const processId = localityWorkflowId(campaignId, 'H14')
  const handle = product.client.workflow.getHandle(processId)
  const lengths: number[] = []
  let nowMs = Date.now()
  for (let week = 1; week <= 52; week += 1) {
    await fastForward(product.connection, product.namespace, processId, 7 * DAY_MS)
    nowMs += 7 * DAY_MS
    // Twelve cycles of corrections tell the process to look at its rows.
    if (week % 4 === 0 && week <= 48)
      for (let times = 0; times < 3; times += 1) await handle.signal(lookAgainSignal, 'select-software')
    if (week % 5 < 2 && week <= 50) {
      const opId = `amendment:${week}`
      const dueMs = startOfDay(addDays(toHanoiDate(nowMs), 3))
      const act = {
        opId,
        actId: randomUUID(),
        atMs: nowMs,
        kind: 'amend',
        stage: 'select-software',
        actor: randomUUID(),
        dueMs,
      } as const
      await handle.executeUpdate(actUpdate, { args: [act], updateId: opId })
    }
    lengths.push((await handle.describe()).historyLength)
  }
  const state = await until(
    () => handle.query(processQuery),
    ({ outbox }) => outbox.length === 0,
  )
  console.log(
    `longest run ${Math.max(...lengths)} events, letters ${state.stages[0]?.letters}, sequence ${state.sequence}`,
  )
  expect(Math.max(...lengths)).toBeLessThanOrEqual(2_000)
  expect(state.stages[0]?.letters).toBeGreaterThan(20)
  const notices = await product.stores.notices.readNotices('national', {
    campaignId,
    localityCode: 'H14',
    before: null,
    limit: 200,
  })
  const numbers = notices.filter(({ kind }) => kind === 'urging-letter').map(({ number }) => number)
  expect(new Set(numbers).size).toBe(numbers.length)
}, 180_000)

test('two orders with one id are one order, and the second gets the first answer', async () => {
  const handle = product.client.workflow.getHandle(localityWorkflowId(campaignId, 'H18'))
  const order = {
    opId: 'one',
    actId: randomUUID(),
    atMs: Date.now(),
    kind: 'hold',
    stage: null,
    actor: randomUUID(),
    dueMs: null,
  } as const
  const first = await handle.executeUpdate(actUpdate, { args: [order], updateId: 'first' })
  expect(await handle.executeUpdate(actUpdate, { args: [order], updateId: 'second' })).toEqual(first)
})
