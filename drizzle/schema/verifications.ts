import { sql } from 'drizzle-orm'
import {
  check,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uuid,
} from 'drizzle-orm/pg-core'
import { instant, timeOrderedId } from './columns.ts'
import { campaigns } from './campaigns.ts'

/** One recomputation of everything that is promised, from the rows and from the receiver's own journal. */
export const verifications = pgTable(
  'verifications',
  {
    verificationId: timeOrderedId('verification_id').primaryKey(),
    campaignId: uuid('campaign_id')
      .notNull()
      .references(() => campaigns.campaignId),
    /** Only this body; null is every one of the campaign. */
    localityCode: text('locality_code'),
    /** Only what this window sent. */
    windowId: uuid('window_id'),
    orderedBy: uuid('ordered_by').notNull(),
    occurredAt: instant('occurred_at').notNull(),
    recordedAt: instant('recorded_at')
      .notNull()
      .default(sql`now()`),
    completedAt: instant('completed_at'),
  },
  (table) => [
    index('verifications_campaign').on(table.campaignId, table.verificationId),
    check(
      'verifications_window_of_body',
      sql`${table.windowId} is null or ${table.localityCode} is not null`,
    ),
  ],
)

/** What was looked at for one body (`national` for the chain of the ministry), and how much of it is wrong. */
export const verificationBodies = pgTable(
  'verification_bodies',
  {
    verificationId: uuid('verification_id')
      .notNull()
      .references(() => verifications.verificationId),
    localityCode: text('locality_code').notNull(),
    /** How many of each were looked at: lines, versions, items, journal entries, sessions, stages, audit entries. */
    checked: jsonb('checked').$type<Readonly<Record<string, number>>>().notNull(),
    /** How many were found, by rule; each of the first ten thousand of a rule has a row. */
    found: jsonb('found').$type<Readonly<Record<string, number>>>().notNull(),
    /** Why the body could not be looked at: the receiver did not give its journal. */
    problem: text('problem'),
    recordedAt: instant('recorded_at')
      .notNull()
      .default(sql`now()`),
  },
  (table) => [primaryKey({ columns: [table.verificationId, table.localityCode] })],
)

/** One thing that is missing, doubled or different. Codes and ids only. */
export const verificationFindings = pgTable(
  'verification_findings',
  {
    verificationId: uuid('verification_id').notNull(),
    localityCode: text('locality_code').notNull(),
    findingNo: integer('finding_no').notNull(),
    rule: text('rule').notNull(),
    /** What it is about: source code + `/` + record code, an intake with its page, a window, a session, a stage. */
    subject: text('subject').notNull(),
    versionNo: integer('version_no'),
    windowId: uuid('window_id'),
  },
  (table) => [
    primaryKey({ columns: [table.verificationId, table.localityCode, table.findingNo] }),
    foreignKey({
      columns: [table.verificationId, table.localityCode],
      foreignColumns: [verificationBodies.verificationId, verificationBodies.localityCode],
    }),
  ],
)
