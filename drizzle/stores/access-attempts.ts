import { createHash } from 'node:crypto'
import { eq, lt, sql } from 'drizzle-orm'
import { Refusal } from '../../domain/errors.ts'
import type { Database } from '../client.ts'
import { logInAttempts } from '../schema/access-sessions.ts'

const ATTEMPTS_MAX = 10
const WITHIN = sql.raw(`interval '15 minutes'`)
const isPast = lt(logInAttempts.since, sql`now() - ${WITHIN}`)
const hashOf = (name: string): Uint8Array => createHash('sha256').update(name).digest()

/**
 * Slows down whoever tries passwords. After ten wrong ones a name is refused for the rest of a quarter of an hour, counted from
 * the first. It opens again by itself, for what is refused does not count; who is logged in already is not touched.
 */
export function createAttemptStore(db: Database) {
  return {
    /** Counts one before its password is looked at: of many at once no more than ten are. @throws Refusal `too-many-log-ins` */
    async count(name: string): Promise<void> {
      const [row] = await db
        .insert(logInAttempts)
        .values({ nameSha256: hashOf(name) })
        .onConflictDoUpdate({
          target: logInAttempts.nameSha256,
          set: {
            attempts: sql`case when ${isPast} then 1 else least(${logInAttempts.attempts}, ${ATTEMPTS_MAX}) + 1 end`,
            since: sql`case when ${isPast} then now() else ${logInAttempts.since} end`,
          },
        })
        .returning({
          attempts: logInAttempts.attempts,
          seconds: sql<number>`ceil(extract(epoch from ${logInAttempts.since} + ${WITHIN} - now()))::int`,
        })
      if (row === undefined || row.attempts <= ATTEMPTS_MAX) return
      const { seconds } = row
      throw new Refusal('too-many-log-ins', { minutes: Math.ceil(seconds / 60), seconds })
    },

    /** One succeeded: those before it are forgotten. */
    async clear(name: string): Promise<void> {
      await db.delete(logInAttempts).where(eq(logInAttempts.nameSha256, hashOf(name)))
    },

    /** Forgets the names that nobody tried for a while: any text may have been one. */
    async forget(): Promise<void> {
      await db.delete(logInAttempts).where(isPast)
    },
  }
}
