import { randomBytes, randomUUID } from 'node:crypto'
import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import postgres from 'postgres'
import { boardView, launchView } from '../api/contract/campaigns.ts'
import { OFFICIAL_LETTER_5034 as TEMPLATE } from '../domain/campaigns.ts'
import { HOUR_MS, startOfDay } from '../domain/hanoi-time.ts'
import { homeMark, openHome } from '../start/home.ts'
import { plansOf } from '../start/plans.ts'
import { findFree } from '../start/ports.ts'
import { createSupervisor } from '../start/processes.ts'
import { launchBare, type BareLaunch } from './campaigns-bare.ts'
import { ratiosOf, spreadOf, type Fact, type Figure, type Results } from './figures.ts'
import { openProduct } from './product.ts'
import { openEngine, openGround, quietEngineClient, say, type Ground } from './servers.ts'
import { measure, type Sample, type Watched } from './usage.ts'

const FIRST_INSTANT_MS = startOfDay(TEMPLATE.startsOn) + 8 * HOUR_MS
const MANY_BODIES = 1_000
const BOARD_ROUNDS = 20
const LOOK_EVERY_MS = 20
const LAUNCH_WITHIN_MS = 30 * 60_000
const OWN_PROCESSES = ['API', 'workflow worker', 'work worker'] as const
/** Codes of communes that no body has, so many of each province. */
const codeOf = (index: number) =>
  `H${String(1 + Math.floor(index / 99)).padStart(2, '0')}.${String(1 + (index % 99)).padStart(3, '0')}`

interface Launch {
  readonly answered: Sample
  readonly started: Sample
  readonly open: Sample
  readonly board: readonly Fact[]
}

export interface LaunchOptions {
  readonly bodies: number
  readonly repeats: number | null
}

/** A campaign over so many invented bodies by the real processes, against as many bare processes on the same engine. */
export async function benchLaunch(options: LaunchOptions): Promise<Results> {
  const { bodies } = options
  const times = options.repeats ?? (bodies >= MANY_BODIES ? 1 : 3)
  quietEngineClient()
  await using ground = await openGround()
  await using engine = await openEngine(ground)
  await using stage = await openStage(ground, engine.address)
  const ours: Launch[] = []
  const bare: BareLaunch[] = []
  for (let repeat = 0; repeat < times; repeat += 1) {
    const codes = Array.from({ length: bodies }, (_, index) => codeOf(repeat * bodies + index))
    await stage.enterBodies(codes)
    const watched = { postgresPid: ground.postgres.pid, enginePid: engine.pid }
    ours.push(await launchOurs(stage, codes, { ...watched, nodePids: stage.pids() }))
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
        'ours: the API’s answer',
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
    facts: ours.at(-1)?.board ?? [],
  }
}

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
    for (const plan of plansOf({ ...home, logIns: null }, addresses, { ...people, sandboxSecret }))
      await supervisor.start(plan)
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

async function launchOurs(stage: Stage, codes: readonly string[], watched: Watched): Promise<Launch> {
  const ends = [measure(watched), measure(watched), measure(watched)] as const
  const campaignId = await launchByWire(stage, codes)
  const answered = ends[0]()
  say(`launch: ${codes.length} bodies answered after ${seconds(answered)} s`)
  await untilAll(codes.length, () => countStarted(stage, campaignId))
  const started = ends[1]()
  say(`launch: every process started after ${seconds(started)} s`)
  await untilAll(codes.length, () => countOpen(stage, campaignId))
  return { answered, started, open: ends[2](), board: await askBoard(stage, campaignId, codes.length) }
}

/** The whole board, page by page as a client reads it, again and again. */
async function askBoard(
  { apiUrl, coordinator }: Stage,
  campaignId: string,
  bodies: number,
): Promise<readonly Fact[]> {
  const walls: number[] = []
  for (let round = 0; round < BOARD_ROUNDS; round += 1) {
    let seen = 0
    for (let after: string | null = ''; after !== null;) {
      const rest: string = after === '' ? '' : `&after=${after}`
      const startedMs = performance.now()
      const response = await fetch(`${apiUrl}/v1/campaigns/${campaignId}/board?limit=200${rest}`, {
        headers: { authorization: coordinator.authorization },
      })
      const text = await response.text()
      walls.push(performance.now() - startedMs)
      const page = boardView.parse(JSON.parse(text))
      seen += page.bodies.length
      after = page.next
    }
    if (seen !== bodies) throw new Error(`The board shows ${seen} of ${bodies} bodies.`)
  }
  const { median, max } = spreadOf(walls)
  const p95 = walls.toSorted((one, other) => one - other)[Math.floor(walls.length * 0.95)] ?? Number.NaN
  return [
    { name: `board: a page of 200 bodies × 7, ms (of ${walls.length})`, value: median.toFixed(1) },
    { name: 'board: p95, ms', value: p95.toFixed(1) },
    { name: 'board: most, ms', value: max.toFixed(1) },
  ]
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

async function countStarted({ owner }: Stage, campaignId: string): Promise<number> {
  const [row] = await owner<{ n: number }[]>`
    select count(*)::int as n from process_starts
    where campaign_id = ${campaignId} and locality_code is not null and started_at is not null`
  return row?.n ?? 0
}

async function countOpen({ owner }: Stage, campaignId: string): Promise<number> {
  const [row] = await owner<{ n: number }[]>`
    select count(*)::int as n from campaign_localities where campaign_id = ${campaignId} and open_stage is not null`
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
