import { randomBytes, randomUUID } from 'node:crypto'
import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import postgres from 'postgres'
import { launchView } from '../api/contract/campaigns.ts'
import { dueOf, OFFICIAL_LETTER_5034 as TEMPLATE } from '../domain/campaigns.ts'
import { addDays, HOUR_MS, startOfDay, toHanoiDate } from '../domain/hanoi-time.ts'
import { LOCALITIES } from '../domain/localities.ts'
import { homeMark, openHome } from '../start/home.ts'
import { plansOf } from '../start/plans.ts'
import { findFree } from '../start/ports.ts'
import { createSupervisor } from '../start/processes.ts'
import { CAMPAIGN_WORKFLOW, campaignWorkflowId } from '../workflows/contract/campaigns.ts'
import { launchBare, type BareLaunch } from './campaigns-bare.ts'
import { ratiosOf, type Figure, type Results } from './figures.ts'
import { openProduct, type OpenedProduct } from './product.ts'
import { openEngine, openGround, quietEngineClient, say, type Ground } from './servers.ts'
import { measure, type Sample, type Watched } from './usage.ts'

const FIRST_INSTANT_MS = startOfDay(TEMPLATE.startsOn) + 8 * HOUR_MS
const MANY_BODIES = 1_000
const LOOK_EVERY_MS = 20
const LAUNCH_WITHIN_MS = 30 * 60_000
const OWN_PROCESSES = ['API', 'workflow worker', 'work worker'] as const
/** Codes of the wire's form (a letter, two digits) that no body has. */
const TAKEN = new Set(LOCALITIES.map(({ code }) => code))
const WIRE_CODES = Array.from({ length: 2_600 }, (_, index) => {
  const letter = String.fromCodePoint(65 + Math.floor(index / 100))
  return `${letter}${String(index % 100).padStart(2, '0')}`
}).filter((code) => !TAKEN.has(code))

interface Launch {
  readonly answered: Sample
  readonly started: Sample
  readonly open: Sample
}

/**
 * Between 1,000 and 3,400 bodies a single launch fails today: its rows are one statement of a builder ("Maximum call stack
 * size exceeded", and beyond 65,534 parameters). More are therefore launched as several campaigns, one after the other.
 */
const BODIES_PER_CAMPAIGN = 850

export interface LaunchOptions {
  readonly bodies: number
  readonly repeats: number | null
  /** Over how many campaigns the bodies are spread; as few as work by default. */
  readonly campaigns: number | null
}

/** A campaign over so many invented bodies by the real processes, against as many bare processes on the same engine. */
export async function benchLaunch(options: LaunchOptions): Promise<Results> {
  const { bodies } = options
  const campaigns = options.campaigns ?? Math.ceil(bodies / BODIES_PER_CAMPAIGN)
  const times = options.repeats ?? (bodies >= MANY_BODIES ? 1 : 3)
  const byWire = bodies * times <= WIRE_CODES.length
  quietEngineClient()
  await using ground = await openGround()
  await using engine = await openEngine(ground)
  await using stage = await openStage(ground, engine.address)
  const ours: Launch[] = []
  const bare: BareLaunch[] = []
  for (let repeat = 0; repeat < times; repeat += 1) {
    const codes = Array.from({ length: bodies }, (_, index) => codeOf(byWire, repeat * bodies + index))
    await stage.enterBodies(codes)
    const watched = { postgresPid: ground.postgres.pid, enginePid: engine.pid }
    ours.push(await launchOurs(stage, { codes, byWire, campaigns }, { ...watched, nodePids: stage.pids() }))
    bare.push(await launchBare(engine.address, bodies, { enginePid: engine.pid }))
    say(`launch: ${bodies} bodies, ${repeat + 1}/${times}`)
  }
  const figure = (name: string, samples: readonly Sample[]): Figure => ({
    name,
    items: bodies,
    of: 'processes',
    samples,
  })
  const [started, open] = [ours.map((one) => one.started), ours.map((one) => one.open)]
  const [bareStarted, bareWaiting] = [bare.map((one) => one.started), bare.map((one) => one.waiting)]
  return {
    command: `npm run bench -- launch --bodies ${bodies}`,
    figures: [
      figure(
        byWire ? 'ours: the API’s answer (HTTP)' : 'ours: the store’s answer (no HTTP)',
        ours.map((one) => one.answered),
      ),
      { ...figure('ours: every process started', started), ratios: ratiosOf(started, bareStarted) },
      {
        ...figure('ours: every first stage open in the projection', open),
        ratios: ratiosOf(open, bareWaiting),
      },
      figure('bare engine: every start taken', bareStarted),
      figure('bare engine: every process at its wait', bareWaiting),
    ],
    facts: [{ name: 'campaigns over which the bodies are spread', value: campaigns }],
  }
}

