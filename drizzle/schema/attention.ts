import { sql } from 'drizzle-orm'
import { index, integer, pgTable, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core'
import { instant, timeOrderedId } from './columns.ts'

/** Everything that is parked or overdue: what, since when, and what can be done. Keyed by process and parking number. */
export const attentionItems = pgTable(
  'attention_items',
  {
    itemId: timeOrderedId('item_id').primaryKey(),
    campaignId: uuid('campaign_id'),
    localityCode: text('locality_code'),
    kind: text('kind').notNull(),
    /** The workflow id, or the stage that is overdue. */
    subject: text('subject').notNull(),
    parkingNo: integer('parking_no').notNull().default(0),
    reason: text('reason').notNull(),
    /** The decisions that are possible now. */
    choices: text('choices').array().notNull(),
    occurredAt: instant('occurred_at').notNull(),
    recordedAt: instant('recorded_at')
      .notNull()
      .default(sql`now()`),
    resolvedAt: instant('resolved_at'),
    resolvedBy: uuid('resolved_by'),
    resolution: text('resolution'),
  },
  (table) => [
    uniqueIndex('attention_items_once').on(table.kind, table.subject, table.parkingNo),
    index('attention_items_open')
      .on(table.campaignId, table.itemId)
      .where(sql`${table.resolvedAt} is null`),
  ],
)
