import { randomUUID } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { expect, onTestFinished, test } from 'vitest'
import { Refusal } from '../../domain/errors.ts'
import { createAuditStore } from '../../drizzle/stores/audit.ts'
import { createRetryStore } from '../../drizzle/stores/retries.ts'
import { createWindowStore } from '../../drizzle/stores/sync-windows.ts'
import { createTestDatabase } from '../support/database.ts'
import { createCampaign, createWindow, park } from '../support/parked-windows.ts'

const DAY = '2025-09-03'
const EVERY = { localityCodes: null, reasons: null }
const OPERATOR = '0198f3f0-0000-4000-8000-00000000000a'
const SECOND = '0198f3f0-0000-4000-8000-00000000000b'
const process = { workflow: 'a-workflow', processId: (retryId: string) => `retry:${retryId}` }

/** A campaign with three parked windows: two whose slot is over and one whose key was refused. */
async function threeParked() {
  const database = await createTestDatabase()
  onTestFinished(() => database[Symbol.asyncDispose]())
  const { db } = database
  const retries = createRetryStore(db)
  const campaignId = await createCampaign(database, [DAY])
  const open = async (localityCode: string, reason: string) => {
    const window = await createWindow(database, campaignId, {
      localityCode,
      day: DAY,
      pending: 2,
      accepted: 1,
    })
    await park(database, window, 1, reason)
    return window
  }
  const windows = [
    await open('H26', 'slot-over'),
    await open('H57', 'slot-over'),
    await open('G09', 'key-refused'),
  ] as const
  return {
    database,
    db,
    retries,
    campaignId,
    windows,
    open,
    preview: (
      filter: Parameters<typeof retries.preview>[1]['filter'] = EVERY,
      retryId: string = randomUUID(),
    ) =>
      retries
        .preview('national', { retryId, campaignId, filter, perMinute: 60, previewedBy: OPERATOR })
        .then((kept) => ({ retryId, ...kept })),
    confirm: (token: string, actor = OPERATOR) =>
      retries.confirm(
        'national',
        { campaignId, token, reason: 'it is mended', actor, occurredMs: 5 },
        process,
      ),
    orders: () => db.execute<{ process_id: string }>(sql`select process_id from process_starts`),
  }
}
/** What it was refused with, its details included. */
const refusalOf = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error: unknown) => (error instanceof Refusal ? { code: error.code, ...error.details } : error),
  )

test('a preview holds exactly the parked windows that were asked for, with what will be sent and what will not', async () => {
  const { windows, preview, database, campaignId } = await threeParked()
  const notParked = await createWindow(database, campaignId, {
    localityCode: 'H38',
    day: DAY,
    pending: 5,
    accepted: 0,
  })
  const every = await preview()
  expect(every.items.map(({ windowId }) => windowId)).toEqual([...windows].toSorted())
  expect(every.items.map(({ windowId }) => windowId)).not.toContain(notParked)
  expect(every.items.map(({ pending, accepted, rejected }) => [pending, accepted, rejected])).toEqual(
    windows.map(() => [2, 1, 0]),
  )
  const some = await preview({ localityCodes: ['H26', 'G09'], reasons: ['key-refused'] })
  expect(some.items.map(({ windowId }) => windowId)).toEqual([windows[2]])
  expect(await refusalOf(preview({ localityCodes: ['H49'], reasons: null }))).toEqual({
    code: 'retry-set-empty',
  })
})

test('a preview whose answer was lost is given again as it was kept', async () => {
  const { preview, open } = await threeParked()
  const first = await preview()
  await open('H38', 'slot-over')
  expect(await preview(EVERY, first.retryId)).toEqual(first)
})

test('a preview that nobody confirmed within a day is forgotten at the next one; a confirmed retry never is', async () => {
  const { preview, confirm, db } = await threeParked()
  const [forgotten, kept] = [await preview(), await preview({ localityCodes: ['H26'], reasons: null })]
  await confirm(kept.token)
  await db.execute(sql`update retries set previewed_at = now() - interval '25 hours'`)
  const fresh = await preview()
  const rows = await db.execute<{ windows: string }>(sql`
    select retry_id || ': ' || count(*) as windows from retries join retry_items using (retry_id)
    group by retry_id order by count(*)`)
  expect(rows.map(({ windows }) => windows)).toEqual([`${kept.retryId}: 1`, `${fresh.retryId}: 2`])
  expect(await refusalOf(confirm(forgotten.token))).toEqual({ code: 'not-found' })
})

