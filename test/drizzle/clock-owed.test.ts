import { randomUUID } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { expect, onTestFinished, test } from 'vitest'
import { OFFICIAL_LETTER_5034 } from '../../domain/campaigns.ts'
import { DAY_MS } from '../../domain/hanoi-time.ts'
import { createOwedStore, type Sleepers } from '../../drizzle/stores/clock-owed.ts'
import { createClockStore } from '../../drizzle/stores/clock.ts'
import { keepClock } from '../../worker/clock-keeper.ts'
import { createTestDatabase } from '../support/database.ts'
import { until } from '../support/product.ts'

const STARTED = Date.parse('2025-07-11T08:00:00+07:00')
const TWENTY_DAYS_PER_SECOND = (20 * DAY_MS) / 1_000
const at = (instant: string) => Date.parse(`${instant}:00+07:00`)

/** A rehearsal at twenty days a second, and its keeper; what is told to whom is written down. */
async function keptClock() {
  const database = await createTestDatabase()
  const clock = createClockStore(database.db)
  const owed = createOwedStore(database.db)
  await clock.install('rehearsal', new Uint8Array(1))
  const runningSpeed = TWENTY_DAYS_PER_SECOND
  await clock.anchor({ speed: 0, runningSpeed, cause: 'pause', actor: null, campaignMs: STARTED })
  const told: Sleepers[] = []
  const errors: unknown[] = []
  const keeper = keepClock({ clock, owed, tell: async (sleepers) => void told.push(sleepers) }, (error) =>
    errors.push(error),
  )
  onTestFinished(async () => {
    await keeper.stop()
    await database[Symbol.asyncDispose]()
    expect(errors).toEqual([])
  })
  const resume = () => clock.anchor({ speed: 0, runningSpeed, cause: 'resume', actor: null })
  /** Where the clock stands next: not at one of these instants any more. */
  const standsAfter = async (...earlier: readonly number[]) => {
    const [now] = await until(
      async () => [await clock.now(), (await clock.readNewestAnchor())?.speed] as const,
      ([seen, speed]) => speed === 0 && seen > Math.max(STARTED, ...earlier),
    )
    return now
  }
  return { database, clock, owed, told, resume, standsAfter }
}

test('a declared hold is a line that the clock does not cross, whatever its speed', async () => {
  const { clock, resume, standsAfter } = await keptClock()
  await clock.putHold('bots', at('2025-07-11T16:00'))
  await resume()
  expect(await standsAfter()).toBe(at('2025-07-11T16:00'))
  await clock.putHold('bots', at('2025-08-30T16:00'))
  expect(await standsAfter(at('2025-07-11T16:00'))).toBe(at('2025-08-30T16:00'))
})

test('the clock stands at the very instant at which a body’s process has something to do, tells it, and goes on when it is done', async () => {
  const { database, told, resume, standsAfter } = await keptClock()
  const campaignId = randomUUID()
  const { settings, stages: _stages, ...template } = OFFICIAL_LETTER_5034
  const due = at('2025-07-16T09:00')
  await database.db.execute(sql`
    insert into campaigns (campaign_id, template, title_vi, title_en, legal_document, settings, launched_by, launched_at)
    values (${campaignId}, ${template.code}, ${template.titleVi}, ${template.titleEn}, ${template.legalDocument},
      ${JSON.stringify({ ...settings, reportHour: 7 })}::text::jsonb, ${randomUUID()}, ${new Date(STARTED).toISOString()})`)
  await database.db.execute(sql`
    insert into campaign_localities (campaign_id, locality_code, next_at)
    values (${campaignId}, 'H26', ${new Date(due).toISOString()})`)
  await resume()
  // The daily reports come first: the campaign's process is told at seven o'clock of each morning.
  let standing = STARTED
  for (const day of ['2025-07-12', '2025-07-13', '2025-07-14', '2025-07-15', '2025-07-16']) {
    standing = await standsAfter(standing)
    expect(standing).toBe(at(`${day}T07:00`))
    await until(
      async () => told.at(-1)?.campaignIds,
      (ids) => ids?.includes(campaignId) === true,
    )
    await database.db.execute(
      sql`insert into daily_reports (campaign_id, day, summary) values (${campaignId}, ${day}, '{}')`,
    )
  }
  expect(await standsAfter(standing)).toBe(due)
  await until(
    async () => told.at(-1)?.bodies,
    (bodies) => bodies?.some(({ localityCode }) => localityCode === 'H26') === true,
  )
  await database.db.execute(sql`update campaign_localities set next_at = null`)
  expect(await standsAfter(due)).toBe(at('2025-07-17T07:00'))
})

test('a speed changed on the way does not carry the clock over what is due', async () => {
  const { clock, resume, standsAfter } = await keptClock()
  await clock.putHold('bots', at('2025-09-20T16:00'))
  await resume()
  await until(
    () => clock.readNewestAnchor(),
    (newest) => newest?.cause === 'release',
  )
  const newest = await clock.readNewestAnchor()
  await clock.anchor({
    speed: TWENTY_DAYS_PER_SECOND * 10,
    runningSpeed: TWENTY_DAYS_PER_SECOND * 10,
    cause: 'speed',
    actor: null,
    untilMs: newest?.runsUntil ?? null,
  })
  expect(await standsAfter()).toBe(at('2025-09-20T16:00'))
})
