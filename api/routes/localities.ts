import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import type { FastifyRequest } from 'fastify'
import type { Scope } from '../../domain/access.ts'
import { Refusal } from '../../domain/errors.ts'
import { addDays, parseHanoiDate, startOfDay, toHanoiIso } from '../../domain/hanoi-time.ts'
import type { ActKind } from '../../domain/localities-process.ts'
import { approverOf, type Stage } from '../../domain/stages.ts'
import type { ClockStore } from '../../drizzle/stores/clock.ts'
import type { AssessmentStore } from '../../drizzle/stores/localities-assessment.ts'
import type { LocalityStore } from '../../drizzle/stores/localities.ts'
import type { NoticeStore } from '../../drizzle/stores/notices.ts'
import { localityWorkflowId } from '../../workflows/contract/localities.ts'
import { pageById, problems } from '../contract/shapes.ts'
import {
  actView,
  bodyParams,
  bodyView,
  extendBody,
  noticeList,
  overrideBody,
  processView,
  reasonBody,
  stageParams,
  submitBody,
} from '../contract/localities.ts'
import type { LocalityControl } from '../temporal/localities.ts'
import { isoOrNull, viewOfProcess } from './localities-view.ts'

/** What the ministry's approval of a stage changes in the rows before the process is told. */
export interface ApprovalEffects {
  /** Accepts the newest unit tree, or confirms the proposed slot; repeated, it changes nothing. */
  readonly approve: (input: {
    readonly campaignId: string
    readonly code: string
    readonly stage: Stage
    readonly actor: string
    readonly occurredMs: number
  }) => Promise<void>
}

export interface LocalityRoutesDeps {
  readonly localities: LocalityStore
  readonly assessments: AssessmentStore
  readonly notices: NoticeStore
  readonly clock: ClockStore
  readonly localityControl: LocalityControl
  readonly approvals: ApprovalEffects
}

const SHOWN_WITHIN_MS = 2_000
const SHOWN_EVERY_MS = 50
/** What a locality must have in place before it submits; the rest of a stage's blockers is for others to clear. */
const SUBMIT_BLOCKERS: readonly string[] = [
  'software-not-chosen',
  'software-not-assessed',
  'key-administrator-missing',
  'unit-tree-missing',
  'unit-tree-refused',
  'source-without-intake',
  'intake-not-converted',
  'no-records',
  'record-on-closed-unit',
  'slot-not-proposed',
]

interface Order {
  readonly kind: ActKind
  readonly stage: Stage | null
  readonly reason?: string | undefined
  readonly documentNo?: string | undefined
  /** The new last day that is on time. */
  readonly toDate?: string | undefined
}

