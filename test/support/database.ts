import { randomUUID } from 'node:crypto'
import postgres from 'postgres'
import { inject } from 'vitest'
import { connectDatabase, type Database } from '../../drizzle/client.ts'
import { createKeyring, type Keyring } from '../../drizzle/keyring.ts'
import { APPLICATION_ROLE, migrateDatabase } from '../../drizzle/migrate.ts'

const TEMPLATE = 'dongbo_template'
const PASSWORD = 'only-for-tests-0123456789'
/** Any number, the same in every test process: one of them makes the template. */
const TEMPLATE_LOCK = 5_034

export interface TestDatabase extends AsyncDisposable {
  readonly db: Database
  /** As the application's role, which owns nothing. */
  readonly url: string
  /** As the role that owns the schema. */
  readonly ownerUrl: string
  readonly keyring: Keyring
}

/** A private copy of the migrated template: tests never share rows, so they may run in any order and at once. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const serverUrl = inject('databaseUrl')
  const admin = postgres(serverUrl, { max: 1, onnotice: () => {} })
  await makeTemplate(admin, serverUrl)
  const name = `test_${randomUUID().replaceAll('-', '')}`
  await admin.unsafe(`create database ${name} template ${TEMPLATE}`)
  const ownerUrl = at(serverUrl, name)
  const applicationUrl = new URL(ownerUrl)
  applicationUrl.username = APPLICATION_ROLE
  applicationUrl.password = PASSWORD
  const { db, close } = connectDatabase(applicationUrl.href, { connectionsMax: 12 })
  return {
    db,
    url: applicationUrl.href,
    ownerUrl,
    keyring: createKeyring(Buffer.alloc(32, 7)),
    async [Symbol.asyncDispose]() {
      await close()
      await admin.unsafe(`drop database ${name} with (force)`)
      await admin.end()
    },
  }
}

const at = (serverUrl: string, database: string): string => {
  const url = new URL(serverUrl)
  url.pathname = `/${database}`
  return url.href
}

async function makeTemplate(admin: postgres.Sql, serverUrl: string): Promise<void> {
  await admin`select pg_advisory_lock(${TEMPLATE_LOCK})`
  try {
    const found = await admin`select 1 from pg_database where datname = ${TEMPLATE}`
    if (found.length > 0) return
    const building = `${TEMPLATE}_${randomUUID().slice(0, 8)}`
    await admin.unsafe(`create database ${building}`)
    await migrateDatabase(at(serverUrl, building), PASSWORD)
    await admin.unsafe(`alter database ${building} rename to ${TEMPLATE}`)
  } finally {
    await admin`select pg_advisory_unlock(${TEMPLATE_LOCK})`
  }
}
