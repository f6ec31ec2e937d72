import { sql } from 'drizzle-orm'
import { boolean, check, date, index, jsonb, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { instant, timeOrderedId } from './columns.ts'

/** One campaign; running until it is cancelled or closed. Times instead of status words. */
export const campaigns = pgTable(
  'campaigns',
  {
    campaignId: timeOrderedId('campaign_id').primaryKey(),
    template: text('template').notNull(),
    titleVi: text('title_vi').notNull(),
    titleEn: text('title_en').notNull(),
    legalDocument: text('legal_document').notNull(),
    /** Reminder ladder, letter interval, capacity and the like: `CampaignSettings` of domain/campaigns.ts. */
    settings: jsonb('settings').notNull(),
    launchedBy: uuid('launched_by').notNull(),
    launchedAt: instant('launched_at').notNull(),
    recordedAt: instant('recorded_at')
      .notNull()
      .default(sql`now()`),
    cancelledAt: instant('cancelled_at'),
    closedAt: instant('closed_at'),
  },
  (table) => [
    check('campaigns_end_once', sql`num_nonnulls(${table.cancelledAt}, ${table.closedAt}) <= 1`),
    index('campaigns_recorded_at').on(table.recordedAt),
  ],
)

export const campaignStages = pgTable(
  'campaign_stages',
  {
    campaignId: uuid('campaign_id')
      .notNull()
      .references(() => campaigns.campaignId),
    stage: text('stage').notNull(),
    /** The date as the letter names it. */
    namedDate: date('named_date').notNull(),
    /** Whether the named date itself still counts; "before 20 July" does not include it. */
    inclusive: boolean('inclusive').notNull(),
    dayOffPolicy: text('day_off_policy').notNull(),
    /** The first late instant after the policy was applied. */
    dueAt: instant('due_at').notNull(),
    legalDocument: text('legal_document').notNull(),
  },
  (table) => [primaryKey({ columns: [table.campaignId, table.stage] })],
)

/** A date that was moved while the campaign ran, for all bodies or for some. */
export const campaignAmendments = pgTable(
  'campaign_amendments',
  {
    amendmentId: timeOrderedId('amendment_id').primaryKey(),
    campaignId: uuid('campaign_id')
      .notNull()
      .references(() => campaigns.campaignId),
    stage: text('stage').notNull(),
    namedDate: date('named_date').notNull(),
    inclusive: boolean('inclusive').notNull(),
    dueAt: instant('due_at').notNull(),
    /** Null means every body of the campaign. */
    localityCodes: text('locality_codes').array(),
    reason: text('reason').notNull(),
    documentNo: text('document_no').notNull(),
    orderedBy: uuid('ordered_by').notNull(),
    occurredAt: instant('occurred_at').notNull(),
    recordedAt: instant('recorded_at')
      .notNull()
      .default(sql`now()`),
    /** When the last process had taken it in. */
    completedAt: instant('completed_at'),
  },
  (table) => [index('campaign_amendments_campaign').on(table.campaignId, table.recordedAt)],
)

/** Half of an act that needs two persons: ordered by one, carried out when another confirms it. */
export const secondPersonOrders = pgTable('second_person_orders', {
  orderId: timeOrderedId('order_id').primaryKey(),
  action: text('action').notNull(),
  subject: text('subject').notNull(),
  details: jsonb('details').notNull(),
  orderedBy: uuid('ordered_by').notNull(),
  orderedAt: instant('ordered_at')
    .notNull()
    .default(sql`now()`),
  confirmedBy: uuid('confirmed_by'),
  confirmedAt: instant('confirmed_at'),
})

/** What starts a process is written together with its row; the worker sweeps up what was not started at once. */
export const processStarts = pgTable(
  'process_starts',
  {
    /** The workflow id. */
    processId: text('process_id').primaryKey(),
    workflow: text('workflow').notNull(),
    campaignId: uuid('campaign_id'),
    localityCode: text('locality_code'),
    input: jsonb('input').notNull(),
    recordedAt: instant('recorded_at')
      .notNull()
      .default(sql`now()`),
    startedAt: instant('started_at'),
  },
  (table) => [
    index('process_starts_waiting')
      .on(table.recordedAt)
      .where(sql`${table.startedAt} is null`),
  ],
)

export const dailyReports = pgTable(
  'daily_reports',
  {
    campaignId: uuid('campaign_id')
      .notNull()
      .references(() => campaigns.campaignId),
    day: date('day').notNull(),
    /** Counts per stage and state, letters, records signed and sent; nothing personal. */
    summary: jsonb('summary').notNull(),
    recordedAt: instant('recorded_at')
      .notNull()
      .default(sql`now()`),
  },
  (table) => [primaryKey({ columns: [table.campaignId, table.day] })],
)
