import { sql } from 'drizzle-orm'
import { bigint, index, jsonb, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { bytes, instant } from './columns.ts'

/** The end of each scope's chain; advanced by the database function `audit_append` only. */
export const auditHeads = pgTable('audit_heads', {
  /** A body's code, or `national`. */
  scope: text('scope').primaryKey(),
  sequence: bigint('sequence', { mode: 'number' }).notNull(),
  chain: bytes('chain').notNull(),
})

/** Append only. Written in the transaction of the change it tells of; holds ids, codes and counts. */
export const auditEntries = pgTable(
  'audit_entries',
  {
    scope: text('scope').notNull(),
    sequence: bigint('sequence', { mode: 'number' }).notNull(),
    recordedAt: instant('recorded_at')
      .notNull()
      .default(sql`now()`),
    occurredAt: instant('occurred_at'),
    actor: uuid('actor'),
    action: text('action').notNull(),
    subject: text('subject').notNull(),
    detail: jsonb('detail').notNull(),
    leaf: bytes('leaf').notNull(),
    chain: bytes('chain').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.scope, table.sequence] }),
    index('audit_entries_subject').on(table.subject),
  ],
)
