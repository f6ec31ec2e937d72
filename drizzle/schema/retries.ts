import { sql } from 'drizzle-orm'
import {
  check,
  foreignKey,
  index,
  integer,
  pgTable,
  primaryKey,
  smallint,
  text,
  uuid,
} from 'drizzle-orm/pg-core'
import type { RetryOutcome } from '../../domain/retries.ts'
import { bytes, instant, timeOrderedId } from './columns.ts'
import { campaigns } from './campaigns.ts'
import { syncWindows } from './sync-windows.ts'

/**
 * A set of parked sync windows that is let go on as one job. It begins as a preview; confirmed once, by whoever shows the
 * token of exactly this set, it becomes a job with a result for each window.
 */
export const retries = pgTable(
  'retries',
  {
    retryId: timeOrderedId('retry_id').primaryKey(),
    campaignId: uuid('campaign_id')
      .notNull()
      .references(() => campaigns.campaignId),
    /** Which windows were asked for: bodies, reasons; null is every one. */
    localityCodes: text('locality_codes').array(),
    reasons: text('reasons').array(),
    /** SHA-256 over the set: window, parking number and pending versions of each. */
    setSha256: bytes('set_sha256').notNull(),
    previewedBy: uuid('previewed_by').notNull(),
    previewedAt: instant('previewed_at')
      .notNull()
      .default(sql`now()`),
    confirmedBy: uuid('confirmed_by'),
    confirmedAt: instant('confirmed_at'),
    /** When it was confirmed, by the campaign's clock. */
    occurredAt: instant('occurred_at'),
    reason: text('reason'),
    /** How many windows are let go on in a minute at most. */
    perMinute: smallint('per_minute').notNull(),
    pausedAt: instant('paused_at'),
    completedAt: instant('completed_at'),
  },
  (table) => [
    index('retries_campaign').on(table.campaignId, table.retryId),
    check(
      'retries_confirmed_whole',
      sql`num_nulls(${table.confirmedBy}, ${table.confirmedAt}, ${table.occurredAt}, ${table.reason}) in (0, 4)`,
    ),
    check(
      'retries_completed_confirmed',
      sql`${table.completedAt} is null or ${table.confirmedAt} is not null`,
    ),
    check('retries_per_minute', sql`${table.perMinute} between 1 and 6000`),
  ],
)

/** One window of the set as it was previewed, and what became of it. */
export const retryItems = pgTable(
  'retry_items',
  {
    retryId: uuid('retry_id').notNull(),
    windowId: uuid('window_id').notNull(),
    localityCode: text('locality_code').notNull(),
    /** The parking that is ended; a window that was parked again meanwhile is left alone. */
    parkingNo: integer('parking_no').notNull(),
    pending: integer('pending').notNull(),
    reason: text('reason').notNull(),
    /** Null until its turn came. */
    outcome: text('outcome').$type<RetryOutcome>(),
    /** Why it was not retried: the code of the refusal. */
    problem: text('problem'),
    opensAt: instant('opens_at'),
    finishedAt: instant('finished_at'),
  },
  (table) => [
    primaryKey({ columns: [table.retryId, table.windowId] }),
    foreignKey({ columns: [table.retryId], foreignColumns: [retries.retryId] }),
    foreignKey({
      columns: [table.windowId, table.localityCode],
      foreignColumns: [syncWindows.windowId, syncWindows.localityCode],
    }),
    check('retry_items_outcome', sql`${table.outcome} in ('retried', 'not-retried')`),
    check('retry_items_finished', sql`(${table.outcome} is null) = (${table.finishedAt} is null)`),
    check(
      'retry_items_problem',
      sql`(${table.outcome} is not distinct from 'not-retried') = (${table.problem} is not null)`,
    ),
  ],
)
