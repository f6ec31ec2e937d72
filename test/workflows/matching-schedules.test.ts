import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addDays, HOUR_MS, startOfDay, toHanoiDate } from '../../domain/hanoi-time.ts'
import { matchingScheduleId, sweepMatchingSchedules } from '../../worker/matching-schedules.ts'
import { gatewaysTo, startProduct, until, type Product } from '../support/product.ts'

let product: Product
let campaignId: string
const sweep = () => sweepMatchingSchedules(product.stores.campaigns, product.client)
const runs = () =>
  product.db.execute<{ day: string; cause: string }>(
    sql`select day::text, cause from matching_runs where campaign_id = ${campaignId} order by day`,
  )

beforeAll(async () => {
  product = await startProduct(gatewaysTo())
  const coordinator = await product.logIn('ministry-coordinator')
  const launched = await coordinator.post('/v1/campaigns', { localityCodes: ['H26'] })
  ;({ campaignId } = launched.json<{ campaignId: string }>())
})
afterAll(() => product[Symbol.asyncDispose]())

test('a running campaign gets one Schedule, at two o’clock in the morning of Hanoi', async () => {
  await sweep()
  expect(await sweep()).toBe(0)
  const { info, policies } = await product.client.schedule
    .getHandle(matchingScheduleId(campaignId))
    .describe()
  expect(policies).toMatchObject({ overlap: 'BUFFER_ALL', catchupWindow: 12 * HOUR_MS })
  const [next] = info.nextActionTimes
  const day = toHanoiDate(next?.getTime() ?? 0)
  expect(next?.getTime()).toBe(startOfDay(day) + 2 * HOUR_MS)
})

test('a firing is a Hanoi date, also for days that are made up: each day gets one run, however often it fires', async () => {
  const handle = product.client.schedule.getHandle(matchingScheduleId(campaignId))
  const today = toHanoiDate(Date.now())
  const [first, second] = [addDays(today, -4), addDays(today, -3)]
  // Two in the morning of Hanoi is seven in the evening of the day before in UTC.
  for (let times = 0; times < 2; times += 1)
    await handle.backfill({
      start: new Date(startOfDay(first) + HOUR_MS),
      end: new Date(startOfDay(second) + 3 * HOUR_MS),
      overlap: 'BUFFER_ALL',
    })
  const made = await until(runs, (seen) => seen.length >= 2)
  expect(made).toEqual([
    { day: first, cause: 'schedule' },
    { day: second, cause: 'schedule' },
  ])
  await handle.trigger()
  const all = await until(runs, (seen) => seen.length >= 3)
  expect(all.map(({ day }) => day)).toEqual([first, second, today])
})

test('a campaign that has ended loses its Schedule', async () => {
  await product.db.execute(sql`update campaigns set closed_at = now() where campaign_id = ${campaignId}`)
  await until(sweep, (changed) => changed === 1)
  await expect(product.client.schedule.getHandle(matchingScheduleId(campaignId)).describe()).rejects.toThrow(
    /not found/i,
  )
})
