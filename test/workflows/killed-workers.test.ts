import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addDays } from '../../domain/hanoi-time.ts'
import { findLocality, LOCALITIES } from '../../domain/localities.ts'
import { createLocalityBot } from '../../sandbox/bots-locality.ts'
import { workAtMinistry } from '../../sandbox/bots-ministry.ts'
import { createRandom, between, pick } from '../../sandbox/random.ts'
import { createProcesses, type ProcessName, type ProductProcesses } from '../support/processes.ts'
import { until } from '../support/product.ts'
import { startSandbox, type Sandbox } from '../support/sandbox.ts'

const SEEDS = [1]
const CODES = ['G09', 'H14', 'H18', 'H24', 'H38']
const bodies = LOCALITIES.filter(({ code }) => CODES.includes(code))
const PEOPLE_SEED = 1
const PEOPLE = 10_000
const PAGES = 5
/** By then every body is past the first day on which it would take up a stage. */
const DAY = '2025-08-31'

let sandbox: Sandbox
let product: ProductProcesses
let ministry: Parameters<typeof workAtMinistry>[0]
let campaignId: string

beforeAll(async () => {
  sandbox = await startSandbox({ seed: PEOPLE_SEED, bodies, perBody: PEOPLE })
  product = await createProcesses({ mode: 'rehearsal', sandboxUrl: sandbox.url })
  await product.standAt(`${DAY}T09:00:00+07:00`)
  await product.start('api', 'workflow', 'work')
  ministry = {
    coordinator: await product.logIn('ministry-coordinator'),
    operator: await product.logIn('ministry-operator'),
    security: await product.logIn('ministry-security'),
  }
  const launched = await ministry.coordinator.post('/campaigns', { localityCodes: CODES })
  campaignId = String(launched['campaignId'])
  // Every page and every batch takes so long that there is a middle to be killed in.
  await product.ownerSql(`
    create function take_long() returns trigger language plpgsql as $$ begin perform pg_sleep(0.25); return new; end $$;
    create trigger take_long before update on intake_pages for each row execute function take_long()`)
  sandbox.faults.set('personnel-database', { kind: 'latency', delayMs: 200 })
})
afterAll(async () => {
  await product[Symbol.asyncDispose]()
  await sandbox[Symbol.asyncDispose]()
})

async function botOf(code: string) {
  const locality = findLocality(code)
  if (locality === undefined) throw new Error(`no body ${code}`)
  return createLocalityBot({
    locality,
    seed: PEOPLE_SEED,
    sourcesUrl: `${sandbox.url}/source-systems/v1`,
    officer: await product.logIn('locality-officer', code),
    second: await product.logIn('locality-officer', code),
    signer: await product.logIn('locality-signer', code),
  })
}

async function progress(statement: ReturnType<typeof sql>): Promise<number> {
  const [row] = await product.db.execute<{ done: number; all: number }>(statement)
  return row === undefined || row.all === 0 ? 0 : row.done / row.all
}
const converted = (code: string) =>
  progress(sql`
    select count(p.converted_at)::int as done, ${PAGES}::int as all
    from intake_pages p join intakes i using (intake_id) where i.locality_code = ${code}`)
const sent = (code: string) =>
  progress(sql`
    select count(*) filter (where state <> 'p')::int as done, count(*)::int as all
    from sync_items where locality_code = ${code}`)

/**
 * Kills both workers, at once or one after the other, when their work stands somewhere between 20 and 80 %. Answers where
 * it stood at each kill.
 */
async function killInTheMiddle(
  random: () => number,
  look: () => Promise<number>,
): Promise<readonly number[]> {
  const from = between(random, 20, 60) / 100
  await until(look, (done) => done >= from)
  const rounds = pick<readonly (readonly ProcessName[])[]>(random, [
    [['work', 'workflow']],
    [['work'], ['workflow']],
    [['workflow'], ['work']],
  ])
  const stood: number[] = []
  for (const names of rounds) {
    await product.kill(...names)
    stood.push(await look())
    await product.start(...names)
  }
  return stood
}

const boardOf = async (code: string) =>
  (await product.stores.localities.readBoard('national', { campaignId, after: '', limit: 50 })).find(
    (body) => body.code === code,
  )
const reaches = (code: string, stage: string) =>
  until(
    () => boardOf(code),
    (body) => body?.openStage === stage,
    60_000,
  )
const codeOf = (seed: number) => CODES[seed - 1] ?? ''

test.each(SEEDS)(
  'workers killed in the middle of a conversion lose no line of it (seed %i)',
  async (seed) => {
    const code = codeOf(seed)
    const bot = await botOf(code)
    for (const stage of ['select-software', 'build-unit-codes']) {
      await reaches(code, stage)
      await bot.work(campaignId, DAY)
      await workAtMinistry(ministry, campaignId)
    }
    await reaches(code, 'update-records')
    const uploading = bot.work(campaignId, DAY)
    const stood = await killInTheMiddle(createRandom(seed, 'conversion'), () => converted(code))
    await uploading
    await reaches(code, 'sign-records')

    for (const at of stood) expect(at > 0 && at < 1).toBe(true)
    const [lines] = await product.db.execute<
      Record<'accepted' | 'rejected' | 'rejects' | 'records', number>
    >(sql`
      select sum(length(outcome) - length(replace(outcome, 'A', '')))::int as accepted,
        sum(length(outcome) - length(replace(outcome, 'R', '')))::int as rejected,
        (select count(*)::int from intake_rejects join intakes o using (intake_id) where o.locality_code = ${code}) as rejects,
        (select count(*)::int from records where locality_code = ${code}) as records
      from intake_pages p join intakes i using (intake_id) where i.locality_code = ${code}`)
    expect((lines?.accepted ?? 0) + (lines?.rejected ?? 0)).toBe(PEOPLE)
    expect(lines?.rejects).toBe(lines?.rejected)
    expect(lines?.records).toBe(lines?.accepted)
  },
  150_000,
)

test.each(SEEDS)(
  'workers killed in the middle of a window send every version, and none twice (seed %i)',
  async (seed) => {
    const code = codeOf(seed)
    const bot = await botOf(code)
    const officer = await product.logIn('locality-officer', code)
    await bot.work(campaignId, DAY)
    await reaches(code, 'schedule-sync')
    // A day for each, so that one window is killed at a time.
    const day = addDays('2025-09-01', seed)
    await officer.post(`/localities/${code}/sync-slots`, { day })
    await officer.post(`/campaigns/${campaignId}/localities/${code}/stages/schedule-sync/submit`)
    await workAtMinistry(ministry, campaignId)
    await reaches(code, 'sync-records')
    await product.standAt(`${day}T08:00:00+07:00`)
    const stood = await killInTheMiddle(createRandom(seed, 'window'), () => sent(code))
    await reaches(code, 'match-daily')

    for (const at of stood) expect(at > 0 && at < 1).toBe(true)
    const versions = await product.db.execute<{ line: string }>(sql`
      select s.code || '/' || r.record_code || '#' || v.version_no as line
      from record_versions v join records r using (record_id) join source_systems s using (source_id)
      where r.locality_code = ${code}`)
    const applied = await sandbox.journal<{ line: string }[]>`
      select record || '#' || version_no as line from journal where locality_code = ${code}`
    expect(versions.length).toBeGreaterThan(PEOPLE / 2)
    expect(applied.map(({ line }) => line).toSorted()).toEqual(versions.map(({ line }) => line).toSorted())
  },
  150_000,
)