/** Beyond what the wire's codes can name, longer ones, which only the tables of a bench take. */
const codeOf = (byWire: boolean, index: number) =>
  byWire ? (WIRE_CODES[index] ?? '') : `X${String(index).padStart(5, '0')}`

type Stage = Awaited<ReturnType<typeof openStage>>

/** API, sandbox and both workers as processes of their own, as `npm start` runs them; the clock stands. */
async function openStage(ground: Ground, temporalAddress: string) {
  const { url, ownerUrl } = await ground.newDatabase('launch')
  const sandbox = await ground.newDatabase('launch_sandbox')
  const home = await openHome(join(ground.folder, 'home'))
  await copyFile(ground.keyring, home.keyring)
  await copyFile(ground.tokenKey, home.tokenKey)
  const files = { keyring: home.keyring, tokenKey: home.tokenKey }
  const product = await openProduct({ ...files, databaseUrl: url, mode: 'rehearsal', temporalAddress })
  const standing = { speed: 0, runningSpeed: 86_400, cause: 'pause', actor: null } as const
  await product.stores.clock.anchor({ ...standing, campaignMs: FIRST_INSTANT_MS })
  const coordinator = await product.logIn('ministry-coordinator')
  const addresses = {
    databaseUrl: url,
    sandboxDatabaseUrl: sandbox.ownerUrl,
    temporalAddress,
    apiPort: await findFree(),
    sandboxPort: await findFree(),
    workflowHealthPort: await findFree(),
    workHealthPort: await findFree(),
  }
  const supervisor = createSupervisor({ say, logFileOf: home.log, mark: homeMark(home.path) })
  const people = { records: 100, seed: 5_034, bodies: ['H26'], empty: true }
  const sandboxSecret = randomBytes(24).toString('base64url')
  const owner = postgres(ownerUrl, { max: 1, onnotice: () => {} })
  const close = async () => {
    await supervisor.stop()
    await owner.end({ timeout: 1 })
    await product[Symbol.asyncDispose]()
    await home.release()
  }
  try {
    for (const plan of plansOf(home, addresses, { ...people, sandboxSecret })) await supervisor.start(plan)
    await owner.unsafe('alter table localities drop constraint localities_code')
  } catch (error) {
    await close()
    throw error
  }
  return {
    product,
    coordinator,
    owner,
    apiUrl: `http://127.0.0.1:${addresses.apiPort}`,
    pids: () => OWN_PROCESSES.flatMap((name) => supervisor.pidOf(name) ?? []),
    async enterBodies(codes: readonly string[]) {
      await owner`
        insert into localities (locality_code, name_vi, name_en, kind, region)
        select code, 'Cơ quan ' || code, 'Body ' || code, kind, region
        from unnest(${[...codes]}::text[]) as code, (select kind, region from localities limit 1) as any_body`
    },
    [Symbol.asyncDispose]: close,
  }
}

interface Wanted {
  readonly codes: readonly string[]
  readonly byWire: boolean
  readonly campaigns: number
}

