import { sql } from 'drizzle-orm'
import {
  bigint,
  boolean,
  check,
  date,
  index,
  integer,
  pgTable,
  primaryKey,
  smallint,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core'
import { campaigns } from './campaigns.ts'
import { instant, timeOrderedId } from './columns.ts'

/** Every body that can take part: ministries, agencies, provinces. Reference data, written by the migration step. */
export const localities = pgTable(
  'localities',
  {
    localityCode: text('locality_code').primaryKey(),
    nameVi: text('name_vi').notNull(),
    nameEn: text('name_en').notNull(),
    kind: text('kind').notNull(),
    region: text('region').notNull(),
    gsoCode: text('gso_code'),
  },
  (table) => [check('localities_code', sql`${table.localityCode} ~ '^[A-Z][0-9]{2}([.][0-9]{2,3}){0,2}$'`)],
)

export const localityPredecessors = pgTable(
  'locality_predecessors',
  {
    localityCode: text('locality_code')
      .notNull()
      .references(() => localities.localityCode),
    /** Level-1 agency code of the former body, kept or closed. */
    code: text('code').notNull(),
    nameVi: text('name_vi').notNull(),
    gsoCode: text('gso_code'),
    personalIdPrefix: text('personal_id_prefix'),
  },
  (table) => [primaryKey({ columns: [table.localityCode, table.code] })],
)

/** A body's part in a campaign; one running campaign at a time. The last columns are written by its process only. */
export const campaignLocalities = pgTable(
  'campaign_localities',
  {
    campaignId: uuid('campaign_id')
      .notNull()
      .references(() => campaigns.campaignId),
    localityCode: text('locality_code')
      .notNull()
      .references(() => localities.localityCode),
    leftAt: instant('left_at'),
    sequence: bigint('sequence', { mode: 'number' }).notNull().default(0),
    openStage: text('open_stage'),
    held: boolean('held').notNull().default(false),
    /** The next campaign instant at which the process has something to do by itself; null while it waits for people. */
    nextAt: instant('next_at'),
  },
  (table) => [
    primaryKey({ columns: [table.campaignId, table.localityCode] }),
    uniqueIndex('campaign_localities_one_running')
      .on(table.localityCode)
      .where(sql`${table.leftAt} is null`),
  ],
)

/** What the process of a body has decided, as a whole snapshot; an older write never overwrites a newer one. */
export const localityStages = pgTable(
  'locality_stages',
  {
    campaignId: uuid('campaign_id').notNull(),
    localityCode: text('locality_code').notNull(),
    stage: text('stage').notNull(),
    stageNo: smallint('stage_no').notNull(),
    sequence: bigint('sequence', { mode: 'number' }).notNull(),
    state: text('state').notNull(),
    dueAt: instant('due_at').notNull(),
    openedAt: instant('opened_at'),
    submittedAt: instant('submitted_at'),
    /** The first completion; it stays. */
    doneAt: instant('done_at'),
    /** Whether what completed the stage arrived before its due instant; null while it is not done. */
    onTime: boolean('on_time'),
    overdueSince: instant('overdue_since'),
    letters: integer('letters').notNull().default(0),
    /** What the stage still lacks, as codes. */
    blockers: text('blockers')
      .array()
      .notNull()
      .default(sql`'{}'`),
    changedAt: instant('changed_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.campaignId, table.localityCode, table.stage] }),
    check(
      'locality_stages_state',
      sql`${table.state} in ('waiting', 'open', 'submitted', 'approved', 'done')`,
    ),
    check('locality_stages_done', sql`(${table.state} = 'done') = (${table.doneAt} is not null)`),
    check('locality_stages_on_time', sql`(${table.doneAt} is null) = (${table.onTime} is null)`),
  ],
)

/** What a person ordered: its text and document are here, the process is given the id; effective with the projection. */
export const stageActs = pgTable(
  'stage_acts',
  {
    actId: timeOrderedId('act_id').primaryKey(),
    campaignId: uuid('campaign_id').notNull(),
    localityCode: text('locality_code').notNull(),
    stage: text('stage'),
    kind: text('kind').notNull(),
    /** When the API first saw the request's key, in campaign time. */
    occurredAt: instant('occurred_at').notNull(),
    recordedAt: instant('recorded_at')
      .notNull()
      .default(sql`now()`),
    actor: uuid('actor').notNull(),
    reason: text('reason'),
    documentNo: text('document_no'),
    toDate: date('to_date'),
    /** The sequence at which the process took the act in; null where it was refused or never heard of it. */
    effectiveSequence: bigint('effective_sequence', { mode: 'number' }),
  },
  (table) => [index('stage_acts_locality').on(table.campaignId, table.localityCode, table.recordedAt)],
)
