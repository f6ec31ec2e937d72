import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { findFree } from '../../start/ports.ts'
import { FAST_SETTINGS, startPostgres } from '../../start/postgres.ts'
import { makeServerFolder, say, withGuard } from './servers.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Of the superuser, for the database `postgres`: each test makes databases of its own. */
    databaseUrl: string
  }
}

/** Starts one PostgreSQL for all tests of a lane. */
export async function setup({ provide }: Pick<TestProject, 'provide'>): Promise<() => Promise<void>> {
  const folder = makeServerFolder('postgres')
  return withGuard(folder, async () => {
    const server = await startPostgres({
      folder: join(folder, 'postgres'),
      password: randomBytes(18).toString('base64url'),
      logFile: join(folder, 'postgres.log'),
      choosePort: findFree,
      settings: FAST_SETTINGS,
      say,
    })
    provide('databaseUrl', server.url)
    return server
  })
}
