import { sql } from 'drizzle-orm'
import { bigint, boolean, check, doublePrecision, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { bytes, instant } from './columns.ts'

/** One row: what this installation is, fixed at its first start. */
export const installation = pgTable(
  'installation',
  {
    single: boolean('single').primaryKey().default(true),
    mode: text('mode').notNull(),
    /** A sealed constant: a wrong keyring can not open it, and refuses to start. */
    keyCheck: bytes('key_check').notNull(),
    /** The last real instant at which the clock's keeper was alive. */
    lastAliveAt: instant('last_alive_at'),
    createdAt: instant('created_at')
      .notNull()
      .default(sql`now()`),
  },
  (table) => [
    check('installation_single', sql`${table.single}`),
    check('installation_mode', sql`${table.mode} in ('live', 'rehearsal')`),
  ],
)

/**
 * Append only: from `real_at` on, campaign time runs from `campaign_at` at `speed`, and no further than `runs_until`. Live
 * installations have none.
 */
export const clockAnchors = pgTable('clock_anchors', {
  anchorNo: bigint('anchor_no', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
  realAt: instant('real_at').notNull(),
  campaignAt: instant('campaign_at').notNull(),
  speed: doublePrecision('speed').notNull(),
  runsUntil: instant('runs_until'),
  /** The speed to go back to when a hold or a pause ends. */
  runningSpeed: doublePrecision('running_speed').notNull(),
  cause: text('cause').notNull(),
  actor: uuid('actor'),
})

/** The clock does not pass `clear_until` of any hold: its holder still owes something up to then. */
export const clockHolds = pgTable('clock_holds', {
  name: text('name').primaryKey(),
  clearUntil: instant('clear_until').notNull(),
  recordedAt: instant('recorded_at')
    .notNull()
    .default(sql`now()`),
})
