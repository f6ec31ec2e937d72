import { randomUUID } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { LostLease, type OpenBatch } from '../../drizzle/stores/sync-windows-batches.ts'
import { createWindowStore, type WindowStore } from '../../drizzle/stores/sync-windows.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { createCampaign, createWindow } from '../support/parked-windows.ts'

const BODY = 'H26'
const DAY = '2025-09-03'
let database: TestDatabase
let windows: WindowStore
let windowId: string
beforeEach(async () => {
  database = await createTestDatabase()
  windows = createWindowStore(database.db, database.keyring)
  const campaignId = await createCampaign(database, [DAY])
  windowId = await createWindow(database, campaignId, {
    localityCode: BODY,
    day: DAY,
    pending: 6,
    accepted: 0,
  })
  await windows.takeLease(windowId, 1)
})
afterEach(() => database[Symbol.asyncDispose]())

async function next(size = 6, lease = 1): Promise<OpenBatch> {
  const batch = await windows.nextBatch(windowId, BODY, lease, size)
  if (batch === null) throw new Error('nothing left')
  return batch
}
const beside = (...batches: readonly OpenBatch[]) =>
  windows.nextBatch(
    windowId,
    BODY,
    1,
    2,
    batches.map(({ batchNo }) => batchNo),
  )
const fail = ({ batchNo }: OpenBatch, lease = 1) =>
  windows.recordFailure({ windowId, batchNo, lease, status: 500 })
const answer = ({ batchNo }: OpenBatch, recordIds: readonly number[], lease = 1) =>
  windows.recordAnswer({
    windowId,
    batchNo,
    lease,
    results: recordIds.map((recordId) => ({ recordId, receipt: randomUUID(), reason: null })),
  })
const readItems = () =>
  database.db.execute<{ state: string; batch_no: number | null; reason: string | null }>(sql`
    select state, batch_no, reason from sync_items where window_id = ${windowId} order by record_id`)

test('a batch whose answer was lost comes again under its key before anything else, as the same attempt', async () => {
  const first = await next(2)
  expect(first).toMatchObject({ wasSent: false, failures: 1, failedMsAgo: null })
  const again = await next(2)
  expect(again).toMatchObject({ ...first, wasSent: true })
})

test('a batch that failed stands back for another one, and is cut when that is answered; both halves go on', async () => {
  const failed = await next(4)
  await fail(failed)
  const other = await next(4)
  expect(other.recordIds).toHaveLength(2)
  await answer(other, other.recordIds)
  const left = await next(4)
  expect(left.recordIds).toEqual(failed.recordIds.slice(0, 2))
  expect(left).toMatchObject({ wasSent: false, failures: 1, workedSince: true })
  expect(left.idempotencyKey).not.toBe(failed.idempotencyKey)
  await answer(left, left.recordIds)
  const last = await next(4)
  expect(last.recordIds).toEqual(failed.recordIds.slice(2))
  await answer(last, last.recordIds)
  expect(await windows.nextBatch(windowId, BODY, 1, 4)).toBeNull()
  expect((await readItems()).map(({ state }) => state)).toEqual(['a', 'a', 'a', 'a', 'a', 'a'])
})

test('one record is rejected when it failed alone three times, the last time after another batch was answered', async () => {
  const poisoned = await next(1)
  await fail(poisoned)
  const others = await next(5)
  await answer(others, others.recordIds)
  for (const failures of [2, 3]) {
    const again = await next(5)
    expect(again).toMatchObject({ batchNo: poisoned.batchNo, wasSent: true, failures, workedSince: true })
    expect(again.failedMsAgo).toBeGreaterThanOrEqual(0)
    await fail(again)
  }
  expect(await windows.nextBatch(windowId, BODY, 1, 5)).toBeNull()
  expect((await readItems())[0]).toMatchObject({ state: 'r', reason: 'receiver-cannot-process' })
})

test('an answer that says nothing of what was sent is no sign that the receiver works, and everything stays pending', async () => {
  const poisoned = await next(1)
  await fail(poisoned)
  const silent = await next(5)
  await answer(silent, [])
  expect((await readItems()).map(({ state }) => state)).toEqual(['p', 'p', 'p', 'p', 'p', 'p'])
  const anew = await next(5)
  expect(anew.recordIds).toEqual(silent.recordIds)
  expect(anew.batchNo).not.toBe(silent.batchNo)
  await fail(anew)
  expect(await next(5)).toMatchObject({ batchNo: poisoned.batchNo, workedSince: false })
})

test('what is missing in an answer comes after what no batch held yet', async () => {
  const some = await next(4)
  await answer(some, some.recordIds.slice(1, 3))
  const untouched = await next(4)
  expect(untouched.recordIds).toHaveLength(2)
  await answer(untouched, untouched.recordIds)
  const leftOut = await next(4)
  expect(leftOut.recordIds).toEqual([some.recordIds[0], some.recordIds[3]])
  await answer(leftOut, leftOut.recordIds)
  expect(await windows.nextBatch(windowId, BODY, 1, 4)).toBeNull()
})

test('what a failed batch holds is in no other one, even when something else was left out', async () => {
  const failed = await next(2)
  await fail(failed)
  const answered = await next(4)
  await answer(answered, answered.recordIds.slice(1))
  expect((await next(4)).recordIds).toEqual(answered.recordIds.slice(0, 1))
})

test('batches go side by side while the receiver has failed on none of them, and one after the other from then on', async () => {
  const first = await next(2)
  const second = await beside(first)
  if (second === null) throw new Error('nothing beside the first')
  expect(second.recordIds).toEqual([3, 4])
  await fail(first)
  expect(await beside(second)).toBeNull()
  await answer(second, second.recordIds)
  const third = await next(2)
  expect(third.recordIds).toEqual([5, 6])
  expect(await beside(third)).toBeNull()
})

test('an answer to a batch that was under way already does not show that a receiver works that failed meanwhile', async () => {
  const first = await next(1)
  const second = await windows.nextBatch(windowId, BODY, 1, 1, [first.batchNo])
  await fail(first)
  await answer(second ?? first, second?.recordIds ?? [])
  const third = await next(1)
  await fail(third)
  expect(await next(1)).toMatchObject({ batchNo: first.batchNo, workedSince: false })
})

test('an attempt that was overtaken takes no batch and keeps neither answer nor failure', async () => {
  const batch = await next(2)
  await windows.takeLease(windowId, 2)
  await expect(windows.nextBatch(windowId, BODY, 1, 2)).rejects.toThrow(LostLease)
  await expect(answer(batch, batch.recordIds)).rejects.toThrow(LostLease)
  await expect(fail(batch)).rejects.toThrow(LostLease)
  expect(await next(2, 2)).toMatchObject({ batchNo: batch.batchNo, wasSent: true, failures: 1 })
  expect((await readItems()).map(({ state }) => state)).toEqual(['p', 'p', 'p', 'p', 'p', 'p'])
})
