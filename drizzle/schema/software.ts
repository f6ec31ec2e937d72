import { sql } from 'drizzle-orm'
import {
  boolean,
  check,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  unique,
  uuid,
} from 'drizzle-orm/pg-core'
import { bytes, instant, timeOrderedId } from './columns.ts'
import { localities } from './localities.ts'

/** One installation of a software that a body (or one of its predecessors) keeps its records in. */
export const sourceSystems = pgTable(
  'source_systems',
  {
    sourceId: integer('source_id').primaryKey().generatedAlwaysAsIdentity(),
    localityCode: text('locality_code')
      .notNull()
      .references(() => localities.localityCode),
    /** Short code, part of what identifies a record for good; never changed. */
    code: text('code').notNull().unique(),
    name: text('name').notNull(),
    vendor: text('vendor').notNull(),
    predecessorCode: text('predecessor_code').notNull(),
    registeredBy: uuid('registered_by').notNull(),
    recordedAt: instant('recorded_at')
      .notNull()
      .default(sql`now()`),
  },
  (table) => [
    unique('source_systems_locality').on(table.sourceId, table.localityCode),
    index('source_systems_by_locality').on(table.localityCode),
  ],
)

/** An assessment against one version of the criteria; the newest one of a system counts. */
export const softwareAssessments = pgTable(
  'software_assessments',
  {
    assessmentId: timeOrderedId('assessment_id').primaryKey(),
    sourceId: integer('source_id')
      .notNull()
      .references(() => sourceSystems.sourceId),
    localityCode: text('locality_code').notNull(),
    criteriaVersion: text('criteria_version').notNull(),
    /** Criterion code → met or not. */
    findings: jsonb('findings').notNull(),
    passed: boolean('passed').notNull(),
    assessedBy: uuid('assessed_by').notNull(),
    occurredAt: instant('occurred_at').notNull(),
    recordedAt: instant('recorded_at')
      .notNull()
      .default(sql`now()`),
  },
  (table) => [index('software_assessments_source').on(table.sourceId, table.recordedAt)],
)

/** The one system a body chose in a campaign, and the scenario by which its records come together. */
export const softwareChoices = pgTable(
  'software_choices',
  {
    campaignId: uuid('campaign_id').notNull(),
    localityCode: text('locality_code').notNull(),
    sourceId: integer('source_id')
      .notNull()
      .references(() => sourceSystems.sourceId),
    scenario: text('scenario').notNull(),
    chosenBy: uuid('chosen_by').notNull(),
    occurredAt: instant('occurred_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.campaignId, table.localityCode] }),
    check(
      'software_choices_scenario',
      sql`${table.scenario} in ('one-predecessor', 'same-vendor', 'several-vendors', 'new-software')`,
    ),
  ],
)

/** The named contacts who look after a body's key. Name and contact are personal data and sealed. */
export const keyAdministrators = pgTable(
  'key_administrators',
  {
    administratorId: timeOrderedId('administrator_id').primaryKey(),
    localityCode: text('locality_code')
      .notNull()
      .references(() => localities.localityCode),
    personal: bytes('personal').notNull(),
    namedBy: uuid('named_by').notNull(),
    occurredAt: instant('occurred_at').notNull(),
    endedAt: instant('ended_at'),
  },
  (table) => [index('key_administrators_locality').on(table.localityCode)],
)
