import { sql } from 'drizzle-orm'
import { check, index, integer, pgTable, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core'
import { bytes, instant, timeOrderedId } from './columns.ts'
import { sourceSystems } from './software.ts'

/**
 * A key lets one software write to the national database for one body: what we present there, therefore sealed and not
 * only hashed. Never deleted, only cancelled. Issued by one person, activated by another.
 */
export const connectionKeys = pgTable(
  'connection_keys',
  {
    keyId: timeOrderedId('key_id').primaryKey(),
    localityCode: text('locality_code').notNull(),
    sourceId: integer('source_id')
      .notNull()
      .references(() => sourceSystems.sourceId),
    /** Null for a predecessor's key, of which only the hash was reported. */
    secretSealed: bytes('secret_sealed'),
    secretSha256: bytes('secret_sha256').notNull().unique(),
    issuedBy: uuid('issued_by').notNull(),
    issuedAt: instant('issued_at').notNull(),
    activatedBy: uuid('activated_by'),
    activatedAt: instant('activated_at'),
    cancelledBy: uuid('cancelled_by'),
    cancelledAt: instant('cancelled_at'),
    /** When the national database had taken in the last change of this row. */
    confirmedAt: instant('confirmed_at'),
  },
  (table) => [
    uniqueIndex('connection_keys_one_active_per_locality')
      .on(table.localityCode)
      .where(sql`${table.activatedAt} is not null and ${table.cancelledAt} is null`),
    index('connection_keys_locality').on(table.localityCode),
    check('connection_keys_two_persons', sql`${table.activatedBy} <> ${table.issuedBy}`),
    check(
      'connection_keys_activated_by',
      sql`(${table.activatedAt} is null) = (${table.activatedBy} is null)`,
    ),
    check(
      'connection_keys_cancelled_by',
      sql`(${table.cancelledAt} is null) = (${table.cancelledBy} is null)`,
    ),
    check(
      'connection_keys_secret_of_active',
      sql`${table.activatedAt} is null or ${table.secretSealed} is not null`,
    ),
  ],
)
