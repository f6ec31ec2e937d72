import { and, asc, eq, inArray, sql } from 'drizzle-orm'
import { covers, type Scope } from '../../domain/access.ts'
import type { ActKind } from '../../domain/localities-process.ts'
import { STAGES, type Stage } from '../../domain/stages.ts'
import type { Database } from '../client.ts'
import { secondPersonOrders } from '../schema/campaigns.ts'
import { campaignLocalities, localities, localityStages, stageActs } from '../schema/localities.ts'

export interface NewAct {
  readonly actId: string
  readonly campaignId: string
  readonly localityCode: string
  readonly stage: Stage | null
  readonly kind: ActKind
  readonly occurredMs: number
  readonly actor: string
  readonly reason: string | null
  readonly documentNo: string | null
  readonly toDate: string | null
}

/** A stage of a body, as the board shows it. A type, for the driver wants an index signature. */
type BoardRow = {
  readonly code: string
  readonly stage: Stage
  readonly state: string
  readonly dueMs: number
  readonly doneMs: number | null
  readonly onTime: boolean | null
  readonly overdue: boolean
  readonly letters: number
}

const stageOf = (value: string | null): Stage | null => STAGES.find((stage) => stage === value) ?? null

export function createLocalityStore(db: Database) {
  const readStages = async (campaignId: string, codes: readonly string[]) =>
    codes.length === 0
      ? []
      : (
          await db
            .select()
            .from(localityStages)
            .where(
              and(
                eq(localityStages.campaignId, campaignId),
                inArray(localityStages.localityCode, [...codes]),
              ),
            )
            .orderBy(asc(localityStages.localityCode), asc(localityStages.stageNo))
        ).flatMap((row) => {
          const stage = stageOf(row.stage)
          return stage === null ? [] : [{ ...row, stage }]
        })

  /** Past the builder, which takes as long again for each of 24,000 rows. */
  async function readCells(page: { readonly campaignId: string; readonly after: string }, last: string) {
    const rows = await db.execute<BoardRow>(sql`
      select locality_code as code, stage, state, (extract(epoch from due_at) * 1000)::float8 as "dueMs",
        (extract(epoch from done_at) * 1000)::float8 as "doneMs", on_time as "onTime",
        overdue_since is not null and done_at is null as overdue, letters
      from locality_stages
      where campaign_id = ${page.campaignId} and locality_code > ${page.after} and locality_code <= ${last}
      order by locality_code, stage_no`)
    const cells = new Map<string, BoardRow[]>()
    for (const row of rows) {
      const those = cells.get(row.code)
      if (those === undefined) cells.set(row.code, [row])
      else those.push(row)
    }
    return cells
  }

  return {
    /** Another text whenever anything changed that the board shows: only processes change it, and they count. */
    async readBoardVersion(scope: Scope, campaignId: string): Promise<string> {
      const [row] = await db
        .select({ version: sql<string>`concat_ws('.', count(*), sum(${campaignLocalities.sequence}))` })
        .from(campaignLocalities)
        .where(
          and(
            eq(campaignLocalities.campaignId, campaignId),
            scope === 'national' ? undefined : inArray(campaignLocalities.localityCode, [...scope]),
          ),
        )
      return [...(scope === 'national' ? [] : scope), row?.version].join('.')
    },

    /** A page of the board: bodies by code, each with its seven stages. */
    async readBoard(
      scope: Scope,
      page: { readonly campaignId: string; readonly after: string; readonly limit: number },
    ) {
      const bodies = await db
        .select({
          code: localities.localityCode,
          nameVi: localities.nameVi,
          nameEn: localities.nameEn,
          region: localities.region,
          openStage: campaignLocalities.openStage,
          held: campaignLocalities.held,
        })
        .from(campaignLocalities)
        .innerJoin(localities, eq(localities.localityCode, campaignLocalities.localityCode))
        .where(
          and(
            eq(campaignLocalities.campaignId, page.campaignId),
            sql`${campaignLocalities.localityCode} > ${page.after}`,
            scope === 'national' ? undefined : inArray(campaignLocalities.localityCode, [...scope]),
          ),
        )
        .orderBy(asc(campaignLocalities.localityCode))
        .limit(page.limit)
      const cells = await readCells(page, bodies.at(-1)?.code ?? '')
      return bodies.map((body) => ({
        ...body,
        openStage: stageOf(body.openStage),
        stages: cells.get(body.code) ?? [],
      }))
    },

    async readBody(scope: Scope, campaignId: string, code: string) {
      if (!covers(scope, code)) return null
      const [body] = await db
        .select({
          code: localities.localityCode,
          nameVi: localities.nameVi,
          nameEn: localities.nameEn,
          openStage: campaignLocalities.openStage,
          held: campaignLocalities.held,
          sequence: campaignLocalities.sequence,
        })
        .from(campaignLocalities)
        .innerJoin(localities, eq(localities.localityCode, campaignLocalities.localityCode))
        .where(and(eq(campaignLocalities.campaignId, campaignId), eq(campaignLocalities.localityCode, code)))
      if (body === undefined) return null
      const acts = await db
        .select()
        .from(stageActs)
        .where(and(eq(stageActs.campaignId, campaignId), eq(stageActs.localityCode, code)))
        .orderBy(asc(stageActs.actId))
        .limit(500)
      return {
        ...body,
        openStage: stageOf(body.openStage),
        stages: await readStages(campaignId, [code]),
        acts,
      }
    },

    /** The sequence that the lists show for a body. */
    readSequence: async (campaignId: string, code: string): Promise<number> =>
      (
        await db
          .select({ sequence: campaignLocalities.sequence })
          .from(campaignLocalities)
          .where(
            and(eq(campaignLocalities.campaignId, campaignId), eq(campaignLocalities.localityCode, code)),
          )
      )[0]?.sequence ?? 0,

    /** The campaign that a body takes part in now, or null. */
    readRunningCampaign: async (code: string): Promise<string | null> =>
      (
        await db
          .select({ campaignId: campaignLocalities.campaignId })
          .from(campaignLocalities)
          .where(and(eq(campaignLocalities.localityCode, code), sql`${campaignLocalities.leftAt} is null`))
      )[0]?.campaignId ?? null,

    /** The act's text and document, before the process is given its id; the same act again changes nothing. */
    async writeAct({ occurredMs, ...act }: NewAct): Promise<void> {
      await db
        .insert(stageActs)
        .values({ ...act, occurredAt: occurredMs })
        .onConflictDoNothing()
    },

    /**
     * The first person's half of an act is kept; the second person's call finds it. Answers who ordered it first, or
     * null where this call is the first half (or the same person's again).
     */
    confirmOrder: (input: {
      readonly action: string
      readonly subject: string
      readonly actor: string
      readonly details: Readonly<Record<string, unknown>>
    }): Promise<string | null> =>
      db.transaction(async (tx) => {
        const { action, subject, actor, details } = input
        await tx.execute(sql`select pg_advisory_xact_lock(hashtext(${`${action}:${subject}`}))`)
        const [first] = await tx
          .select()
          .from(secondPersonOrders)
          .where(
            and(
              eq(secondPersonOrders.action, action),
              eq(secondPersonOrders.subject, subject),
              sql`(${secondPersonOrders.confirmedAt} is null or ${secondPersonOrders.confirmedBy} = ${actor})`,
            ),
          )
        if (first === undefined) {
          await tx.insert(secondPersonOrders).values({ action, subject, details, orderedBy: actor })
          return null
        }
        if (first.orderedBy === actor) return null
        // The second person repeats a call whose answer was lost.
        if (first.confirmedBy === actor) return first.orderedBy
        await tx
          .update(secondPersonOrders)
          .set({ confirmedBy: actor, confirmedAt: Date.now() })
          .where(eq(secondPersonOrders.orderId, first.orderId))
        return first.orderedBy
      }),
  }
}
export type LocalityStore = ReturnType<typeof createLocalityStore>