test('a double click gives one retry, one process and one audit entry that names the set', async () => {
  const { preview, confirm, orders, db } = await threeParked()
  const { retryId, token } = await preview()
  const answers = await Promise.all([confirm(token), confirm(token), confirm(token)])
  expect(answers).toEqual([retryId, retryId, retryId])
  expect(await orders()).toEqual([{ process_id: `retry:${retryId}` }])
  const entries = await createAuditStore(db).readEntries('national', {
    of: 'national',
    before: null,
    limit: 10,
  })
  expect(entries).toMatchObject([
    { action: 'retry.confirm', actor: OPERATOR, subject: retryId, detail: { windows: 3, pending: 6, token } },
  ])
})

test('of two operators with the same windows before them one retries them, and the other learns that they are gone', async () => {
  const { preview, confirm, orders, windows } = await threeParked()
  const [mine, yours] = [await preview(), await preview()]
  const answers = await Promise.all([refusalOf(confirm(mine.token)), refusalOf(confirm(yours.token, SECOND))])
  expect(answers.filter((answer) => answer === 'done')).toHaveLength(1)
  expect(answers.find((answer) => answer !== 'done')).toMatchObject({
    code: 'retry-set-changed',
    added: 0,
    changed: 0,
    removed: 3,
    removedWindows: expect.arrayContaining([...windows]),
  })
  expect(await orders()).toHaveLength(1)
  expect(await refusalOf(preview())).toEqual({ code: 'retry-set-empty' })
})

test('a set that changed since its preview is refused with every window that differs', async () => {
  const { preview, confirm, orders, windows, database, db, open } = await threeParked()
  const { token } = await preview()
  const store = createWindowStore(db, database.keyring)
  const [gone, again, fewer] = windows
  await store.resume(gone, 1, 'retry')
  await store.resume(again, 1, 'retry')
  await park(database, again, 2, 'receiver-unavailable')
  await db.execute(sql`update sync_items set state = 'r', reason = 'x' where window_id = ${fewer} and record_id in (
    select max(record_id) from sync_items where window_id = ${fewer})`)
  const added = await open('H38', 'slot-over')
  expect(await refusalOf(confirm(token))).toEqual({
    code: 'retry-set-changed',
    added: 1,
    removed: 1,
    changed: 2,
    addedWindows: [added],
    removedWindows: [gone],
    changedWindows: expect.arrayContaining([again, fewer]),
  })
  expect(await orders()).toEqual([])
})

test('what is not asked for may change: the preview of one body is confirmed beside the news of another', async () => {
  const { preview, confirm, open, database } = await threeParked()
  const { token, retryId } = await preview({ localityCodes: ['H26'], reasons: null })
  await park(database, await open('H38', 'slot-over'), 2, 'slot-over')
  expect(await confirm(token)).toBe(retryId)
})

test('a preview is confirmed within the hour; one that was confirmed in time answers also later', async () => {
  const { preview, confirm, db } = await threeParked()
  const [late, timely] = [
    await preview({ localityCodes: ['H26'], reasons: null }),
    await preview({ localityCodes: ['H57'], reasons: null }),
  ]
  await confirm(timely.token)
  await db.execute(sql`update retries set previewed_at = now() - interval '59 minutes'`)
  expect(await refusalOf(confirm(late.token))).toBe('done')
  const latest = await preview({ localityCodes: ['G09'], reasons: null })
  await db.execute(sql`update retries set previewed_at = now() - interval '60 minutes'`)
  expect(await refusalOf(confirm(latest.token))).toEqual({ code: 'retry-preview-expired', minutes: 60 })
  expect(await confirm(timely.token)).toBe(timely.retryId)
})

test('a token of another set, of another campaign or of nothing confirms nothing', async () => {
  const { preview, confirm, retries, orders, database } = await threeParked()
  const { token, retryId } = await preview()
  const other = await createCampaign(database, [])
  expect(await refusalOf(confirm(`${retryId}.${'0'.repeat(64)}`))).toEqual({ code: 'not-found' })
  expect(await refusalOf(confirm(token.replace(retryId, randomUUID())))).toEqual({ code: 'not-found' })
  const elsewhere = { campaignId: other, token, reason: 'it is mended', actor: OPERATOR, occurredMs: 5 }
  expect(await refusalOf(retries.confirm('national', elsewhere, process))).toEqual({ code: 'not-found' })
  expect(await orders()).toEqual([])
})