export const localityRoutes: FastifyPluginAsyncZod<LocalityRoutesDeps> = async (app, deps) => {
  const { localities, localityControl } = deps
  const body = '/campaigns/:campaignId/localities/:code'
  const stage = `${body}/stages/:stage`

  async function assertTakesPart(scope: Scope, campaignId: string, code: string): Promise<void> {
    if ((await localities.readBody(scope, campaignId, code)) === null) throw new Refusal('not-found')
  }

  /** Row first, process after: the act's text is kept, then its process decides, then the lists show it. */
  async function act(
    request: FastifyRequest,
    where: { readonly campaignId: string; readonly code: string },
    order: Order,
  ) {
    const { operation, actor } = request
    const { campaignId, code } = where
    await assertTakesPart(request.scope, campaignId, code)
    await localities.writeAct({
      actId: operation.id,
      campaignId,
      localityCode: code,
      stage: order.stage,
      kind: order.kind,
      occurredMs: operation.occurredMs,
      actor: actor.subject,
      reason: order.reason ?? null,
      documentNo: order.documentNo ?? null,
      toDate: order.toDate ?? null,
    })
    const answer = await localityControl.act(campaignId, code, {
      opId: operation.id,
      actId: operation.id,
      atMs: operation.occurredMs,
      kind: order.kind,
      stage: order.stage,
      actor: actor.subject,
      dueMs: order.toDate === undefined ? null : startOfDay(addDays(parseHanoiDate(order.toDate), 1)),
    })
    return {
      actId: operation.id,
      openStage: answer.openStage,
      shown: await shown(campaignId, code, answer.sequence),
    }
  }

  async function shown(campaignId: string, code: string, sequence: number): Promise<boolean> {
    const deadline = Date.now() + SHOWN_WITHIN_MS
    while ((await localities.readSequence(campaignId, code)) < sequence) {
      if (Date.now() > deadline) return false
      await new Promise((resolve) => setTimeout(resolve, SHOWN_EVERY_MS))
    }
    return true
  }

  app.get(
    body,
    {
      config: { action: 'locality.read' },
      schema: {
        tags: ['Localities'],
        summary: 'A body in a campaign: its stages, what they lack, and who did what',
        params: bodyParams,
        response: { 200: bodyView, ...problems },
      },
    },
    async ({ params, scope }) => {
      const found = await localities.readBody(scope, params.campaignId, params.code)
      if (found === null) throw new Refusal('not-found')
      return {
        campaignId: params.campaignId,
        code: found.code,
        nameVi: found.nameVi,
        nameEn: found.nameEn,
        openStage: found.openStage,
        held: found.held,
        stages: found.stages.map((row) => ({
          stage: row.stage,
          state: row.state,
          dueAt: toHanoiIso(row.dueAt),
          openedAt: isoOrNull(row.openedAt),
          submittedAt: isoOrNull(row.submittedAt),
          doneAt: isoOrNull(row.doneAt),
          onTime: row.onTime,
          overdueSince: isoOrNull(row.overdueSince),
          letters: row.letters,
          blockers: row.blockers,
        })),
        acts: found.acts.map((row) => ({
          actId: row.actId,
          kind: row.kind,
          stage: row.stage,
          occurredAt: toHanoiIso(row.occurredAt),
          actor: row.actor,
          reason: row.reason,
          documentNo: row.documentNo,
          effective: row.effectiveSequence !== null,
        })),
      }
    },
  )

  app.get(
    `${body}/process`,
    {
      config: { action: 'locality.read' },
      schema: {
        tags: ['Localities'],
        summary: 'Ask the running process of a body what it knows and waits for',
        params: bodyParams,
        response: { 200: processView, ...problems },
      },
    },
    async ({ params, scope }) => {
      const { campaignId, code } = params
      await assertTakesPart(scope, campaignId, code)
      return viewOfProcess(
        localityWorkflowId(campaignId, code),
        await localityControl.readProcess(campaignId, code),
      )
    },
  )

  app.get(
    `${body}/notices`,
    {
      config: { action: 'locality.read' },
      schema: {
        tags: ['Localities'],
        summary: 'Reminders and urging letters of a body, newest first',
        params: bodyParams,
        querystring: pageById,
        response: { 200: noticeList, ...problems },
      },
    },
    async ({ params, query, scope }) => {
      const rows = await deps.notices.readNotices(scope, {
        campaignId: params.campaignId,
        localityCode: params.code,
        before: query.after ?? null,
        limit: query.limit,
      })
      return {
        notices: rows.map(({ deliveredAt, ...row }) => ({ ...row, delivered: deliveredAt !== null })),
        next: rows.length === query.limit ? (rows.at(-1)?.noticeId ?? null) : null,
      }
    },
  )

  app.post(
    `${stage}/submit`,
    {
      config: { action: 'stage.submit' },
      schema: {
        tags: ['Stages'],
        summary: 'Submit the open stage; refused with what it still lacks',
        params: stageParams,
        body: submitBody,
        response: { 200: actView, ...problems },
      },
    },
    async (request) => {
      const { campaignId, code, stage: submitted } = request.params
      await assertTakesPart(request.scope, campaignId, code)
      const { blockers } = await deps.assessments.assess(submitted, { campaignId, localityCode: code })
      const own = blockers.filter((blocker) => SUBMIT_BLOCKERS.includes(blocker))
      if (own.length > 0 && approverOf(submitted) !== 'rows')
        throw new Refusal('stage-blocked', { stage: submitted, blockers: own.join(', ') })
      const { remark, documentNo } = request.body
      return act(request, request.params, { kind: 'submit', stage: submitted, reason: remark, documentNo })
    },
  )

  app.post(
    `${stage}/approve`,
    {
      config: { action: 'stage.approve' },
      schema: {
        tags: ['Stages'],
        summary: 'Approve a submitted stage: the ministry, or for records a second officer of the body',
        params: stageParams,
        body: submitBody,
        response: { 200: actView, ...problems },
      },
    },
    async (request) => {
      const { campaignId, code, stage: approved } = request.params
      const { scope, actor, operation } = request
      assertApprover(request, approved)
      const found = await localities.readBody(scope, campaignId, code)
      if (found === null) throw new Refusal('not-found')
      if (found.stages.find((row) => row.stage === approved)?.state === 'submitted')
        await deps.approvals.approve({
          campaignId,
          code,
          stage: approved,
          actor: actor.subject,
          occurredMs: operation.occurredMs,
        })
      const { remark, documentNo } = request.body
      return act(request, request.params, { kind: 'approve', stage: approved, reason: remark, documentNo })
    },
  )

  app.post(
    `${stage}/return`,
    {
      config: { action: 'stage.return' },
      schema: {
        tags: ['Stages'],
        summary: 'Return a submitted stage with a reason',
        params: stageParams,
        body: reasonBody,
        response: { 200: actView, ...problems },
      },
    },
    async (request) => {
      assertApprover(request, request.params.stage)
      return act(request, request.params, { kind: 'return', stage: request.params.stage, ...request.body })
    },
  )

  app.post(
    `${stage}/extend`,
    {
      config: { action: 'stage.extend' },
      schema: {
        tags: ['Stages'],
        summary: 'Give one body a later date, with reason and document number',
        params: stageParams,
        body: extendBody,
        response: { 200: actView, ...problems },
      },
    },
    async (request) => {
      const { lastDay, ...text } = request.body
      return act(request, request.params, {
        kind: 'extend',
        stage: request.params.stage,
        toDate: lastDay,
        ...text,
      })
    },
  )

  app.post(
    `${stage}/override`,
    {
      config: { action: 'stage.override' },
      schema: {
        tags: ['Stages'],
        summary: 'Complete a stage in spite of what it lacks: two coordinators, reason, document number',
        params: stageParams,
        body: overrideBody,
        response: { 200: actView, 202: actView, ...problems },
      },
    },
    async (request, reply) => {
      const { campaignId, code, stage: overridden } = request.params
      await assertTakesPart(request.scope, campaignId, code)
      const first = await localities.confirmOrder({
        action: 'stage.override',
        subject: `${campaignId}:${code}:${overridden}`,
        actor: request.actor.subject,
        details: { documentNo: request.body.documentNo },
      })
      if (first === null)
        return reply
          .code(202)
          .send({ actId: request.operation.id, openStage: null, shown: true, secondPerson: true })
      return act(request, request.params, { kind: 'override', stage: overridden, ...request.body })
    },
  )

  for (const kind of ['hold', 'resume'] as const)
    app.post(
      `${body}/${kind}`,
      {
        config: { action: 'process.hold' },
        schema: {
          tags: ['Stages'],
          summary: kind === 'hold' ? 'Put a body’s process on hold' : 'Let a held process go on',
          params: bodyParams,
          body: reasonBody,
          response: { 200: actView, ...problems },
        },
      },
      async (request) => act(request, request.params, { kind, stage: null, ...request.body }),
    )
}

/** Stages of the ministry are approved by national roles, those of a second officer by the body itself. */
function assertApprover({ scope }: FastifyRequest, stage: Stage): void {
  const national = scope === 'national'
  if (approverOf(stage) === 'ministry' && !national) throw new Refusal('action-not-allowed')
  if (approverOf(stage) === 'second-officer' && national) throw new Refusal('action-not-allowed')
}
