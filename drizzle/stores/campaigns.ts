import { and, asc, desc, eq, gt, inArray, isNull, lt, notExists, sql, type SQL } from 'drizzle-orm'
import type { Scope } from '../../domain/access.ts'
import type { CampaignSettings, StageDate } from '../../domain/campaigns.ts'
import { Refusal } from '../../domain/errors.ts'
import { STAGES, type Stage } from '../../domain/stages.ts'
import type { Database, Transaction } from '../client.ts'
import { violates } from '../constraints.ts'
import {
  campaignAmendments,
  campaigns,
  campaignStages,
  dailyReports,
  processStarts,
} from '../schema/campaigns.ts'
import { campaignLocalities, localities } from '../schema/localities.ts'
import { syncCapacity } from '../schema/sync-schedule.ts'
import { appendAudit } from './audit.ts'
import { orderProcess, type ProcessStart } from './campaigns-processes.ts'

export interface CampaignStage extends StageDate {
  readonly dueMs: number
}
export interface NewCampaign {
  readonly campaignId: string
  readonly template: string
  readonly titleVi: string
  readonly titleEn: string
  readonly legalDocument: string
  readonly settings: CampaignSettings
  readonly stages: readonly CampaignStage[]
  readonly localityCodes: readonly string[]
  readonly launchedBy: string
  readonly launchedMs: number
  /** Hours from and to which slots can be booked. */
  readonly bookable: { readonly fromMs: number; readonly toMs: number }
  readonly process: ProcessStart
}

export interface NewAmendment {
  readonly amendmentId: string
  readonly campaignId: string
  readonly stage: Stage
  readonly namedDate: string
  readonly inclusive: boolean
  readonly dueMs: number
  readonly localityCodes: readonly string[] | null
  readonly reason: string
  readonly documentNo: string
  readonly orderedBy: string
  readonly occurredMs: number
}

const isStage = (value: string): value is Stage => STAGES.some((stage) => stage === value)

