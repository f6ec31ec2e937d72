import { sql } from 'drizzle-orm'
import { index, integer, pgTable, uuid } from 'drizzle-orm/pg-core'
import { accounts } from './access.ts'
import { bytes, instant } from './columns.ts'

/** A browser that is logged in: the hash of what its cookie holds, which opens nothing. */
export const browserSessions = pgTable(
  'browser_sessions',
  {
    idSha256: bytes('id_sha256').primaryKey(),
    subject: uuid('subject')
      .notNull()
      .references(() => accounts.subject),
    createdAt: instant('created_at')
      .notNull()
      .default(sql`now()`),
    /** To the minute. */
    lastUsedAt: instant('last_used_at')
      .notNull()
      .default(sql`now()`),
  },
  (table) => [index('browser_sessions_last_used').on(table.lastUsedAt)],
)

/** Log-ins tried under a name since an instant, and not followed by one that succeeded. Anything may be typed as a name: only its hash is kept. */
export const logInAttempts = pgTable(
  'log_in_attempts',
  {
    nameSha256: bytes('name_sha256').primaryKey(),
    attempts: integer('attempts').notNull().default(1),
    since: instant('since')
      .notNull()
      .default(sql`now()`),
  },
  (table) => [index('log_in_attempts_since').on(table.since)],
)
