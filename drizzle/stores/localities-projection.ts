import { and, eq, inArray, isNull, lt, sql } from 'drizzle-orm'
import type { Effect, StageStatus } from '../../domain/localities-process.ts'
import { STAGES, type Stage } from '../../domain/stages.ts'
import type { Database, Transaction } from '../client.ts'
import { attentionItems } from '../schema/attention.ts'
import { campaignLocalities, localityStages, stageActs } from '../schema/localities.ts'
import { notices } from '../schema/notices.ts'
import { appendAudit } from './audit.ts'

export interface NewNotice {
  readonly stage: Stage
  readonly kind: string
  readonly number: number | null
  readonly occasion: string
  readonly recipient: string
  readonly subject: string
  readonly text: string
  readonly onDay: string
  readonly newDate: string | null
  readonly occurredMs: number
}

export interface ProjectionWrite {
  readonly campaignId: string
  readonly localityCode: string
  readonly sequence: number
  readonly openStage: Stage | null
  readonly held: boolean
  readonly ended: boolean
  readonly nextMs: number | null
  readonly stages: readonly StageStatus[]
  readonly effects: readonly Effect[]
  readonly notices: readonly NewNotice[]
  readonly nowMs: number
}

const overdueSubject = (input: ProjectionWrite, stage: Stage | null) =>
  `${input.campaignId}:${input.localityCode}:${stage ?? ''}`

/** Only a body's process writes here. */
export function createProjectionStore(db: Database) {
  return {
    /** Snapshot, effective acts, notices, attention and audit in one transaction; an older or repeated write changes nothing. */
    project: (input: ProjectionWrite): Promise<void> =>
      db.transaction(async (tx) => {
        if (!(await advanceSequence(tx, input))) return
        await writeStages(tx, input)
        await writeConsequences(tx, input)
        for (const effect of input.effects) await auditEffect(tx, input, effect)
      }),
  }
}
export type ProjectionStore = ReturnType<typeof createProjectionStore>

async function advanceSequence(tx: Transaction, input: ProjectionWrite): Promise<boolean> {
  const advanced = await tx
    .update(campaignLocalities)
    .set({
      sequence: input.sequence,
      openStage: input.openStage,
      held: input.held,
      nextAt: input.nextMs,
      ...(input.ended ? { leftAt: input.nowMs } : {}),
    })
    .where(
      and(
        eq(campaignLocalities.campaignId, input.campaignId),
        eq(campaignLocalities.localityCode, input.localityCode),
        lt(campaignLocalities.sequence, input.sequence),
      ),
    )
    .returning({ code: campaignLocalities.localityCode })
  return advanced.length > 0
}

async function writeStages(tx: Transaction, input: ProjectionWrite): Promise<void> {
  const { campaignId, localityCode, sequence, nowMs } = input
  const rows = input.stages.map((status) => ({
    campaignId,
    localityCode,
    sequence,
    stage: status.stage,
    stageNo: STAGES.indexOf(status.stage) + 1,
    state: status.state,
    dueAt: status.dueMs,
    openedAt: status.openedMs,
    submittedAt: status.submittedMs,
    doneAt: status.doneMs,
    onTime: status.onTime,
    overdueSince: status.overdueSinceMs,
    letters: status.letters,
    blockers: [...status.blockers],
    changedAt: nowMs,
  }))
  await tx
    .insert(localityStages)
    .values(rows)
    .onConflictDoUpdate({
      target: [localityStages.campaignId, localityStages.localityCode, localityStages.stage],
      set: {
        sequence: sql`excluded.sequence`,
        state: sql`excluded.state`,
        dueAt: sql`excluded.due_at`,
        openedAt: sql`excluded.opened_at`,
        submittedAt: sql`excluded.submitted_at`,
        doneAt: sql`excluded.done_at`,
        onTime: sql`excluded.on_time`,
        overdueSince: sql`excluded.overdue_since`,
        letters: sql`excluded.letters`,
        blockers: sql`excluded.blockers`,
        changedAt: sql`excluded.changed_at`,
      },
      setWhere: sql`${localityStages.sequence} < excluded.sequence`,
    })
}

async function writeConsequences(tx: Transaction, input: ProjectionWrite): Promise<void> {
  const { campaignId, localityCode, sequence } = input
  const actIds = input.effects.flatMap(({ actId }) => actId ?? [])
  if (actIds.length > 0)
    await tx.update(stageActs).set({ effectiveSequence: sequence }).where(inArray(stageActs.actId, actIds))
  if (input.notices.length > 0)
    await tx
      .insert(notices)
      .values(
        input.notices.map(({ occurredMs, ...notice }) => ({
          ...notice,
          campaignId,
          localityCode,
          occurredAt: occurredMs,
        })),
      )
      .onConflictDoNothing()
  for (const effect of input.effects) {
    if (effect.kind === 'overdue')
      await tx
        .insert(attentionItems)
        .values({
          campaignId,
          localityCode,
          kind: 'stage-overdue',
          subject: overdueSubject(input, effect.stage),
          parkingNo: effect.sequence,
          reason: 'overdue',
          choices: ['extend', 'override'],
          occurredAt: effect.atMs,
        })
        .onConflictDoNothing()
    if (effect.kind === 'overdue-retracted' || effect.kind === 'stage-done')
      await tx
        .update(attentionItems)
        .set({ resolvedAt: sql`now()`, resolution: effect.kind })
        .where(
          and(
            eq(attentionItems.kind, 'stage-overdue'),
            eq(attentionItems.subject, overdueSubject(input, effect.stage)),
            isNull(attentionItems.resolvedAt),
          ),
        )
  }
}

async function auditEffect(tx: Transaction, input: ProjectionWrite, effect: Effect): Promise<void> {
  const { actId, kind, stage, number, sequence } = effect
  const [act] =
    actId === null
      ? []
      : await tx
          .select({ actor: stageActs.actor, kind: stageActs.kind })
          .from(stageActs)
          .where(eq(stageActs.actId, actId))
  await appendAudit(tx, {
    scope: input.localityCode,
    actor: act?.actor ?? null,
    action: act === undefined ? `process.${kind}` : `stage.${act.kind}`,
    subject: actId ?? `${input.campaignId}:${input.localityCode}`,
    detail: { campaignId: input.campaignId, stage, number, sequence },
    occurredMs: effect.atMs,
  })
}
