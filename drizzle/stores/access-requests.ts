import { and, eq, isNull, sql } from 'drizzle-orm'
import type { Database } from '../client.ts'
import { httpRequests } from '../schema/access.ts'

/** So long after its last renewal an unanswered request is taken for dead, and its repetition goes on in its place. */
const TAKE_OVER_AFTER = sql.raw(`interval '10 seconds'`)

export interface RequestKey {
  readonly subject: string
  readonly route: string
  readonly key: string
}

export type Claim =
  | { readonly kind: 'go'; readonly operationId: string; readonly occurredMs: number }
  | {
      readonly kind: 'answered'
      readonly status: number
      readonly response: string
      readonly requestSha256: Uint8Array
    }
  | { readonly kind: 'other-request' }
  | { readonly kind: 'in-progress' }

/** What a request asks for, in one hash. */
export interface Fingerprint {
  readonly sha256: Uint8Array
  /** The body still comes: once the first was answered, whether this is the same is for the caller to find out. */
  readonly isBeforeBody?: boolean
}

const same = ({ subject, route, key }: RequestKey) =>
  and(eq(httpRequests.subject, subject), eq(httpRequests.route, route), eq(httpRequests.key, key))

/** Remembers requests by their idempotency key, their first sight and their answer. */
export function createRequestStore(db: Database) {
  return {
    /** Takes the request on, or says what became of it. The operation id and first instant survive every repetition. */
    async claim(request: RequestKey, fingerprint: Fingerprint, occurredMs: number): Promise<Claim> {
      const { sha256: requestSha256, isBeforeBody = false } = fingerprint
      const [created] = await db
        .insert(httpRequests)
        .values({ ...request, requestSha256, occurredAt: occurredMs, claimedAt: Date.now() })
        .onConflictDoNothing()
        .returning({ operationId: httpRequests.operationId })
      if (created !== undefined) return { kind: 'go', operationId: created.operationId, occurredMs }
      return db.transaction(async (tx) => {
        const [found] = await tx
          .select({
            hash: httpRequests.requestSha256,
            operationId: httpRequests.operationId,
            occurredAt: httpRequests.occurredAt,
            status: httpRequests.status,
            response: httpRequests.response,
            busy: sql<boolean>`coalesce(${httpRequests.claimedAt} > now() - ${TAKE_OVER_AFTER}, false)`,
          })
          .from(httpRequests)
          .where(same(request))
          .for('update')
        if (found === undefined) return { kind: 'in-progress' }
        const { status, response } = found
        const isAnswered = status !== null && response !== null
        if (!(isAnswered && isBeforeBody) && !Buffer.from(found.hash).equals(requestSha256))
          return { kind: 'other-request' }
        if (isAnswered) return { kind: 'answered', status, response, requestSha256: found.hash }
        if (found.busy) return { kind: 'in-progress' }
        await tx.update(httpRequests).set({ claimedAt: Date.now() }).where(same(request))
        return { kind: 'go', operationId: found.operationId, occurredMs: found.occurredAt }
      })
    },

    /** Still working on it: a request may last longer than the time after which it would be taken over. */
    async renew(request: RequestKey): Promise<void> {
      await db
        .update(httpRequests)
        .set({ claimedAt: Date.now() })
        .where(and(same(request), isNull(httpRequests.status)))
    },

    /** A body that came as a stream is known by now: its hash takes the place of the first one. */
    async answer(
      request: RequestKey,
      answered: {
        readonly status: number
        readonly response: string
        readonly requestSha256?: Uint8Array | undefined
      },
    ): Promise<void> {
      // drizzle leaves out what is undefined.
      await db
        .update(httpRequests)
        .set({ ...answered, claimedAt: null })
        .where(same(request))
    },

    /** A refusal is not kept: the same key may try again, and still counts from its first sight. */
    async release(request: RequestKey): Promise<void> {
      await db.update(httpRequests).set({ claimedAt: null }).where(same(request))
    },

    /** Forgets keys older than seven days; returns how many. */
    async forget(): Promise<number> {
      const gone = await db
        .delete(httpRequests)
        .where(sql`${httpRequests.firstSeenAt} < now() - interval '7 days'`)
        .returning({ key: httpRequests.key })
      return gone.length
    },
  }
}
export type RequestStore = ReturnType<typeof createRequestStore>
