import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { boardView, campaignView } from '../../api/contract/campaigns.ts'
import { processView } from '../../api/contract/localities.ts'
import { DAY_MS, toHanoiDate } from '../../domain/hanoi-time.ts'
import { STAGES } from '../../domain/stages.ts'
import { profileOf } from '../../sandbox/bots-profiles.ts'
import type { EndState } from '../../drizzle/stores/reports-end-state.ts'
import { createRehearsalHome, type RehearsalHome } from '../support/rehearsal.ts'

const SEED = 5_034
const BODIES = ['G02', 'G09', 'G12', 'G15', 'H13', 'H14', 'H24', 'H26', 'H38', 'H44', 'H49', 'H60']
const WORDS = ['--bodies', BODIES.join(','), '--records', '5000', '--seed', String(SEED), '--speed', '20']
const OVER = /^The clock stands/m
const of = (profile: string) => BODIES.filter((code) => profileOf(SEED, code) === profile)

let home: RehearsalHome
let rehearsal: ReturnType<RehearsalHome['start']>
let campaignId: string
let endState: EndState

const newestCampaign = async () => {
  const list = z.object({ campaigns: z.array(campaignView) })
  const { campaigns } = await home.user('coordinator-1').get(list, '/campaigns?limit=1')
  return campaigns[0]?.campaignId ?? ''
}

beforeAll(async () => {
  home = await createRehearsalHome()
  rehearsal = home.start(...WORDS)
  await rehearsal.says(OVER)
  campaignId = await newestCampaign()
}, 300_000)
afterAll(() => home[Symbol.asyncDispose]())

const readBoard = () => home.user('coordinator-1').get(boardView, `/campaigns/${campaignId}/board?limit=200`)

test('the terminal, the API and the database tell the same of the last day', async () => {
  const printed = rehearsal.lines().flatMap((line) => {
    const found = /^ {2}([a-z-]+) .* (\d+) open +(\d+)\/12 done +(\d+) overdue +(\d+) letters$/.exec(line)
    return found === null ? [] : [[found[1], ...found.slice(2).map(Number)]]
  })
  const { bodies } = await readBoard()
  const answered = STAGES.map((stage) => {
    const cells = bodies.flatMap((body) => body.stages.find((cell) => cell.stage === stage) ?? [])
    return [
      stage,
      bodies.filter(({ openStage }) => openStage === stage).length,
      cells.filter(({ state }) => state === 'done').length,
      cells.filter(({ overdue }) => overdue).length,
      cells.reduce((sum, { letters }) => sum + letters, 0),
    ]
  })
  await using database = await home.open()
  const kept = await database.db.execute<{ stage: string; counts: number[] }>(sql`
    select stage, array[
      count(*) filter (where open_stage = stage), count(*) filter (where state = 'done'),
      count(*) filter (where overdue_since is not null and state <> 'done'), sum(letters)]::int[] as counts
    from locality_stages join campaign_localities using (campaign_id, locality_code)
    where campaign_id = ${campaignId} group by stage, stage_no order by stage_no`)
  expect(printed).toHaveLength(7)
  expect(answered).toEqual(printed)
  expect(kept.map(({ stage, counts }) => [stage, ...counts])).toEqual(printed)
})

test('punctual and sloppy bodies are in daily matching, on time at every stage', async () => {
  const { bodies } = await readBoard()
  const punctual = bodies.filter(({ code }) => [...of('punctual'), ...of('sloppy')].includes(code))
  expect(punctual.length).toBeGreaterThanOrEqual(7)
  for (const { code, openStage, stages } of punctual) {
    expect([code, openStage]).toEqual([code, 'match-daily'])
    for (const { stage, onTime } of stages.slice(0, 6))
      expect([code, stage, onTime]).toEqual([code, stage, true])
  }
})

