import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { Refusal } from '../../domain/errors.ts'
import { toHanoiIso } from '../../domain/hanoi-time.ts'
import { outcomeOf, type Counts } from '../../domain/verifications.ts'
import type { VerificationStore } from '../../drizzle/stores/verifications.ts'
import { VERIFICATION_WORKFLOW, verificationWorkflowId } from '../../workflows/contract/verifications.ts'
import { campaignParams } from '../contract/campaigns.ts'
import { problems } from '../contract/shapes.ts'
import {
  findingList,
  findingQuery,
  verificationBody,
  verificationList,
  verificationParams,
  verificationQuery,
  verificationView,
} from '../contract/verifications.ts'

export interface VerificationRoutesDeps {
  readonly verifications: VerificationStore
}

export const verificationRoutes: FastifyPluginAsyncZod<VerificationRoutesDeps> = async (app, deps) => {
  const { verifications } = deps

  app.post(
    '/campaigns/:campaignId/verifications',
    {
      config: { action: 'verification.order' },
      schema: {
        tags: ['Verification'],
        summary:
          'Recompute from the rows and the receiver’s journal that nothing is lost, doubled or altered',
        params: campaignParams,
        body: verificationBody,
        response: { 202: verificationView, ...problems },
      },
    },
    async ({ params, body, scope, actor, operation }, reply) => {
      await verifications.order(
        {
          verificationId: operation.id,
          campaignId: params.campaignId,
          localityCode: body.localityCode ?? null,
          windowId: body.windowId ?? null,
          orderedBy: actor.subject,
          occurredMs: operation.occurredMs,
        },
        { workflow: VERIFICATION_WORKFLOW, processId: verificationWorkflowId },
      )
      const row = await verifications.readVerification(scope, operation.id)
      if (row === null) throw new Refusal('not-found')
      return reply.code(202).send(await viewOf(verifications, row))
    },
  )

  app.get(
    '/campaigns/:campaignId/verifications',
    {
      config: { action: 'verification.read' },
      schema: {
        tags: ['Verification'],
        summary: 'Verifications of a campaign, newest first',
        params: campaignParams,
        querystring: verificationQuery,
        response: { 200: verificationList, ...problems },
      },
    },
    async ({ params, query, scope }) => {
      const { campaignId } = params
      const page = { campaignId, before: query.after ?? null, limit: query.limit }
      const rows = await verifications.readVerifications(scope, page)
      return {
        verifications: rows.map(({ verificationId, localityCode, windowId, occurredAt, completedAt }) => ({
          verificationId,
          localityCode,
          windowId,
          orderedAt: toHanoiIso(occurredAt),
          completed: completedAt !== null,
        })),
        next: rows.length === query.limit ? (rows.at(-1)?.verificationId ?? null) : null,
      }
    },
  )

  app.get(
    '/verifications/:verificationId',
    {
      config: { action: 'verification.read' },
      schema: {
        tags: ['Verification'],
        summary: 'How far a verification is, what it looked at and how much it found',
        params: verificationParams,
        response: { 200: verificationView, ...problems },
      },
    },
    async ({ params, scope }) => {
      const row = await verifications.readVerification(scope, params.verificationId)
      if (row === null) throw new Refusal('not-found')
      return viewOf(verifications, row)
    },
  )

  app.get(
    '/verifications/:verificationId/findings',
    {
      config: { action: 'verification.read' },
      schema: {
        tags: ['Verification'],
        summary: 'Everything that is missing, doubled or different, by body; codes and ids, never a person',
        params: verificationParams,
        querystring: findingQuery,
        response: { 200: findingList, ...problems },
      },
    },
    async ({ params, query, scope }) => {
      const { verificationId } = params
      if ((await verifications.readVerification(scope, verificationId)) === null)
        throw new Refusal('not-found')
      const [part = '', after = '0'] = query.after?.split('-') ?? []
      const page = { verificationId, part, after: Number(after), limit: query.limit }
      const rows = await verifications.readFindings(page)
      const last = rows.at(-1)
      return {
        findings: rows.map(({ localityCode, rule, subject, versionNo, windowId }) => ({
          part: localityCode,
          rule,
          subject,
          versionNo,
          windowId,
        })),
        next:
          last === undefined || rows.length < query.limit ? null : `${last.localityCode}-${last.findingNo}`,
      }
    },
  )
}

type Row = NonNullable<Awaited<ReturnType<VerificationStore['readVerification']>>>
async function viewOf(store: VerificationStore, row: Row) {
  const { verificationId, campaignId, localityCode, windowId, occurredAt, completedAt } = row
  const parts = await store.readParts(verificationId)
  return {
    verificationId,
    campaignId,
    localityCode,
    windowId,
    orderedAt: toHanoiIso(occurredAt),
    state: completedAt === null ? ('running' as const) : outcomeOf(parts),
    parts: await store.countParts(row),
    done: parts.length,
    checked: sumOf(parts.map(({ checked }) => checked)),
    found: sumOf(parts.map(({ found }) => found)),
    problems: parts.flatMap(({ localityCode: part, problem }) =>
      problem === null ? [] : [{ part, reason: problem }],
    ),
  }
}

function sumOf(all: readonly Counts[]): Record<string, number> {
  const sums: Record<string, number> = {}
  for (const counts of all)
    for (const [name, count] of Object.entries(counts)) sums[name] = (sums[name] ?? 0) + count
  return sums
}
