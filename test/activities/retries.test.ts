import { randomUUID } from 'node:crypto'
import { expect, onTestFinished, test } from 'vitest'
import { createRetryActivities, type RetryProcesses } from '../../activities/retries.ts'
import { createAttentionStore } from '../../drizzle/stores/attention.ts'
import { createClockStore } from '../../drizzle/stores/clock.ts'
import { createRetryStore } from '../../drizzle/stores/retries.ts'
import { createTestDatabase } from '../support/database.ts'
import { createCampaign, createWindow, park } from '../support/parked-windows.ts'

/** Years from now: whatever the clock says, the slot is not over. */
const DAY = '2040-09-03'
const OPERATOR = '0198f3f0-0000-4000-8000-00000000000a'
const processIdOf = (windowId: string) => `sync:${windowId}`

/** A confirmed retry of one parked window; its process answers as `decide` says. */
async function confirmedRetry() {
  const database = await createTestDatabase()
  onTestFinished(() => database[Symbol.asyncDispose]())
  const { db } = database
  const [retries, attention] = [createRetryStore(db), createAttentionStore(db)]
  const campaignId = await createCampaign(database, [DAY])
  const plan = { localityCode: 'H26', day: DAY, pending: 1, accepted: 0 }
  const windowId = await createWindow(database, campaignId, plan)
  await park(database, windowId, 1, 'receiver-unavailable')
  const parking = { kind: 'sync-window', subject: processIdOf(windowId), parkingNo: 1 }
  const item = { ...parking, campaignId, localityCode: 'H26', reason: 'receiver-unavailable' }
  await attention.open({ ...item, choices: ['retry', 'skip'], occurredMs: 1 })
  const retryId = randomUUID()
  const filter = { localityCodes: null, reasons: null }
  const order = { retryId, campaignId, filter, perMinute: 60, previewedBy: OPERATOR }
  const { token } = await retries.preview('national', order)
  const confirmation = { campaignId, token, reason: 'it is mended', actor: OPERATOR, occurredMs: 1 }
  await retries.confirm('national', confirmation, { workflow: 'a', processId: (id) => id })
  return {
    retries,
    retryId,
    run: (decide: RetryProcesses['decide']) =>
      createRetryActivities({
        retries,
        clock: createClockStore(db),
        processes: { syncWindowProcessId: processIdOf, decide },
      }).retryWindow({ retryId, windowId }),
    /** As the window's process does after somebody's decision. */
    endParking: (actor: string) => attention.close({ ...parking, decision: 'retry', actor }),
    readItem: async () => (await retries.readItems(retryId, { after: null, limit: 1 }))[0],
  }
}
const refuse = async () => false
const nobody = () => Promise.reject(new Error('somebody was asked'))

test('a window that took the decision before a crash, and knows nothing of it any more, was retried', async () => {
  const { run, endParking, readItem } = await confirmedRetry()
  const died = run(async () => {
    await endParking(OPERATOR)
    throw new Error('the worker died')
  })
  await expect(died).rejects.toThrow('the worker died')
  expect(await readItem()).toMatchObject({ outcome: null })
  expect(await run(refuse)).toEqual({ outcome: 'retried' })
  expect(await readItem()).toMatchObject({ outcome: 'retried', opensAt: Date.parse(`${DAY}T00:00:00+07:00`) })
})

test.each([
  ['by the same person, by hand', OPERATOR],
  ['by another person', randomUUID()],
])('a window that was let go on %s, before its turn, was not retried by this', async (_how, actor) => {
  const { run, endParking, readItem } = await confirmedRetry()
  await endParking(actor)
  expect(await run(refuse)).toEqual({ outcome: 'not-retried' })
  expect(await readItem()).toMatchObject({ problem: 'window-not-parked', opensAt: null })
})

test('a window that another person let go on between two attempts was not retried by this', async () => {
  const { run, endParking } = await confirmedRetry()
  await expect(run(() => Promise.reject(new Error('no answer')))).rejects.toThrow('no answer')
  await endParking(randomUUID())
  expect(await run(refuse)).toEqual({ outcome: 'not-retried' })
})

test('a turn that is over is answered from its row, and one that is paused asks nobody', async () => {
  const { run, retries, retryId } = await confirmedRetry()
  await retries.pause('national', retryId, OPERATOR)
  expect(await run(nobody)).toEqual({ outcome: 'paused' })
  await retries.resume('national', retryId, OPERATOR)
  expect(await run(async () => true)).toEqual({ outcome: 'retried' })
  expect(await run(nobody)).toEqual({ outcome: 'retried' })
})
