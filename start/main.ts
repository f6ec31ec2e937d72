import { randomBytes } from 'node:crypto'
import { Client, Connection } from '@temporalio/client'
import { sql } from 'drizzle-orm'
import { createClockControl } from '../api/temporal/clock.ts'
import { newTokenKey } from '../api/tokens.ts'
import { readConfig } from '../config.ts'
import { OFFICIAL_LETTER_5034 } from '../domain/campaigns.ts'
import { DAY_MS, HOUR_MS, startOfDay } from '../domain/hanoi-time.ts'
import { connectDatabase } from '../drizzle/client.ts'
import { openInstallation } from '../drizzle/installation.ts'
import { newKeyringFile, readKeyring } from '../drizzle/keyring.ts'
import { APPLICATION_ROLE, migrateDatabase } from '../drizzle/migrate.ts'
import { createStores } from '../drizzle/stores/index.ts'
import { obtainEngine } from './engine-sources.ts'
import { startEngine } from './engine.ts'
import { sentenceOf } from './failure.ts'
import { emptyHome, endAllProcesses, endLeftProcesses, homeMark, openHome, type Home } from './home.ts'
import { keepRunning } from './keeper.ts'
import { oneOfEach, openLogIns, type LogIn } from './log-ins.ts'
import { readOptions, rememberRehearsal, type StartOptions } from './options.ts'
import { buildPages } from './pages.ts'
import { plansOf } from './plans.ts'
import { rememberPort, requireFree } from './ports.ts'
import { startPostgres } from './postgres.ts'
import { createSupervisor } from './processes.ts'
import { connectRehearsal, showProgress } from './rehearsal.ts'

/** Where a rehearsal's clock begins: in the morning, when people come to work. */
const FIRST_INSTANT_MS = startOfDay(OFFICIAL_LETTER_5034.startsOn) + 8 * HOUR_MS

const say = (line: string) => console.log(line)
const stopping = new AbortController()
/** What was brought up, to be taken down in the opposite order. */
const running: (() => Promise<void>)[] = []

async function bringUpDatabase(home: Home, ownUrl: string | undefined) {
  if (ownUrl !== undefined) return { urlOf: (database: string) => withDatabase(ownUrl, database) }
  say('PostgreSQL: starting')
  const password = await home.secret('database-password', () => randomBytes(24).toString('base64url'))
  const start = () =>
    startPostgres({
      folder: home.postgres,
      password,
      logFile: home.log('postgres'),
      choosePort: () => rememberPort(home.ports, 'postgres'),
      say,
    })
  const keeper = keepRunning({
    name: 'PostgreSQL',
    first: await start(),
    startAgain: start,
    say,
    onLost: end,
  })
  running.push(keeper.stop)
  return { urlOf: (database: string) => keeper.current().urlOf(database) }
}

const withDatabase = (url: string, database: string) =>
  Object.assign(new URL(url), { pathname: `/${database}` }).href

async function prepareDatabase(home: Home, urlOf: (database: string) => string): Promise<string> {
  say('Database: bringing it to the present schema')
  const admin = connectDatabase(urlOf('postgres'), { connectionsMax: 1 })
  for (const name of ['dongbo', 'dongbo_sandbox']) {
    const found = await admin.db.execute(sql`select 1 from pg_database where datname = ${name}`)
    if (found.length === 0) await admin.db.execute(sql`create database ${sql.identifier(name)}`)
  }
  await admin.close()
  const password = await home.secret('application-password', () => randomBytes(24).toString('base64url'))
  await migrateDatabase(urlOf('dongbo'), password)
  const url = new URL(urlOf('dongbo'))
  url.username = APPLICATION_ROLE
  url.password = password
  return url.href
}

async function bringUpEngine(home: Home, uiPort: number) {
  const { binary } = await obtainEngine({ say, environment: process.env, signal: stopping.signal })
  say('Engine: starting')
  const start = () =>
    startEngine({
      binary,
      databaseFile: home.engineDatabase,
      logFile: home.log('engine'),
      choosePorts: async () => {
        await requireFree(uiPort, 'the page of the Temporal engine', 'TEMPORAL_UI_PORT')
        return { port: await rememberPort(home.ports, 'engine'), uiPort }
      },
      say,
    })
  const keeper = keepRunning({ name: 'Engine', first: await start(), startAgain: start, say, onLost: end })
  running.push(keeper.stop)
  return keeper.current()
}

