import { sql } from 'drizzle-orm'
import {
  bigint,
  check,
  index,
  integer,
  pgTable,
  primaryKey,
  smallint,
  text,
  unique,
  uuid,
} from 'drizzle-orm/pg-core'
import { bytes, instant, timeOrderedId } from './columns.ts'
import { signatures } from './signing.ts'
import { syncSlots } from './sync-schedule.ts'

/** The sending of signed versions in one confirmed slot. */
export const syncWindows = pgTable(
  'sync_windows',
  {
    windowId: timeOrderedId('window_id').primaryKey(),
    campaignId: uuid('campaign_id').notNull(),
    localityCode: text('locality_code').notNull(),
    slotId: uuid('slot_id')
      .notNull()
      .unique()
      .references(() => syncSlots.slotId),
    kind: text('kind').notNull(),
    opensAt: instant('opens_at').notNull(),
    closesAt: instant('closes_at').notNull(),
    /** When its versions were listed; nothing is added afterwards. */
    preparedAt: instant('prepared_at'),
    items: integer('items'),
    /** The highest record that ever stood in a batch: no batch has to look for pending ones from the start again. */
    lastBatchedId: bigint('last_batched_id', { mode: 'number' }).notNull().default(0),
    /** Fences an attempt that was thought dead: the engine's instant of the newest attempt, in milliseconds. */
    lease: bigint('lease', { mode: 'number' }).notNull().default(0),
    round: integer('round').notNull().default(0),
    parkedAt: instant('parked_at'),
    parkingNo: integer('parking_no').notNull().default(0),
    parkedReason: text('parked_reason'),
    completedAt: instant('completed_at'),
    /** Counted when it was completed, for nothing changes in it afterwards. */
    accepted: integer('accepted'),
    rejected: integer('rejected'),
    recordedAt: instant('recorded_at')
      .notNull()
      .default(sql`now()`),
  },
  (table) => [
    unique('sync_windows_of_locality').on(table.windowId, table.localityCode),
    index('sync_windows_campaign').on(table.campaignId, table.windowId),
    index('sync_windows_locality').on(table.localityCode, table.windowId),
    check(
      'sync_windows_counted',
      sql`num_nonnulls(${table.completedAt}, ${table.accepted}, ${table.rejected}) in (0, 3)`,
    ),
    check('sync_windows_parked', sql`(${table.parkedAt} is null) = (${table.parkedReason} is null)`),
    check('sync_windows_kind', sql`${table.kind} in ('campaign', 'delta')`),
  ],
)

/** Only signed sessions enter a window. */
export const syncWindowSessions = pgTable(
  'sync_window_sessions',
  {
    windowId: uuid('window_id')
      .notNull()
      .references(() => syncWindows.windowId),
    sessionId: uuid('session_id')
      .notNull()
      .references(() => signatures.sessionId),
    localityCode: text('locality_code').notNull(),
  },
  (table) => [primaryKey({ columns: [table.windowId, table.sessionId] })],
)

/** One signed version in a window: pending, accepted with its receipt, or rejected with a reason. No index on state. */
export const syncItems = pgTable(
  'sync_items',
  {
    windowId: uuid('window_id').notNull(),
    localityCode: text('locality_code').notNull(),
    recordId: bigint('record_id', { mode: 'number' }).notNull(),
    versionNo: integer('version_no').notNull(),
    sessionId: uuid('session_id').notNull(),
    repairNo: smallint('repair_no').notNull().default(0),
    state: text('state').notNull().default('p'),
    /** The batch whose answer settled it. */
    batchNo: integer('batch_no'),
    receipt: uuid('receipt'),
    reason: text('reason'),
  },
  (table) => [
    primaryKey({ columns: [table.windowId, table.recordId] }),
    unique('sync_items_version_once').on(table.sessionId, table.recordId, table.repairNo),
    index('sync_items_record').on(table.recordId, table.versionNo),
    check('sync_items_state', sql`${table.state} in ('p', 'a', 'r')`),
    check('sync_items_rejected_with_reason', sql`(${table.state} = 'r') = (${table.reason} is not null)`),
    check(
      'sync_items_accepted_with_receipt',
      sql`${table.state} <> 'a' or num_nulls(${table.receipt}, ${table.batchNo}) = 0`,
    ),
    check('sync_items_pending_without_receipt', sql`${table.state} <> 'p' or ${table.receipt} is null`),
  ],
)

/** Written before it is sent, with its records: a lost answer is asked for, or the batch is sent again under its key. */
export const syncBatches = pgTable(
  'sync_batches',
  {
    windowId: uuid('window_id')
      .notNull()
      .references(() => syncWindows.windowId),
    batchNo: integer('batch_no').notNull(),
    localityCode: text('locality_code').notNull(),
    idempotencyKey: timeOrderedId('idempotency_key').notNull().unique(),
    recordIds: bigint('record_ids', { mode: 'number' }).array().notNull(),
    bodySha256: bytes('body_sha256'),
    attempts: integer('attempts').notNull().default(0),
    /** When the receiver failed on these records for the first time, in whatever batch they stood. */
    firstFailedAt: instant('first_failed_at'),
    sentAt: instant('sent_at'),
    answeredAt: instant('answered_at'),
    answerCode: integer('answer_code'),
    /** When it was cut in two because the receiver failed on it; it is not sent again. */
    splitAt: instant('split_at'),
  },
  (table) => [
    primaryKey({ columns: [table.windowId, table.batchNo] }),
    check('sync_batches_one_end', sql`num_nonnulls(${table.answeredAt}, ${table.splitAt}) <= 1`),
  ],
)