async function launchOurs(stage: Stage, wanted: Wanted, watched: Watched): Promise<Launch> {
  const { codes, byWire, campaigns } = wanted
  const share = Math.ceil(codes.length / campaigns)
  const ends = [measure(watched), measure(watched), measure(watched)] as const
  const campaignIds: string[] = []
  for (let from = 0; from < codes.length; from += share) {
    const part = codes.slice(from, from + share)
    campaignIds.push(await (byWire ? launchByWire(stage, part) : launchByStore(stage, part)))
  }
  const answered = ends[0]()
  say(`launch: ${codes.length} bodies answered after ${seconds(answered)} s`)
  await untilAll(codes.length, () => countStarted(stage, campaignIds))
  const started = ends[1]()
  say(`launch: every process started after ${seconds(started)} s`)
  await untilAll(codes.length, () => countOpen(stage, campaignIds))
  return { answered, started, open: ends[2]() }
}

const seconds = ({ wallMs }: Sample) => (wallMs / 1_000).toFixed(1)

async function launchByWire({ apiUrl, coordinator }: Stage, codes: readonly string[]): Promise<string> {
  const response = await fetch(`${apiUrl}/v1/campaigns`, {
    method: 'POST',
    headers: {
      authorization: coordinator.authorization,
      'content-type': 'application/json',
      'idempotency-key': randomUUID(),
    },
    body: JSON.stringify({ localityCodes: codes }),
  })
  if (response.status !== 201)
    throw new Error(`The launch was answered ${response.status}: ${await response.text()}`)
  return launchView.parse(await response.json()).campaignId
}

/** What the route does once it has read its request. */
async function launchByStore(stage: Stage, codes: readonly string[]): Promise<string> {
  const { stores }: OpenedProduct = stage.product
  const campaignId = randomUUID()
  const launchedMs = await stores.clock.now()
  const calendar = await stores.calendars.readCalendar()
  const { settings } = TEMPLATE
  await stores.campaigns.launch({
    campaignId,
    template: TEMPLATE.code,
    titleVi: TEMPLATE.titleVi,
    titleEn: TEMPLATE.titleEn,
    legalDocument: TEMPLATE.legalDocument,
    settings,
    stages: TEMPLATE.stages.map((date) => ({ ...date, dueMs: dueOf(date, calendar).dueMs })),
    localityCodes: codes,
    launchedBy: stage.coordinator.subject,
    launchedMs,
    bookable: { fromMs: startOfDay(settings.syncFrom), toMs: startOfDay(addDays(settings.syncFrom, 550)) },
    process: {
      processId: campaignWorkflowId(campaignId),
      workflow: CAMPAIGN_WORKFLOW,
      campaignId,
      localityCode: null,
      input: {
        ...{ v: 1, campaignId, clock: null, launched: false, amendments: [], end: null, seenOps: [] },
        nextReportDay: addDays(toHanoiDate(launchedMs), 1),
        nextMatchDay: settings.matchFrom,
        reportHour: settings.reportHour,
        matchHour: settings.matchHour,
      },
    },
  })
  return campaignId
}

async function countStarted({ owner }: Stage, campaignIds: readonly string[]): Promise<number> {
  const [row] = await owner<{ n: number }[]>`
    select count(*)::int as n from process_starts
    where campaign_id = any(${[...campaignIds]}::uuid[]) and locality_code is not null and started_at is not null`
  return row?.n ?? 0
}

async function countOpen({ owner }: Stage, campaignIds: readonly string[]): Promise<number> {
  const [row] = await owner<{ n: number }[]>`
    select count(*)::int as n from campaign_localities where campaign_id = any(${[...campaignIds]}::uuid[]) and open_stage is not null`
  return row?.n ?? 0
}

async function untilAll(wanted: number, count: () => Promise<number>): Promise<void> {
  const untilMs = Date.now() + LAUNCH_WITHIN_MS
  for (;;) {
    const there = await count()
    if (there === wanted) return
    if (Date.now() > untilMs) throw new Error(`Only ${there} of ${wanted} after half an hour.`)
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
  }
}