/** Keys, mode, log-ins, and the clock where it stood: nobody is late for the time that nothing ran. */
async function prepareInstallation(
  home: Home,
  databaseUrl: string,
  temporalAddress: string,
  { speed, empty }: StartOptions,
) {
  await home.secret('keyring.json', newKeyringFile)
  await home.secret('token-key.pem', newTokenKey)
  const keyring = await readKeyring(home.keyring)
  const { db, close } = connectDatabase(databaseUrl, { connectionsMax: 4 })
  const { access, clock } = createStores(db, keyring)
  await openInstallation(clock, keyring, 'rehearsal')
  const logIns = await openLogIns(home, access)
  if ((await clock.readNewestAnchor()) === null) {
    const runningSpeed = speed * (DAY_MS / 1_000)
    await clock.anchor({ speed: 0, runningSpeed, cause: 'pause', actor: null, campaignMs: FIRST_INSTANT_MS })
  } else await clock.reanchorAfterStop()
  if (!empty) {
    const connection = await Connection.connect({ address: temporalAddress, connectTimeout: '5s' })
    await createClockControl(new Client({ connection })).tell(await clock.readClock())
    await connection.close()
  }
  await close()
  return logIns
}

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2))
  const config = readConfig('start')
  const home = await openHome(config.DONGBO_HOME ?? '.dongbo')
  running.push(home.release)
  const left = await endLeftProcesses(home)
  if (left > 0) say(`Ended ${left} processes that a killed start had left behind`)
  if (options.reset) {
    await endAllProcesses(home)
    await emptyHome(home)
    say('Everything of earlier starts was removed')
  }
  const rehearsal = await rememberRehearsal(home, options.asked)
  await requireFree(config.API_PORT, 'the API', 'API_PORT')
  await buildPages(say)
  const { urlOf } = await bringUpDatabase(home, config.DATABASE_OWNER_URL)
  const databaseUrl = await prepareDatabase(home, urlOf)
  const engine =
    config.TEMPORAL_ADDRESS === undefined ? await bringUpEngine(home, config.TEMPORAL_UI_PORT) : null
  const temporalAddress = engine?.address ?? config.TEMPORAL_ADDRESS ?? ''
  const logIns = await prepareInstallation(home, databaseUrl, temporalAddress, options)

  const supervisor = createSupervisor({ say, logFileOf: home.log, mark: homeMark(home.path) })
  running.push(supervisor.stop)
  const port = (name: string) => rememberPort(home.ports, name)
  const addresses = {
    databaseUrl,
    sandboxDatabaseUrl: urlOf('dongbo_sandbox'),
    temporalAddress,
    apiPort: config.API_PORT,
    sandboxPort: await port('sandbox'),
    workflowHealthPort: await port('workflow-worker'),
    workHealthPort: await port('work-worker'),
  }
  const sandboxSecret = await home.secret('sandbox-secret', () => randomBytes(24).toString('base64url'))
  for (const plan of plansOf(home, addresses, { ...rehearsal, empty: options.empty, sandboxSecret })) {
    if (stopping.signal.aborted) return
    say(`${plan.name}: starting`)
    await supervisor.start(plan)
  }
  const apiUrl = `http://127.0.0.1:${config.API_PORT}`
  const { sandboxPort } = addresses
  present({ apiUrl, engineUrl: engine?.uiUrl ?? temporalAddress, sandboxPort }, logIns)
  const [coordinator] = logIns
  if (coordinator !== undefined && !options.empty) await rehearse(apiUrl, coordinator, rehearsal.bodies)
}

/** Addresses and log-ins, once. */
function present(
  addresses: { readonly apiUrl: string; readonly engineUrl: string; readonly sandboxPort: number },
  logIns: readonly LogIn[],
): void {
  const { apiUrl, engineUrl, sandboxPort } = addresses
  say(`\nAPI      ${apiUrl}  (its documentation: ${apiUrl}/docs)`)
  say(`Engine   ${engineUrl}`)
  say(`Sandbox  http://127.0.0.1:${sandboxPort}  (files to hand in: /source-systems/v1)`)
  say('Log-ins  (all of them: log-ins.json in the state folder)')
  for (const { role, name, password } of oneOfEach(logIns))
    say(`  ${role.padEnd(22)} ${name.padEnd(18)} ${password}`)
  say('')
}

/** Launches the campaign, or goes on with the one that was launched, and shows it to its last day. */
async function rehearse(apiUrl: string, logIn: LogIn, bodies: readonly string[]): Promise<void> {
  const rehearsal = await connectRehearsal(apiUrl, logIn)
  const found = await rehearsal.findCampaign()
  const campaignId = found ?? (await rehearsal.launch(bodies))
  say(
    found === null
      ? 'The campaign of Official Letter 5034 is launched'
      : 'The campaign goes on where it stood',
  )
  // A start that was killed after the launch has left the clock at its first hour.
  const clock = await rehearsal.readClock()
  if (clock.standing === 'paused' && Date.parse(clock.now) <= FIRST_INSTANT_MS) await rehearsal.resume()
  const isTerminal = process.stdout.isTTY
  await showProgress(rehearsal, campaignId, { say, isTerminal, signal: stopping.signal })
  if (!stopping.signal.aborted) say('The clock stands; everything goes on answering. Ctrl-C stops it.')
}

let ending: Promise<void> | undefined
function end(failure?: unknown): void {
  ending ??= (async () => {
    stopping.abort()
    if (failure !== undefined) console.error(sentenceOf(failure) ?? failure)
    for (const stop of running.toReversed())
      await stop().catch((error: unknown) => console.error(sentenceOf(error) ?? error))
    process.exit(failure === undefined ? 0 : 1)
  })()
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => end())
main().catch((error: unknown) => {
  if (!stopping.signal.aborted) end(error)
})
