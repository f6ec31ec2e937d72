import { randomUUID } from 'node:crypto'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import postgres from 'postgres'
import { APPLICATION_ROLE, migrateDatabase } from '../../drizzle/migrate.ts'
import { obtainEngine } from '../../start/engine-sources.ts'
import { startEngine, type EnginePorts } from '../../start/engine.ts'
import type { Say } from '../../start/failure.ts'
import { keepRunning } from '../../start/keeper.ts'
import { findFree } from '../../start/ports.ts'
import { serverProcesses } from '../../start/postgres-data.ts'
import { FAST_SETTINGS, startPostgres, type PostgresSettings } from '../../start/postgres.ts'
import { bundleImpatiently } from '../support/impatient-bundle.ts'
import { guardFolders, makeServerFolder } from '../support/servers.ts'

const PASSWORD = 'only-for-tests-0123456789'
const TEMPLATE = 'dongbo_template'

const sayNothing: Say = () => {}
/** What may be lost when the machine loses its power, but not when a process is killed. */
export const SETTINGS = { ...FAST_SETTINGS, synchronous_commit: 'on' }

interface ServerOptions {
  readonly settings?: PostgresSettings
  /** Where the database lies, if not beside the rest. */
  readonly databaseFolder?: string
  /** The workflows' code as all workers are given it. */
  readonly bundle?: () => Promise<string>
}

/**
 * PostgreSQL and the engine for all schedules of a run, each kept running as `npm start` keeps them: killed, they come
 * back on the same port. Every schedule has databases of its own.
 */
export async function startServers(
  say: Say,
  { settings = SETTINGS, bundle = bundleImpatiently, databaseFolder }: ServerOptions = {},
) {
  const folder = makeServerFolder('chaos')
  const release = guardFolders(folder, ...(databaseFolder === undefined ? [] : [databaseFolder]))
  const onLost = (failure: Error) => {
    say(failure.message)
    process.exitCode = 1
  }
  const databasePort = await findFree()
  const bringPostgres = () =>
    startPostgres({
      folder: join(databaseFolder ?? folder, 'postgres'),
      password: PASSWORD,
      logFile: join(folder, 'postgres.log'),
      choosePort: async () => databasePort,
      settings,
      say,
    })
  const ports: EnginePorts = { port: await findFree(), uiPort: await findFree() }
  const { binary } = await obtainEngine({ say, environment: process.env })
  const bringEngine = () =>
    startEngine({
      binary,
      databaseFile: join(folder, 'engine', 'temporal.db'),
      logFile: join(folder, 'engine.log'),
      choosePorts: async () => ports,
      say,
    })
  const [database, engine] = await Promise.all([bringPostgres(), bringEngine()])
  const keepers = {
    database: keepRunning({
      name: 'PostgreSQL',
      first: database,
      startAgain: bringPostgres,
      say: sayNothing,
      onLost,
    }),
    engine: keepRunning({ name: 'Engine', first: engine, startAgain: bringEngine, say: sayNothing, onLost }),
  }
  await migrateDatabase(await createDatabase(database.url, TEMPLATE), PASSWORD)
  const bundleFile = join(folder, 'workflow-bundle.js')
  writeFileSync(bundleFile, await bundle())

  return {
    folder,
    bundleFile,
    temporalAddress: engine.address,
    dataFolders: [database.dataFolder, join(folder, 'engine')],
    /** Processes to be hit. */
    databaseProcesses: () => serverProcesses(database.dataFolder).map(({ pid }) => pid),
    postmaster: () => keepers.database.current().pid,
    enginePid: () => keepers.engine.current().pid,
    areAlive: () => keepers.database.current().isAlive() && keepers.engine.current().isAlive(),
    /** Databases of one schedule; gone with `drop`. */
    async createDatabases() {
      const id = randomUUID().replaceAll('-', '')
      const ownerUrl = await createDatabase(database.url, `dongbo_${id}`, TEMPLATE)
      const sandboxUrl = await createDatabase(database.url, `sandbox_${id}`)
      const applicationUrl = new URL(ownerUrl)
      applicationUrl.username = APPLICATION_ROLE
      applicationUrl.password = PASSWORD
      const home = join(folder, id)
      mkdirSync(join(home, 'logs'), { recursive: true })
      return {
        home,
        ownerUrl,
        sandboxUrl,
        url: applicationUrl.href,
        async drop() {
          await withAdmin(database.url, async (admin) => {
            await admin.unsafe(`drop database dongbo_${id} with (force)`)
            await admin.unsafe(`drop database sandbox_${id} with (force)`)
          })
          rmSync(home, { recursive: true, force: true })
        },
      }
    },
    async stop() {
      release()
      await keepers.engine.stop()
      await keepers.database.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
export type Servers = Awaited<ReturnType<typeof startServers>>
export type Databases = Awaited<ReturnType<Servers['createDatabases']>>

async function withAdmin(url: string, work: (admin: postgres.Sql) => Promise<void>): Promise<void> {
  const admin = postgres(url, { max: 1, onnotice: () => {} })
  try {
    await work(admin)
  } finally {
    await admin.end()
  }
}

async function createDatabase(serverUrl: string, name: string, template?: string): Promise<string> {
  await withAdmin(serverUrl, async (admin) => {
    await admin.unsafe(`create database ${name}${template === undefined ? '' : ` template ${template}`}`)
  })
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  return url.href
}
