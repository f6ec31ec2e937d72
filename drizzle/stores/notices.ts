import { and, asc, desc, eq, isNull, lt, lte, sql } from 'drizzle-orm'
import { covers, type Scope } from '../../domain/access.ts'
import type { Database } from '../client.ts'
import { notices } from '../schema/notices.ts'

/** After a failed delivery the next try waits twice as long, up to this. */
const WAIT_MAX_SECONDS = 300

export function createNoticeStore(db: Database) {
  return {
    /** Notices that the channel does not have yet and whose turn it is. */
    readUndelivered: (limit: number) =>
      db
        .select()
        .from(notices)
        .where(and(isNull(notices.deliveredAt), lte(notices.nextAttemptAt, sql`now()`)))
        .orderBy(asc(notices.recordedAt))
        .limit(limit),
    async markDelivered(noticeId: string): Promise<void> {
      await db
        .update(notices)
        .set({ deliveredAt: sql`now()`, attempts: sql`${notices.attempts} + 1` })
        .where(and(eq(notices.noticeId, noticeId), isNull(notices.deliveredAt)))
    },
    async postpone(noticeId: string): Promise<void> {
      await db
        .update(notices)
        .set({
          attempts: sql`least(${notices.attempts} + 1, 1000)`,
          nextAttemptAt: sql`now() + make_interval(secs => least(${WAIT_MAX_SECONDS}, power(2, least(${notices.attempts}, 20))))`,
        })
        .where(eq(notices.noticeId, noticeId))
    },
    /** A body's notices in a campaign, newest first. */
    readNotices: (
      scope: Scope,
      page: {
        readonly campaignId: string
        readonly localityCode: string
        readonly before: string | null
        readonly limit: number
      },
    ) =>
      covers(scope, page.localityCode)
        ? db
            .select()
            .from(notices)
            .where(
              and(
                eq(notices.campaignId, page.campaignId),
                eq(notices.localityCode, page.localityCode),
                page.before === null ? undefined : lt(notices.noticeId, page.before),
              ),
            )
            .orderBy(desc(notices.noticeId))
            .limit(page.limit)
        : Promise.resolve([]),
  }
}
export type NoticeStore = ReturnType<typeof createNoticeStore>