test('late bodies passed late and were urged; a hopeless one is alive, overdue, and has a letter for every week', async () => {
  const { bodies } = await readBoard()
  const late = bodies.filter(({ code }) => of('late').includes(code))
  expect(late.length).toBeGreaterThan(0)
  for (const { code, stages } of late)
    expect([code, stages.some(({ onTime }) => onTime === false)]).toEqual([code, true])

  const [hopeless = ''] = of('hopeless')
  const body = bodies.find(({ code }) => code === hopeless)
  const stuck = body?.stages.find(({ stage }) => stage === body.openStage)
  const weeks = Math.floor(
    (Date.parse('2025-09-21T00:00:00+07:00') - Date.parse(stuck?.dueAt ?? '')) / (7 * DAY_MS),
  )
  expect(stuck).toMatchObject({ stage: 'build-unit-codes', state: 'open', overdue: true, letters: weeks })
  const asked = await home
    .user('coordinator-1')
    .get(processView, `/campaigns/${campaignId}/localities/${hopeless}/process`)
  expect(asked).toMatchObject({ openStage: 'build-unit-codes', ended: false })
})

test('each notice that was decided was received exactly once, letters numbered without a gap', async () => {
  await using database = await home.open()
  const decided = await database.db.execute<{ id: string }>(
    sql`select notice_id as id from notices where locality_code is not null order by 1`,
  )
  const received = await database.journal<{ id: string }[]>`select notice_id as id from notices order by 1`
  expect(received.map(({ id }) => id)).toEqual(decided.map(({ id }) => id))
  const letters = await database.db.execute<{ numbers: number[] }>(sql`
    select array_agg(number order by number) as numbers from notices
    where kind = 'urging-letter' group by locality_code, stage`)
  expect(letters.length).toBeGreaterThan(0)
  for (const { numbers } of letters) expect(numbers).toEqual(numbers.map((_number, index) => index + 1))
})

test('every signed version that was sent is in the receiver’s journal exactly once, with the same leaf', async () => {
  await using database = await home.open()
  const accepted = await database.db.execute<{ line: string }>(sql`
    select s.code || '/' || r.record_code || '#' || i.version_no || ' ' || encode(l.leaf, 'hex') as line
    from sync_items i join records r using (record_id) join source_systems s using (source_id)
    join signing_leaves l on l.session_id = i.session_id and l.record_id = i.record_id
    where i.state = 'a' order by 1`)
  const applied = await database.journal<{ line: string }[]>`
    select record || '#' || version_no || ' ' || leaf as line from journal order by 1`
  expect(applied.length).toBeGreaterThan(4_000)
  expect(applied.map(({ line }) => line).toSorted()).toEqual(accepted.map(({ line }) => line).toSorted())
  endState = await database.stores.endState.read(campaignId)
})

test('SIGTERM ends everything within ten seconds and leaves no process', async () => {
  const startedMs = Date.now()
  rehearsal.signal('SIGTERM')
  expect(await rehearsal.ended).toBe(0)
  expect(Date.now() - startedMs).toBeLessThan(10_000)
  expect(home.running()).toEqual([])
})

test('the same seed comes to the same end although everything, each worker, the engine and the database are killed on the way', async () => {
  await using other = await createRehearsalHome()
  let run = other.start(...WORDS)
  await run.says(/^2025-07-1[6-9] /m)
  expect(await other.kill()).toBeGreaterThanOrEqual(7)
  expect(other.running()).toEqual([])

  run = other.start()
  await run.says(/^The campaign goes on where it stood/m)
  await run.says(/^2025-0(7-2[4-9]|8-0\d) /m)
  expect(await other.kill('worker/main')).toBe(2)
  await run.says(/^2025-08-(0[5-9]|[12]\d) /m)
  expect(await other.kill('start-dev')).toBe(1)
  await run.says(/^2025-08-(2\d|3\d) /m)
  expect(await other.kill('bin/postgres')).toBeGreaterThanOrEqual(1)
  await run.says(/^2025-09-(0[5-9]|1\d) /m)
  expect(await other.kill('api/main')).toBe(1)
  expect(await other.kill('sandbox/main')).toBe(1)
  await run.says(OVER)

  await using database = await other.open()
  const [campaign] = await database.db.execute<{ id: string; day: number }>(
    sql`select campaign_id as id from campaigns`,
  )
  expect(await database.stores.endState.read(campaign?.id ?? '')).toEqual(endState)
  expect(toHanoiDate(await database.stores.clock.now())).toBe('2025-09-21')
  const twice =
    await database.journal`select record, version_no from journal group by 1, 2 having count(*) > 1`
  expect(twice).toEqual([])
}, 400_000)