export function createCampaignStore(db: Database) {
  /** Campaigns of bodies. */
  const partsOf = (codes: readonly string[], also?: SQL) =>
    db
      .select({ campaignId: campaignLocalities.campaignId })
      .from(campaignLocalities)
      .where(and(inArray(campaignLocalities.localityCode, [...codes]), also))

  return {
    /**
     * Everything that a launch is, or nothing: the campaign, its dates, its bodies with their stages, the capacity, the
     * order for its process, the audit entry. The same campaign id again changes nothing.
     * @throws Refusal `locality-in-other-campaign`
     */
    launch: (input: NewCampaign): Promise<void> =>
      db.transaction(async (tx) => {
        const [created] = await tx
          .insert(campaigns)
          .values({
            campaignId: input.campaignId,
            template: input.template,
            titleVi: input.titleVi,
            titleEn: input.titleEn,
            legalDocument: input.legalDocument,
            settings: input.settings,
            launchedBy: input.launchedBy,
            launchedAt: input.launchedMs,
          })
          .onConflictDoNothing()
          .returning({ campaignId: campaigns.campaignId })
        if (created === undefined) return
        await tx.insert(campaignStages).values(
          input.stages.map(({ dueMs, ...stage }) => ({
            ...stage,
            campaignId: input.campaignId,
            dueAt: dueMs,
            legalDocument: input.legalDocument,
          })),
        )
        await enrol(tx, input)
        await tx.execute(sql`
          insert into sync_capacity (campaign_id, hour, bodies_max, records_max)
          select ${input.campaignId}, hour, ${input.settings.bodiesPerHour}, ${input.settings.recordsPerHour}
          from generate_series(${new Date(input.bookable.fromMs).toISOString()}::timestamptz,
            ${new Date(input.bookable.toMs).toISOString()}::timestamptz - interval '1 hour', interval '1 hour') as hour`)
        await orderProcess(tx, input.process)
        await appendAudit(tx, {
          scope: 'national',
          actor: input.launchedBy,
          action: 'campaign.launch',
          subject: input.campaignId,
          detail: { template: input.template, bodies: input.localityCodes.length },
          occurredMs: input.launchedMs,
        })
      }),

    /** Whether a body of the scope takes part in the campaign, or did. */
    takesPart: async (scope: Scope, campaignId: string): Promise<boolean> =>
      scope === 'national' ||
      (await partsOf(scope, eq(campaignLocalities.campaignId, campaignId)).limit(1)).length > 0,

    async readCampaign(campaignId: string) {
      const [campaign] = await db.select().from(campaigns).where(eq(campaigns.campaignId, campaignId))
      if (campaign === undefined) return null
      const stages = await db.select().from(campaignStages).where(eq(campaignStages.campaignId, campaignId))
      return {
        ...campaign,
        settings: settingsOf(campaign.settings),
        stages: stages
          .flatMap(({ stage, dueAt, ...rest }) => (isStage(stage) ? [{ ...rest, stage, dueMs: dueAt }] : []))
          .toSorted((one, other) => STAGES.indexOf(one.stage) - STAGES.indexOf(other.stage)),
      }
    },

    /** Newest first. */
    readCampaigns: (scope: Scope, page: { readonly before: string | null; readonly limit: number }) =>
      db
        .select()
        .from(campaigns)
        .where(
          and(
            page.before === null ? undefined : lt(campaigns.campaignId, page.before),
            scope === 'national' ? undefined : inArray(campaigns.campaignId, partsOf(scope)),
          ),
        )
        .orderBy(desc(campaigns.campaignId))
        .limit(page.limit),

    /** Campaigns that were neither cancelled nor closed. */
    readRunning: async () =>
      (
        await db
          .select({ campaignId: campaigns.campaignId, settings: campaigns.settings })
          .from(campaigns)
          .where(and(isNull(campaigns.cancelledAt), isNull(campaigns.closedAt)))
      ).map(({ campaignId, settings }) => ({ campaignId, settings: settingsOf(settings) })),

    /** Bodies of the campaign whose process was never ordered, after a code. */
    readUnlaunched: (campaignId: string, after: string, limit: number) =>
      db
        .select({ localityCode: campaignLocalities.localityCode })
        .from(campaignLocalities)
        .where(
          and(
            eq(campaignLocalities.campaignId, campaignId),
            gt(campaignLocalities.localityCode, after),
            isNull(campaignLocalities.leftAt),
            notExists(
              db
                .select({ one: sql`1` })
                .from(processStarts)
                .where(
                  eq(
                    processStarts.processId,
                    sql`'locality:' || ${campaignLocalities.campaignId} || ':' || ${campaignLocalities.localityCode}`,
                  ),
                ),
            ),
          ),
        )
        .orderBy(asc(campaignLocalities.localityCode))
        .limit(limit),

    /** Bodies that still take part, after a code. */
    readParticipants: (campaignId: string, after: string, limit: number) =>
      db
        .select({ localityCode: campaignLocalities.localityCode })
        .from(campaignLocalities)
        .where(
          and(
            eq(campaignLocalities.campaignId, campaignId),
            gt(campaignLocalities.localityCode, after),
            isNull(campaignLocalities.leftAt),
          ),
        )
        .orderBy(asc(campaignLocalities.localityCode))
        .limit(limit),

    /** Moves a date on record; the processes are told afterwards. The same amendment again changes nothing. */
    amend: (input: NewAmendment): Promise<void> =>
      db.transaction(async (tx) => {
        const { dueMs, occurredMs, localityCodes, ...rest } = input
        const [created] = await tx
          .insert(campaignAmendments)
          .values({
            ...rest,
            dueAt: dueMs,
            occurredAt: occurredMs,
            localityCodes: localityCodes === null ? null : [...localityCodes],
          })
          .onConflictDoNothing()
          .returning({ amendmentId: campaignAmendments.amendmentId })
        if (created === undefined) return
        const { campaignId, stage, namedDate, inclusive } = input
        if (localityCodes === null)
          await tx
            .update(campaignStages)
            .set({ namedDate, inclusive, dueAt: dueMs, legalDocument: input.documentNo })
            .where(and(eq(campaignStages.campaignId, campaignId), eq(campaignStages.stage, stage)))
        await appendAudit(tx, {
          scope: 'national',
          actor: input.orderedBy,
          action: 'campaign.amend',
          subject: campaignId,
          detail: {
            stage,
            namedDate,
            inclusive,
            bodies: localityCodes?.length ?? 'all',
            documentNo: input.documentNo,
          },
          occurredMs,
        })
      }),

    readAmendment: async (amendmentId: string) =>
      (
        await db.select().from(campaignAmendments).where(eq(campaignAmendments.amendmentId, amendmentId))
      )[0] ?? null,
    readAmendments: (campaignId: string) =>
      db
        .select()
        .from(campaignAmendments)
        .where(eq(campaignAmendments.campaignId, campaignId))
        .orderBy(asc(campaignAmendments.amendmentId))
        .limit(1_000),
    async completeAmendment(amendmentId: string): Promise<void> {
      await db
        .update(campaignAmendments)
        .set({ completedAt: sql`now()` })
        .where(and(eq(campaignAmendments.amendmentId, amendmentId), isNull(campaignAmendments.completedAt)))
    },

    /** Ends the campaign on record; the processes are told afterwards. Ended once. */
    end: (input: {
      readonly campaignId: string
      readonly how: 'cancel' | 'close'
      readonly actor: string
      readonly reason: string
      readonly occurredMs: number
    }): Promise<boolean> =>
      db.transaction(async (tx) => {
        const ended = await tx
          .update(campaigns)
          .set(input.how === 'cancel' ? { cancelledAt: input.occurredMs } : { closedAt: input.occurredMs })
          .where(
            and(
              eq(campaigns.campaignId, input.campaignId),
              isNull(campaigns.cancelledAt),
              isNull(campaigns.closedAt),
            ),
          )
          .returning({ campaignId: campaigns.campaignId })
        if (ended.length === 0) return false
        await appendAudit(tx, {
          scope: 'national',
          actor: input.actor,
          action: `campaign.${input.how}`,
          subject: input.campaignId,
          occurredMs: input.occurredMs,
        })
        return true
      }),

    /** One row per day, from the projection as it stands; written once. */
    async writeDailyReport(campaignId: string, day: string): Promise<void> {
      await db.execute(sql`
        insert into daily_reports (campaign_id, day, summary)
        select ${campaignId}, ${day}, coalesce(jsonb_object_agg(stage, counts), '{}'::jsonb) from (
          select stage, jsonb_build_object('done', count(*) filter (where state = 'done'),
            'overdue', count(*) filter (where overdue_since is not null and state <> 'done'),
            'letters', sum(letters), 'bodies', count(*)) as counts
          from locality_stages where campaign_id = ${campaignId} group by stage) as per_stage
        on conflict do nothing`)
    },
    readReports: (campaignId: string) =>
      db
        .select()
        .from(dailyReports)
        .where(eq(dailyReports.campaignId, campaignId))
        .orderBy(desc(dailyReports.day))
        .limit(200),
    /** How much of each hour of a day is booked. */
    readCapacity: (campaignId: string, fromMs: number, toMs: number) =>
      db
        .select()
        .from(syncCapacity)
        .where(
          and(
            eq(syncCapacity.campaignId, campaignId),
            sql`${syncCapacity.hour} >= ${new Date(fromMs).toISOString()}`,
            sql`${syncCapacity.hour} < ${new Date(toMs).toISOString()}`,
          ),
        )
        .orderBy(asc(syncCapacity.hour)),
  }
}
export type CampaignStore = ReturnType<typeof createCampaignStore>

