import { and, eq, isNull, lt, or, sql } from 'drizzle-orm'
import type { Database } from '../client.ts'
import { accounts } from '../schema/access.ts'
import { browserSessions } from '../schema/access-sessions.ts'

/** A session ends so long after its last use, and so long after it began. */
const IDLE = sql.raw(`interval '30 minutes'`)
const WHOLE = sql.raw(`interval '8 hours'`)
/** A use is written down when the last one that was is older: not every request is a write. */
const USE_KEPT = sql.raw(`interval '1 minute'`)

const isOver = or(
  lt(browserSessions.lastUsedAt, sql`now() - ${IDLE}`),
  lt(browserSessions.createdAt, sql`now() - ${WHOLE}`),
)

/** Which browsers are logged in, known by the hash of their session’s id. */
export function createSessionStore(db: Database) {
  return {
    /** Also forgets all sessions that are over. */
    async begin(idSha256: Uint8Array, subject: string): Promise<void> {
      await db.delete(browserSessions).where(isOver)
      await db.insert(browserSessions).values({ idSha256, subject })
    },

    /** Whose session it is, or null where there is none (any more). Only `isUse` puts its idle end off. */
    async findSubject(idSha256: Uint8Array, isUse: boolean): Promise<string | null> {
      const [found] = await db
        .select({
          subject: browserSessions.subject,
          isOver: sql<boolean>`${isOver}`,
          isKept: sql<boolean>`${browserSessions.lastUsedAt} > now() - ${USE_KEPT}`,
        })
        .from(browserSessions)
        .innerJoin(accounts, and(eq(accounts.subject, browserSessions.subject), isNull(accounts.endedAt)))
        .where(eq(browserSessions.idSha256, idSha256))
      if (found === undefined || found.isOver) return null
      if (isUse && !found.isKept)
        await db
          .update(browserSessions)
          .set({ lastUsedAt: sql`now()` })
          .where(eq(browserSessions.idSha256, idSha256))
      return found.subject
    },

    async end(idSha256: Uint8Array): Promise<void> {
      await db.delete(browserSessions).where(eq(browserSessions.idSha256, idSha256))
    },
  }
}
export type SessionStore = ReturnType<typeof createSessionStore>
