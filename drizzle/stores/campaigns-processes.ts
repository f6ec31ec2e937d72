import { asc, eq, isNull, sql } from 'drizzle-orm'
import type { Database, Executor } from '../client.ts'
import { processStarts } from '../schema/campaigns.ts'

export interface ProcessStart {
  /** The workflow id: one process per id, whoever starts it. */
  readonly processId: string
  readonly workflow: string
  readonly campaignId: string | null
  readonly localityCode: string | null
  readonly input: unknown
}

/**
 * Orders a process in the transaction of the row that it is for. Whoever sweeps is woken by the commit, so a crash
 * leaves nothing, or a start that happens.
 */
export async function orderProcess(tx: Executor, start: ProcessStart): Promise<void> {
  await tx.insert(processStarts).values(start).onConflictDoNothing()
}

export function createProcessStore(db: Database) {
  return {
    /** Orders many at once; those ordered before stay as they are. */
    async order(starts: readonly ProcessStart[]): Promise<void> {
      await db
        .insert(processStarts)
        .values([...starts])
        .onConflictDoNothing()
    },
    /** What was not started within a moment of its order. */
    readWaiting: (limit: number): Promise<readonly ProcessStart[]> =>
      db
        .select({
          processId: processStarts.processId,
          workflow: processStarts.workflow,
          campaignId: processStarts.campaignId,
          localityCode: processStarts.localityCode,
          input: processStarts.input,
        })
        .from(processStarts)
        .where(isNull(processStarts.startedAt))
        .orderBy(asc(processStarts.recordedAt))
        .limit(limit),
    async markStarted(processId: string): Promise<void> {
      await db
        .update(processStarts)
        .set({ startedAt: sql`now()` })
        .where(eq(processStarts.processId, processId))
    },
  }
}
export type ProcessStore = ReturnType<typeof createProcessStore>
