import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import type { Scope } from '../../domain/access.ts'
import { Refusal } from '../../domain/errors.ts'
import { toHanoiIso } from '../../domain/hanoi-time.ts'
import { explainReason, sumByReason, sumOf } from '../../domain/retries.ts'
import type { RetryItem, RetryStore } from '../../drizzle/stores/retries.ts'
import { BULK_RETRY_WORKFLOW, bulkRetryWorkflowId } from '../../workflows/contract/retries.ts'
import { campaignParams } from '../contract/campaigns.ts'
import {
  bulkRetryList,
  bulkRetryView,
  retryItemList,
  retryOrderBody,
  retryParams,
  retryPreviewBody,
  retryPreviewView,
  retryQuery,
  retrySteeringBody,
} from '../contract/retries.ts'
import { PAGE_MAX, problems } from '../contract/shapes.ts'
import type { RetryControl } from '../temporal/retries.ts'

export interface RetryRoutesDeps {
  readonly retries: RetryStore
  readonly retryControl: RetryControl
}

const process = { workflow: BULK_RETRY_WORKFLOW, processId: bulkRetryWorkflowId }

export const retryRoutes: FastifyPluginAsyncZod<RetryRoutesDeps> = async (app, deps) => {
  const { retries } = deps
  async function viewOf(scope: Scope, retryId: string) {
    const retry = await retries.readRetry(scope, retryId)
    if (retry === null) throw new Refusal('not-found')
    return retryViewOf(retry)
  }

  app.post(
    '/campaigns/:campaignId/retries/preview',
    {
      config: { action: 'window.retry' },
      schema: {
        tags: ['Sync'],
        summary: 'Which parked windows would be retried, what would be sent, and the token that confirms it',
        params: campaignParams,
        body: retryPreviewBody,
        response: { 201: retryPreviewView, ...problems },
      },
    },
    async ({ params, body, scope, actor, operation }, reply) => {
      const { perMinute, ...filter } = body
      const { items, ...preview } = await retries.preview(scope, {
        retryId: operation.id,
        campaignId: params.campaignId,
        filter,
        perMinute,
        previewedBy: actor.subject,
      })
      return reply.code(201).send({
        retryId: operation.id,
        ...preview,
        expiresAt: toHanoiIso(preview.expiresAt),
        ...sumOf(items),
        reasons: sumByReason(items).map((total) => {
          const { class: of, vi, en } = explainReason(total.reason)
          return { ...total, class: of, messageVi: vi, messageEn: en }
        }),
        items: items.slice(0, PAGE_MAX).map(itemViewOf),
        next: items.length > PAGE_MAX ? (items[PAGE_MAX - 1]?.windowId ?? null) : null,
      })
    },
  )

  app.post(
    '/campaigns/:campaignId/retries',
    {
      config: { action: 'window.retry' },
      schema: {
        tags: ['Sync'],
        summary: 'Retry exactly the previewed windows; refused with the difference where the set has changed',
        params: campaignParams,
        body: retryOrderBody,
        response: { 202: bulkRetryView, ...problems },
      },
    },
    async ({ params, body, scope, actor, operation }, reply) => {
      const order = { ...params, ...body, actor: actor.subject, occurredMs: operation.occurredMs }
      return reply.code(202).send(await viewOf(scope, await retries.confirm(scope, order, process)))
    },
  )

  app.get(
    '/campaigns/:campaignId/retries',
    {
      config: { action: 'retry.read' },
      schema: {
        tags: ['Sync'],
        summary: 'Retries of many windows, newest first',
        params: campaignParams,
        querystring: retryQuery,
        response: { 200: bulkRetryList, ...problems },
      },
    },
    async ({ params, query, scope }) => {
      const page = { ...params, before: query.after ?? null, limit: query.limit }
      const rows = await retries.readRetries(scope, page)
      return {
        retries: rows.map(retryViewOf),
        next: rows.length === query.limit ? (rows.at(-1)?.retryId ?? null) : null,
      }
    },
  )

  app.get(
    '/retries/:retryId',
    {
      config: { action: 'retry.read' },
      schema: {
        tags: ['Sync'],
        summary: 'How far a retry is',
        params: retryParams,
        response: { 200: bulkRetryView, ...problems },
      },
    },
    ({ params, scope }) => viewOf(scope, params.retryId),
  )

  app.get(
    '/retries/:retryId/items',
    {
      config: { action: 'retry.read' },
      schema: {
        tags: ['Sync'],
        summary: 'Every window of a retry and what became of it',
        params: retryParams,
        querystring: retryQuery,
        response: { 200: retryItemList, ...problems },
      },
    },
    async ({ params, query, scope }) => {
      const { retryId } = await viewOf(scope, params.retryId)
      const rows = await retries.readItems(retryId, { after: query.after ?? null, limit: query.limit })
      return {
        items: rows.map(itemViewOf),
        next: rows.length === query.limit ? (rows.at(-1)?.windowId ?? null) : null,
      }
    },
  )

  for (const step of ['pause', 'resume'] as const)
    app.post(
      `/retries/:retryId/${step}`,
      {
        config: { action: 'window.retry' },
        schema: {
          tags: ['Sync'],
          summary: step === 'pause' ? 'Stop before the next window' : 'Go on where it was paused',
          params: retryParams,
          body: retrySteeringBody,
          response: { 200: bulkRetryView, ...problems },
        },
      },
      async ({ params, scope, actor }) => {
        await retries[step](scope, params.retryId, actor.subject)
        await deps.retryControl.changed(params.retryId)
        return viewOf(scope, params.retryId)
      },
    )
}

type RetryRow = NonNullable<Awaited<ReturnType<RetryStore['readRetry']>>>
function retryViewOf(row: RetryRow) {
  const { retryId, campaignId, perMinute, reason, windows, retried, notRetried, pending } = row
  return {
    retryId,
    campaignId,
    state: stateOf(row),
    perMinute,
    reason,
    orderedAt: row.occurredAt === null ? null : toHanoiIso(row.occurredAt),
    windows,
    retried,
    notRetried,
    pending,
  }
}
function stateOf({
  confirmedAt,
  completedAt,
  pausedAt,
}: RetryRow): 'previewed' | 'running' | 'paused' | 'completed' {
  if (confirmedAt === null) return 'previewed'
  if (completedAt !== null) return 'completed'
  return pausedAt === null ? 'running' : 'paused'
}

const itemViewOf = ({ opensAt, ...item }: RetryItem) => ({
  ...item,
  opensAt: opensAt === null ? null : toHanoiIso(opensAt),
})
