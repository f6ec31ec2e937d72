import { and, asc, eq, gt, inArray, isNull, sql } from 'drizzle-orm'
import type { Scope } from '../../domain/access.ts'
import type { Database } from '../client.ts'
import { attentionItems } from '../schema/attention.ts'
import { appendAudit } from './audit.ts'

export interface NewAttention {
  readonly campaignId: string | null
  readonly localityCode: string | null
  readonly kind: string
  readonly subject: string
  readonly parkingNo: number
  readonly reason: string
  readonly choices: readonly string[]
  readonly occurredMs: number
}

/** Everything that is parked or overdue, in one list. */
export function createAttentionStore(db: Database) {
  return {
    /** The same process and parking number again changes nothing. */
    async open({ occurredMs, choices, ...item }: NewAttention): Promise<void> {
      await db
        .insert(attentionItems)
        .values({ ...item, choices: [...choices], occurredAt: occurredMs })
        .onConflictDoNothing()
    },

    /** Closes with the decision that ended it, and its audit entry, in one transaction; closed once. */
    async close(input: {
      readonly kind: string
      readonly subject: string
      readonly parkingNo: number
      readonly decision: string
      readonly actor: string
    }): Promise<void> {
      await db.transaction(async (tx) => {
        const [closed] = await tx
          .update(attentionItems)
          .set({ resolvedAt: sql`now()`, resolvedBy: input.actor, resolution: input.decision })
          .where(
            and(
              eq(attentionItems.kind, input.kind),
              eq(attentionItems.subject, input.subject),
              eq(attentionItems.parkingNo, input.parkingNo),
              isNull(attentionItems.resolvedAt),
            ),
          )
          .returning({ localityCode: attentionItems.localityCode })
        if (closed === undefined) return
        const { subject, kind, parkingNo, decision } = input
        await appendAudit(tx, {
          scope: closed.localityCode ?? 'national',
          actor: input.actor,
          action: 'attention.decided',
          subject,
          detail: { kind, parkingNo, decision },
        })
      })
    },

    readOne: async (scope: Scope, itemId: string) => {
      const [found] = await db.select().from(attentionItems).where(eq(attentionItems.itemId, itemId))
      if (found === undefined) return null
      return scope === 'national' || (found.localityCode !== null && scope.includes(found.localityCode))
        ? found
        : null
    },

    /** What is open, oldest first. */
    readOpen: (
      scope: Scope,
      page: { readonly campaignId: string | null; readonly after: string | null; readonly limit: number },
    ) =>
      db
        .select()
        .from(attentionItems)
        .where(
          and(
            isNull(attentionItems.resolvedAt),
            page.campaignId === null ? undefined : eq(attentionItems.campaignId, page.campaignId),
            page.after === null ? undefined : gt(attentionItems.itemId, page.after),
            scope === 'national' ? undefined : inArray(attentionItems.localityCode, [...scope]),
          ),
        )
        .orderBy(asc(attentionItems.itemId))
        .limit(page.limit),
  }
}
export type AttentionStore = ReturnType<typeof createAttentionStore>