test('people of bodies see no retry and no window of another body in one', async () => {
  const { preview, confirm, retries, campaignId } = await threeParked()
  const { retryId, token } = await preview()
  const order = { retryId: randomUUID(), campaignId, filter: EVERY, perMinute: 60, previewedBy: OPERATOR }
  const own = await retries.preview(['H26'], order)
  expect(own.items.map(({ localityCode }) => localityCode)).toEqual(['H26'])
  await confirm(token)
  expect(await retries.readRetry(['H26'], retryId)).toBeNull()
  expect(await retries.readRetries(['H26'], { campaignId, before: null, limit: 10 })).toEqual([])
  expect(await refusalOf(retries.pause(['H26'], retryId, OPERATOR))).toEqual({ code: 'not-found' })
})

test('each window has one result, the first, and the counts are recounted from the results', async () => {
  const { preview, confirm, retries, campaignId, windows } = await threeParked()
  const { retryId, token } = await preview()
  await confirm(token)
  const [first, second, third] = windows.toSorted()
  expect(await retries.readUnfinished(retryId, 2)).toEqual([first, second])
  await retries.keepResult({ retryId, windowId: String(first), problem: null, opensMs: 1_000 })
  await retries.keepResult({ retryId, windowId: String(first), problem: 'capacity-full', opensMs: null })
  await retries.keepResult({ retryId, windowId: String(second), problem: 'window-not-parked', opensMs: null })
  expect(await retries.readUnfinished(retryId, 2)).toEqual([third])
  const items = await retries.readItems(retryId, { after: null, limit: 2 })
  expect(items).toMatchObject([
    { windowId: first, outcome: 'retried', problem: null, opensAt: 1_000 },
    { windowId: second, outcome: 'not-retried', problem: 'window-not-parked', opensAt: null },
  ])
  expect(await retries.readItems(retryId, { after: String(second), limit: 2 })).toMatchObject([
    { windowId: third, outcome: null },
  ])
  const [listed] = await retries.readRetries('national', { campaignId, before: null, limit: 10 })
  expect(listed).toMatchObject({ retryId, windows: 3, pending: 6, retried: 1, notRetried: 1 })
  expect(await retries.readRetries('national', { campaignId, before: retryId, limit: 10 })).toEqual([])
})

test('only a running retry is paused and resumed; repeated, that is one act in the audit', async () => {
  const { preview, confirm, retries, db } = await threeParked()
  const { retryId, token } = await preview()
  expect(await refusalOf(retries.pause('national', retryId, OPERATOR))).toEqual({ code: 'retry-not-running' })
  await confirm(token)
  await retries.pause('national', retryId, OPERATOR)
  await retries.pause('national', retryId, SECOND)
  expect((await retries.readRetry('national', retryId))?.pausedAt).not.toBeNull()
  await retries.resume('national', retryId, OPERATOR)
  expect((await retries.readRetry('national', retryId))?.pausedAt).toBeNull()
  await retries.finish(retryId)
  await retries.finish(retryId)
  expect(await refusalOf(retries.resume('national', retryId, OPERATOR))).toEqual({
    code: 'retry-not-running',
  })
  const entries = await createAuditStore(db).readEntries('national', {
    of: 'national',
    before: null,
    limit: 10,
  })
  expect(entries.map(({ action }) => action)).toEqual([
    'retry.complete',
    'retry.resume',
    'retry.pause',
    'retry.confirm',
  ])
})

test('once a retry is complete, a window of it that parked anew can be retried again', async () => {
  const { preview, confirm, retries, windows, database } = await threeParked()
  const { retryId, token } = await preview()
  await confirm(token)
  await retries.keepResult({ retryId, windowId: windows[0], problem: null, opensMs: 1_000 })
  await park(database, windows[0], 2, 'slot-over')
  expect((await preview()).items.map(({ windowId, parkingNo }) => [windowId, parkingNo])).toEqual([
    [windows[0], 2],
  ])
  await retries.finish(retryId)
  expect((await preview()).items).toHaveLength(3)
})
