import { sql } from 'drizzle-orm'
import {
  bigint,
  check,
  foreignKey,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core'
import { bytes, instant, timeOrderedId } from './columns.ts'
import { recordVersions } from './records.ts'

/** A set of record versions under one Merkle root that one signature covers. One open session per body. */
export const signingSessions = pgTable(
  'signing_sessions',
  {
    sessionId: timeOrderedId('session_id').primaryKey(),
    campaignId: uuid('campaign_id').notNull(),
    localityCode: text('locality_code').notNull(),
    openedBy: uuid('opened_by').notNull(),
    openedAt: instant('opened_at').notNull(),
    recordedAt: instant('recorded_at')
      .notNull()
      .default(sql`now()`),
    frozenAt: instant('frozen_at'),
    leaves: integer('leaves'),
    root: bytes('root'),
    manifest: text('manifest'),
    /** When the signer ordered the signature; the process obtains, verifies and stores it. */
    orderedAt: instant('ordered_at'),
    orderedBy: uuid('ordered_by'),
    parkedAt: instant('parked_at'),
    signedAt: instant('signed_at'),
    abandonedAt: instant('abandoned_at'),
  },
  (table) => [
    index('signing_sessions_locality').on(table.localityCode, table.sessionId),
    uniqueIndex('signing_sessions_one_open')
      .on(table.localityCode)
      .where(sql`${table.signedAt} is null and ${table.abandonedAt} is null`),
    check(
      'signing_sessions_frozen',
      sql`num_nulls(${table.frozenAt}, ${table.leaves}, ${table.root}, ${table.manifest}) in (0, 4)`,
    ),
    check('signing_sessions_signed_frozen', sql`${table.signedAt} is null or ${table.frozenAt} is not null`),
    check('signing_sessions_one_end', sql`num_nonnulls(${table.signedAt}, ${table.abandonedAt}) <= 1`),
  ],
)

export const signingLeaves = pgTable(
  'signing_leaves',
  {
    sessionId: uuid('session_id')
      .notNull()
      .references(() => signingSessions.sessionId),
    localityCode: text('locality_code').notNull(),
    recordId: bigint('record_id', { mode: 'number' }).notNull(),
    versionNo: integer('version_no').notNull(),
    leaf: bytes('leaf').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.sessionId, table.recordId] }),
    index('signing_leaves_version').on(table.recordId, table.versionNo),
    foreignKey({
      columns: [table.recordId, table.versionNo],
      foreignColumns: [recordVersions.recordId, recordVersions.versionNo],
    }),
  ],
)

/** A verified signature over a session's manifest. A window can only hold sessions that stand here. */
export const signatures = pgTable('signatures', {
  sessionId: uuid('session_id')
    .primaryKey()
    .references(() => signingSessions.sessionId),
  localityCode: text('locality_code').notNull(),
  cms: bytes('cms').notNull(),
  certificateSha256: bytes('certificate_sha256').notNull(),
  timestampToken: bytes('timestamp_token'),
  verifiedAt: instant('verified_at').notNull(),
  /** In real time, also in a rehearsal: certificates know no other. */
  recordedAt: instant('recorded_at')
    .notNull()
    .default(sql`now()`),
})
