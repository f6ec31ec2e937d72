import { randomBytes } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DefaultLogger, Runtime } from '@temporalio/worker'
import postgres from 'postgres'
import { newTokenKey } from '../api/tokens.ts'
import { newKeyringFile } from '../drizzle/keyring.ts'
import { APPLICATION_ROLE, migrateDatabase } from '../drizzle/migrate.ts'
import { obtainEngine } from '../start/engine-sources.ts'
import { startEngine, type RunningEngine } from '../start/engine.ts'
import { findFree } from '../start/ports.ts'
import { startPostgres, type RunningPostgres } from '../start/postgres.ts'
import { makeServerFolder, withGuard } from '../test/support/servers.ts'

/** Progress goes to the error stream: the output is figures only. */
export const say = (line: string): void => console.error(line)

export interface Ground extends AsyncDisposable {
  readonly folder: string
  readonly keyring: string
  readonly tokenKey: string
  readonly postgres: RunningPostgres
  /** A fresh database at the present schema: its URL as the application's role, and as its owner. */
  readonly newDatabase: (name: string) => Promise<{ readonly url: string; readonly ownerUrl: string }>
  readonly dropDatabase: (name: string) => Promise<void>
  /** Everything is on the disk that was written so far: nobody pays for another's writes. */
  readonly settle: () => Promise<void>
}

const TEMPLATE = 'dongbo_template'
const PASSWORD = randomBytes(24).toString('base64url')

/**
 * A PostgreSQL of our own with the settings of `npm start` (every commit is flushed), in a folder that goes with it,
 * however this process ends.
 */
export async function openGround(): Promise<Ground> {
  const folder = makeServerFolder('bench')
  const [keyring, tokenKey] = [join(folder, 'keyring.json'), join(folder, 'token-key.pem')]
  await writeFile(keyring, newKeyringFile(), { mode: 0o600 })
  await writeFile(tokenKey, newTokenKey(), { mode: 0o600 })
  const starting = startPostgres({
    folder: join(folder, 'postgres'),
    password: randomBytes(24).toString('base64url'),
    logFile: join(folder, 'postgres.log'),
    choosePort: findFree,
    say,
  })
  const stop = await withGuard(folder, () => starting)
  const server = await starting
  const admin = postgres(server.url, { max: 1, onnotice: () => {} })
  await admin.unsafe(`create database ${TEMPLATE}`)
  await migrateDatabase(server.urlOf(TEMPLATE), PASSWORD)
  return {
    folder,
    keyring,
    tokenKey,
    postgres: server,
    async newDatabase(name) {
      await admin.unsafe(`create database ${name} template ${TEMPLATE}`)
      const ownerUrl = server.urlOf(name)
      const url = Object.assign(new URL(ownerUrl), { username: APPLICATION_ROLE, password: PASSWORD })
      return { ownerUrl, url: url.href }
    },
    async dropDatabase(name) {
      await admin.unsafe(`drop database ${name} with (force)`)
    },
    async settle() {
      await admin.unsafe('checkpoint')
    },
    async [Symbol.asyncDispose]() {
      await admin.end({ timeout: 1 })
      await stop()
    },
  }
}

/** A Temporal server of our own in the same folder. */
export async function openEngine(
  { folder }: Pick<Ground, 'folder'>,
  options: { readonly timeSkipping?: boolean } = {},
): Promise<RunningEngine & AsyncDisposable> {
  const { binary } = await obtainEngine({ say, environment: process.env })
  const own = join(folder, 'engine')
  await mkdir(own, { recursive: true })
  const starting = startEngine({
    binary,
    databaseFile: join(own, 'temporal.db'),
    logFile: join(own, 'engine.log'),
    choosePorts: async () => ({ port: await findFree(), uiPort: await findFree() }),
    say,
    ...options,
  })
  const stop = await withGuard(own, () => starting)
  return { ...(await starting), [Symbol.asyncDispose]: stop }
}

let isQuiet = false
/** The engine's client says only what is wrong; it takes that order once per process. */
export function quietEngineClient(): void {
  if (isQuiet) return
  isQuiet = true
  Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] })
}
