import { and, desc, eq, isNull, lt, sql } from 'drizzle-orm'
import type { Database } from '../client.ts'
import { matchingRuns } from '../schema/matching.ts'
import { orderProcess } from './campaigns-processes.ts'

export interface NewRun {
  readonly campaignId: string
  readonly day: string
  readonly cause: string
  readonly orderedBy: string | null
  readonly occurredMs: number
}

export function createMatchingRunStore(db: Database) {
  return {
    /** Orders a day's run; a day that already has one keeps it. Says whether it was ordered now. */
    order: (run: NewRun, workflow: string, processIdOf: (day: string) => string): Promise<boolean> =>
      db.transaction(async (tx) => {
        const { occurredMs, ...row } = run
        const [created] = await tx
          .insert(matchingRuns)
          .values({ ...row, occurredAt: occurredMs })
          .onConflictDoNothing()
          .returning({ runId: matchingRuns.runId })
        if (created === undefined) return false
        const { campaignId, day } = run
        await orderProcess(tx, {
          processId: processIdOf(day),
          workflow,
          campaignId,
          localityCode: null,
          input: { runId: created.runId, campaignId, day },
        })
        return true
      }),
    async finish(runId: string, nowMs: number): Promise<void> {
      await db
        .update(matchingRuns)
        .set({ finishedAt: nowMs })
        .where(and(eq(matchingRuns.runId, runId), isNull(matchingRuns.finishedAt)))
    },
    /** Newest day first. */
    readRuns: (campaignId: string, page: { readonly before: string | null; readonly limit: number }) =>
      db
        .select()
        .from(matchingRuns)
        .where(
          and(
            eq(matchingRuns.campaignId, campaignId),
            page.before === null ? undefined : lt(matchingRuns.day, page.before),
          ),
        )
        .orderBy(desc(matchingRuns.day))
        .limit(page.limit),
    /** Days of `[from, to]` without a run. */
    async readGaps(campaignId: string, from: string, to: string): Promise<readonly string[]> {
      const rows = await db.execute<{ day: string }>(sql`
        select day::date::text as day from generate_series(${from}::date, ${to}::date, interval '1 day') as day
        where not exists (select from matching_runs r where r.campaign_id = ${campaignId} and r.day = day::date)
        order by 1`)
      return rows.map(({ day }) => day)
    },
  }
}
export type MatchingRunStore = ReturnType<typeof createMatchingRunStore>
