import { randomBytes } from 'node:crypto'
import { parseArgs } from 'node:util'
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
import { sentenceOf, StartFailure } from './failure.ts'
import { emptyHome, endAllProcesses, endLeftProcesses, homeMark, openHome, type Home } from './home.ts'
import { keepRunning } from './keeper.ts'
import { oneOfEach, openLogIns, type LogIn } from './log-ins.ts'
import { plansOf } from './plans.ts'
import { rememberPort, requireFree } from './ports.ts'
import { startPostgres } from './postgres.ts'
import { createSupervisor } from './processes.ts'
import { connectRehearsal, showProgress } from './rehearsal.ts'

/** Campaign days per second: 71 days in a minute and a half, holds not counted. */
const DAYS_PER_SECOND = 0.8
const FIRST_HOUR = 8

const say = (line: string) => console.log(line)
const stopping = new AbortController()
/** What was brought up, to be taken down in the opposite order. */
const running: (() => Promise<void>)[] = []

function readFlags() {
  const { values } = parseArgs({
    options: {
      reset: { type: 'boolean', default: false },
      empty: { type: 'boolean', default: false },
      records: { type: 'string', default: '30000' },
      seed: { type: 'string', default: '5034' },
    },
  })
  const records = Number(values.records)
  const seed = Number(values.seed)
  if (!Number.isInteger(records) || records < 100)
    throw new StartFailure('--records must be a number of at least 100.')
  if (!Number.isInteger(seed) || seed < 0) throw new StartFailure('--seed must be a whole number.')
  return { ...values, records, seed }
}

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
async function prepareInstallation(home: Home, databaseUrl: string, temporalAddress: string, empty: boolean) {
  await home.secret('keyring.json', newKeyringFile)
  await home.secret('token-key.pem', newTokenKey)
  const keyring = await readKeyring(home.keyring)
  const { db, close } = connectDatabase(databaseUrl, { connectionsMax: 4 })
  const { access, clock } = createStores(db, keyring)
  await openInstallation(clock, keyring, 'rehearsal')
  const logIns = await openLogIns(home, access)
  if ((await clock.readNewestAnchor()) === null) {
    const runningSpeed = DAYS_PER_SECOND * (DAY_MS / 1_000)
    const campaignMs = startOfDay(OFFICIAL_LETTER_5034.startsOn) + FIRST_HOUR * HOUR_MS
    await clock.anchor({ speed: 0, runningSpeed, cause: 'pause', actor: null, campaignMs })
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
  const flags = readFlags()
  const config = readConfig('start')
  const home = await openHome(config.DONGBO_HOME ?? '.dongbo')
  running.push(home.release)
  const left = await endLeftProcesses(home)
  if (left > 0) say(`Ended ${left} processes that a killed start had left behind`)
  if (flags.reset) {
    await endAllProcesses(home)
    await emptyHome(home)
    say('Everything of earlier starts was removed')
  }
  await requireFree(config.API_PORT, 'the API', 'API_PORT')
  const { urlOf } = await bringUpDatabase(home, config.DATABASE_OWNER_URL)
  const databaseUrl = await prepareDatabase(home, urlOf)
  const engine =
    config.TEMPORAL_ADDRESS === undefined ? await bringUpEngine(home, config.TEMPORAL_UI_PORT) : null
  const temporalAddress = engine?.address ?? config.TEMPORAL_ADDRESS ?? ''
  const logIns = await prepareInstallation(home, databaseUrl, temporalAddress, flags.empty)

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
  for (const plan of plansOf(home, addresses, { ...flags, sandboxSecret })) {
    if (stopping.signal.aborted) return
    say(`${plan.name}: starting`)
    await supervisor.start(plan)
  }
  await present(config.API_PORT, engine?.uiUrl ?? temporalAddress, logIns, flags.empty)
}

/** Addresses and log-ins, once; then the rehearsal. */
async function present(
  apiPort: number,
  engineUrl: string,
  logIns: readonly LogIn[],
  empty: boolean,
): Promise<void> {
  const apiUrl = `http://127.0.0.1:${apiPort}`
  say(`\nAPI      ${apiUrl}  (its documentation: ${apiUrl}/docs)`)
  say(`Engine   ${engineUrl}`)
  say('Log-ins  (all of them: log-ins.json in the state folder)')
  for (const { role, name, password } of oneOfEach(logIns))
    say(`  ${role.padEnd(22)} ${name.padEnd(18)} ${password}`)
  say('')
  const [coordinator] = logIns
  if (coordinator === undefined || empty) return
  const rehearsal = await connectRehearsal(apiUrl, coordinator)
  const found = await rehearsal.findCampaign()
  const campaignId = found ?? (await rehearsal.launch())
  say(
    found === null
      ? 'The campaign of Official Letter 5034 is launched'
      : 'The campaign goes on where it stood',
  )
  if (found === null) await rehearsal.resume()
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
