import { fileURLToPath } from 'node:url'
import { sql } from 'drizzle-orm'
import { migrate } from 'drizzle-orm/postgres-js/migrator'
import { readConfig } from '../config.ts'
import { connectDatabase, type Database } from './client.ts'
import { writeReferenceData } from './reference-data.ts'

/** The role under which our processes run: it owns nothing, and can only add to what is append-only. */
export const APPLICATION_ROLE = 'dongbo_application'

const APPEND_ONLY = ['audit_entries', 'audit_heads', 'clock_anchors'] as const

/**
 * Brings a database to the present schema, creates the application's role and writes the reference data. Running it
 * again changes nothing. Needs the role that owns the schema.
 */
export async function migrateDatabase(ownerUrl: string, applicationPassword: string): Promise<void> {
  const { db, close } = connectDatabase(ownerUrl, { connectionsMax: 1 })
  try {
    await migrate(db, { migrationsFolder: fileURLToPath(new URL('./migrations', import.meta.url)) })
    await grantApplication(db, applicationPassword)
    await writeReferenceData(db)
  } finally {
    await close()
  }
}

async function grantApplication(db: Database, password: string): Promise<void> {
  const role = sql.identifier(APPLICATION_ROLE)
  const found = await db.execute(sql`select 1 from pg_roles where rolname = ${APPLICATION_ROLE}`)
  if (found.length === 0) await db.execute(sql`create role ${role} login`)
  // A statement that takes no parameters; `format` quotes the literal.
  const [statement] = await db.execute<{ text: string }>(
    sql`select format('alter role %I password %L', ${APPLICATION_ROLE}::text, ${password}::text) as text`,
  )
  if (statement !== undefined) await db.execute(sql.raw(statement.text))
  await db.execute(sql`grant usage on schema public to ${role}`)
  await db.execute(sql`grant select, insert, update, delete on all tables in schema public to ${role}`)
  await db.execute(sql`grant usage on all sequences in schema public to ${role}`)
  for (const table of APPEND_ONLY)
    await db.execute(sql`revoke update, delete, truncate on ${sql.identifier(table)} from ${role}`)
  await db.execute(sql`revoke insert on audit_entries, audit_heads from ${role}`)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const config = readConfig('migrate')
  await migrateDatabase(config.DATABASE_OWNER_URL, config.DATABASE_APPLICATION_PASSWORD)
}
