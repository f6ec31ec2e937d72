import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { Refusal } from '../../domain/errors.ts'
import { toHanoiIso } from '../../domain/hanoi-time.ts'
import type { AttentionStore } from '../../drizzle/stores/attention.ts'
import type { AuditStore } from '../../drizzle/stores/audit.ts'
import {
  attentionList,
  attentionQuery,
  auditList,
  auditQuery,
  decisionBody,
  decisionView,
  itemParams,
} from '../contract/attention.ts'
import { problems } from '../contract/shapes.ts'
import type { LocalityControl } from '../temporal/localities.ts'

export interface AttentionRoutesDeps {
  readonly attention: AttentionStore
  readonly audit: AuditStore
  readonly localityControl: LocalityControl
}

export const attentionRoutes: FastifyPluginAsyncZod<AttentionRoutesDeps> = async (app, deps) => {
  app.get(
    '/attention-items',
    {
      config: { action: 'attention.read' },
      schema: {
        tags: ['Attention'],
        summary: 'Everything that is parked or overdue, oldest first',
        querystring: attentionQuery,
        response: { 200: attentionList, ...problems },
      },
    },
    async ({ query, scope }) => {
      const rows = await deps.attention.readOpen(scope, {
        campaignId: query.campaignId ?? null,
        after: query.after ?? null,
        limit: query.limit,
      })
      return {
        items: rows.map(({ occurredAt, ...row }) => ({ ...row, since: toHanoiIso(occurredAt) })),
        next: rows.length === query.limit ? (rows.at(-1)?.itemId ?? null) : null,
      }
    },
  )

  app.post(
    '/attention-items/:itemId/decide',
    {
      config: { action: 'attention.decide' },
      schema: {
        tags: ['Attention'],
        summary: 'Decide what a parked process does next',
        params: itemParams,
        body: decisionBody,
        response: { 200: decisionView, ...problems },
      },
    },
    async ({ params, body, scope, operation, actor }) => {
      const item = await deps.attention.readOne(scope, params.itemId)
      if (item === null) throw new Refusal('not-found')
      if (!item.choices.includes(body.decision)) throw new Refusal('not-parked')
      await deps.localityControl.decide(item.subject, {
        opId: operation.id,
        kind: body.decision,
        parkingNo: item.parkingNo,
        actor: actor.subject,
      })
      return { itemId: item.itemId, decision: body.decision }
    },
  )

  app.get(
    '/audit',
    {
      config: { action: 'audit.read' },
      schema: {
        tags: ['Audit'],
        summary: 'Who did what, of one body or of the ministry, newest first',
        querystring: auditQuery,
        response: { 200: auditList, ...problems },
      },
    },
    async ({ query, scope }) => {
      const rows = await deps.audit.readEntries(scope, {
        of: query.of,
        before: query.before ?? null,
        limit: query.limit,
      })
      return {
        entries: rows.map((row) => ({
          ...row,
          recordedAt: toHanoiIso(row.recordedAt),
          occurredAt: row.occurredAt === null ? null : toHanoiIso(row.occurredAt),
          detail: Object.fromEntries(Object.entries(row.detail ?? {})),
        })),
        next: rows.length === query.limit ? (rows.at(-1)?.sequence ?? null) : null,
      }
    },
  )
}
