import { sql } from 'drizzle-orm'
import {
  bigint,
  check,
  date,
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

/** One run per campaign and Hanoi day. */
export const matchingRuns = pgTable(
  'matching_runs',
  {
    runId: timeOrderedId('run_id').primaryKey(),
    campaignId: uuid('campaign_id').notNull(),
    day: date('day').notNull(),
    cause: text('cause').notNull(),
    orderedBy: uuid('ordered_by'),
    recordedAt: instant('recorded_at')
      .notNull()
      .default(sql`now()`),
    occurredAt: instant('occurred_at').notNull(),
    finishedAt: instant('finished_at'),
  },
  (table) => [
    unique('matching_runs_one_per_day').on(table.campaignId, table.day),
    check('matching_runs_cause', sql`${table.cause} in ('schedule', 'day-loop', 'person', 'gap-fill')`),
  ],
)

/** What a day's run was for one body: a body that could not be matched is a row, not a hang. */
export const matchingDays = pgTable(
  'matching_days',
  {
    campaignId: uuid('campaign_id').notNull(),
    day: date('day').notNull(),
    localityCode: text('locality_code').notNull(),
    state: text('state').notNull(),
    rulesNo: integer('rules_no').notNull(),
    inScope: integer('in_scope').notNull(),
    asked: integer('asked').notNull(),
    matched: integer('matched').notNull(),
    changed: integer('changed').notNull(),
    /** Why it failed, as a code. */
    reason: text('reason'),
    occurredAt: instant('occurred_at').notNull(),
    recordedAt: instant('recorded_at')
      .notNull()
      .default(sql`now()`),
  },
  (table) => [
    primaryKey({ columns: [table.campaignId, table.localityCode, table.day] }),
    index('matching_days_day').on(table.campaignId, table.day),
    check('matching_days_state', sql`${table.state} in ('done', 'failed')`),
    check('matching_days_reason', sql`(${table.state} = 'failed') = (${table.reason} is not null)`),
  ],
)

/** A row only where version, verdict or fields change, so that any past day can be derived. Verdict 0: left the scope. */
export const matchingLedger = pgTable(
  'matching_ledger',
  {
    recordId: bigint('record_id', { mode: 'number' }).notNull(),
    fromDay: date('from_day').notNull(),
    localityCode: text('locality_code').notNull(),
    versionNo: integer('version_no').notNull(),
    verdict: smallint('verdict').notNull(),
    fields: smallint('fields').notNull().default(0),
    rulesNo: integer('rules_no').notNull(),
    /** The register's answer, sealed; kept unless it matched. */
    answer: bytes('answer'),
  },
  (table) => [
    primaryKey({ columns: [table.recordId, table.fromDay] }),
    index('matching_ledger_day').on(table.localityCode, table.fromDay),
  ],
)

/** The newest ledger row of each record, for the next day's comparison. */
export const matchingState = pgTable(
  'matching_state',
  {
    recordId: bigint('record_id', { mode: 'number' }).primaryKey(),
    localityCode: text('locality_code').notNull(),
    versionNo: integer('version_no').notNull(),
    verdict: smallint('verdict').notNull(),
    fields: smallint('fields').notNull(),
    sinceDay: date('since_day').notNull(),
    checkedDay: date('checked_day').notNull(),
  },
  (table) => [index('matching_state_locality').on(table.localityCode, table.recordId)],
)

/** Every question asked of the population register, named before it is asked. */
export const matchingRequests = pgTable(
  'matching_requests',
  {
    requestId: text('request_id').primaryKey(),
    campaignId: uuid('campaign_id').notNull(),
    day: date('day').notNull(),
    localityCode: text('locality_code').notNull(),
    officerCode: text('officer_code').notNull(),
    asked: integer('asked').notNull(),
    answered: integer('answered'),
    recordedAt: instant('recorded_at')
      .notNull()
      .default(sql`now()`),
  },
  (table) => [index('matching_requests_locality').on(table.localityCode, table.day)],
)

/** A field of a record that differs from the register: opened, kept and closed by the daily match only. */
export const discrepancies = pgTable(
  'discrepancies',
  {
    discrepancyId: timeOrderedId('discrepancy_id').primaryKey(),
    campaignId: uuid('campaign_id').notNull(),
    localityCode: text('locality_code').notNull(),
    recordId: bigint('record_id', { mode: 'number' }).notNull(),
    unitCode: text('unit_code').notNull(),
    field: text('field').notNull(),
    verdict: smallint('verdict').notNull(),
    versionNo: integer('version_no').notNull(),
    openedOn: date('opened_on').notNull(),
    lastSeenOn: date('last_seen_on').notNull(),
    reviewDueOn: date('review_due_on').notNull(),
    correctionDueOn: date('correction_due_on').notNull(),
    closedOn: date('closed_on'),
    closedHow: text('closed_how'),
  },
  (table) => [
    index('discrepancies_locality').on(table.localityCode, table.discrepancyId),
    index('discrepancies_record').on(table.recordId),
    check('discrepancies_closed', sql`(${table.closedOn} is null) = (${table.closedHow} is null)`),
  ],
)
