import { expect, test } from 'vitest'
import { createClockStore } from '../../drizzle/stores/clock.ts'
import { createTestDatabase } from '../support/database.ts'

const STARTED = Date.parse('2025-07-11T08:00:00+07:00')
const DAY_PER_SECOND = 86_400

async function runningClock(database: Awaited<ReturnType<typeof createTestDatabase>>) {
  const clock = createClockStore(database.db)
  await clock.install('rehearsal', new Uint8Array(1))
  await clock.anchor({
    speed: DAY_PER_SECOND,
    runningSpeed: DAY_PER_SECOND,
    cause: 'start',
    actor: null,
    campaignMs: STARTED,
  })
  return clock
}

test('a rehearsal’s clock does not run on without its keeper, and goes on from where it stood', async () => {
  await using database = await createTestDatabase()
  const clock = await runningClock(database)
  // The keeper's last word was half a minute ago: a month of campaign time, had the clock run on.
  await clock.keepAlive(Date.now() - 30_000)
  expect(await clock.now()).toBeLessThanOrEqual(STARTED + DAY_PER_SECOND * 1_000)
  await clock.reanchorAfterStop()
  const newest = await clock.readNewestAnchor()
  expect(newest).toMatchObject({
    speed: 0,
    runningSpeed: DAY_PER_SECOND,
    cause: 'restart',
    campaignAt: STARTED,
  })
})

test('a clock that somebody keeps is not set back', async () => {
  await using database = await createTestDatabase()
  const clock = await runningClock(database)
  await clock.keepAlive(Date.now())
  await clock.reanchorAfterStop()
  expect(await clock.readNewestAnchor()).toMatchObject({ cause: 'start' })
})

test('a paused clock stays paused over a stop', async () => {
  await using database = await createTestDatabase()
  const clock = await runningClock(database)
  await clock.anchor({
    speed: 0,
    runningSpeed: DAY_PER_SECOND,
    cause: 'pause',
    actor: null,
    campaignMs: STARTED,
  })
  await clock.keepAlive(Date.now() - 30_000)
  await clock.reanchorAfterStop()
  expect(await clock.readNewestAnchor()).toMatchObject({ cause: 'pause', speed: 0 })
})