async function enrol(tx: Transaction, input: NewCampaign): Promise<void> {
  const { campaignId, launchedMs } = input
  const codes = [...input.localityCodes]
  const known = await tx
    .select({ code: localities.localityCode })
    .from(localities)
    .where(inArray(localities.localityCode, codes))
  const unknown = codes.find((code) => !known.some((row) => row.code === code))
  if (unknown !== undefined) throw new Refusal('unknown-locality', { code: unknown })
  const [busy] = await tx
    .select({ code: campaignLocalities.localityCode })
    .from(campaignLocalities)
    .where(and(inArray(campaignLocalities.localityCode, codes), isNull(campaignLocalities.leftAt)))
    .limit(1)
  if (busy !== undefined) throw new Refusal('locality-in-other-campaign', { code: busy.code })
  await tx
    .insert(campaignLocalities)
    .values(codes.map((localityCode) => ({ campaignId, localityCode })))
    .catch((error: unknown) => {
      // Another launch came first between the two statements.
      if (violates(error, 'campaign_localities_one_running'))
        throw new Refusal('locality-in-other-campaign', { code: '' })
      throw error
    })
  // One statement whatever their number: seven values a body would soon be more parameters than a statement takes.
  const { stages } = input
  await tx.execute(sql`
    insert into locality_stages (campaign_id, locality_code, stage, stage_no, sequence, state, due_at, changed_at)
    select ${campaignId}, code, stage, stage_no, 0, 'waiting', to_timestamp(due_ms / 1000.0),
      ${new Date(launchedMs).toISOString()}
    from unnest(${sql.param(codes)}::text[]) as code,
      unnest(${sql.param(stages.map(({ stage }) => stage))}::text[],
        ${sql.param(stages.map(({ stage }) => STAGES.indexOf(stage) + 1))}::int[],
        ${sql.param(stages.map(({ dueMs }) => dueMs))}::bigint[]) as s (stage, stage_no, due_ms)`)
}

/** What was written by `launch` and nobody else. */
function settingsOf(value: unknown): CampaignSettings {
  if (!isSettings(value)) throw new Error('campaign settings are not readable')
  return value
}
const isSettings = (value: unknown): value is CampaignSettings =>
  typeof value === 'object' && value !== null && 'reminderLadder' in value && 'syncFrom' in value
