import { sql } from 'drizzle-orm'
import { date, index, integer, pgTable, smallint, text, unique, uuid } from 'drizzle-orm/pg-core'
import { instant, timeOrderedId } from './columns.ts'

/** Reminders and numbered urging letters: written with the decision, delivered afterwards until the channel has them. */
export const notices = pgTable(
  'notices',
  {
    noticeId: timeOrderedId('notice_id').primaryKey(),
    campaignId: uuid('campaign_id').notNull(),
    localityCode: text('locality_code').notNull(),
    stage: text('stage').notNull(),
    kind: text('kind').notNull(),
    number: integer('number'),
    /** Makes a repeated decision the same notice: kind, due date and rung or number. */
    occasion: text('occasion').notNull(),
    recipient: text('recipient').notNull(),
    subject: text('subject').notNull(),
    text: text('text').notNull(),
    onDay: date('on_day').notNull(),
    newDate: date('new_date'),
    occurredAt: instant('occurred_at').notNull(),
    recordedAt: instant('recorded_at')
      .notNull()
      .default(sql`now()`),
    attempts: smallint('attempts').notNull().default(0),
    nextAttemptAt: instant('next_attempt_at')
      .notNull()
      .default(sql`now()`),
    deliveredAt: instant('delivered_at'),
  },
  (table) => [
    unique('notices_once').on(table.campaignId, table.localityCode, table.stage, table.occasion),
    index('notices_waiting')
      .on(table.nextAttemptAt)
      .where(sql`${table.deliveredAt} is null`),
  ],
)
