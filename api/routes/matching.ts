import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { Refusal } from '../../domain/errors.ts'
import { toHanoiDate, toHanoiIso } from '../../domain/hanoi-time.ts'
import type { CampaignStore } from '../../drizzle/stores/campaigns.ts'
import type { ClockStore } from '../../drizzle/stores/clock.ts'
import type { MatchingStore } from '../../drizzle/stores/matching.ts'
import type { MatchingRunStore } from '../../drizzle/stores/matching-runs.ts'
import { MATCHING_RUN_WORKFLOW, matchingRunWorkflowId } from '../../workflows/contract/matching.ts'
import { localityParams, problems } from '../contract/shapes.ts'
import {
  dayParams,
  dayResults,
  discrepancyList,
  discrepancyQuery,
  runBody,
  runList,
  runQuery,
  runView,
} from '../contract/matching.ts'

export interface MatchingRoutesDeps {
  readonly campaigns: CampaignStore
  readonly matching: MatchingStore
  readonly matchingRuns: MatchingRunStore
  readonly clock: ClockStore
}

export const matchingRoutes: FastifyPluginAsyncZod<MatchingRoutesDeps> = async (app, deps) => {
  const { campaigns, matching, matchingRuns, clock } = deps
  async function matchFrom(campaignId: string): Promise<string> {
    const campaign = await campaigns.readCampaign(campaignId)
    if (campaign === null) throw new Refusal('not-found')
    return campaign.settings.matchFrom
  }

  app.get(
    '/matching-runs',
    {
      config: { action: 'matching.read' },
      schema: {
        tags: ['Matching'],
        summary: 'The daily runs, newest first, and the days that have none',
        querystring: runQuery,
        response: { 200: runList, ...problems },
      },
    },
    async ({ query }) => {
      const { campaignId, limit } = query
      const from = await matchFrom(campaignId)
      const rows = await matchingRuns.readRuns(campaignId, { before: query.after ?? null, limit })
      const today = toHanoiDate(await clock.now())
      return {
        runs: rows.map(({ day, cause, occurredAt, finishedAt }) => ({
          day,
          cause,
          occurredAt: toHanoiIso(occurredAt),
          finishedAt: finishedAt === null ? null : toHanoiIso(finishedAt),
        })),
        gaps: [...(await matchingRuns.readGaps(campaignId, from, today))],
        next: rows.length === limit ? (rows.at(-1)?.day ?? null) : null,
      }
    },
  )

  app.post(
    '/matching-runs',
    {
      config: { action: 'matching.run' },
      schema: {
        tags: ['Matching'],
        summary: 'Match a day now, or fill a day that was missed; a day that has a run keeps it',
        body: runBody,
        response: { 202: runView, ...problems },
      },
    },
    async ({ body, actor, operation }, reply) => {
      const { campaignId } = body
      const from = await matchFrom(campaignId)
      const today = toHanoiDate(await clock.now())
      const day = body.day ?? today
      if (day < from || day > today) throw new Refusal('match-day-not-open', { day })
      const run = {
        campaignId,
        day,
        cause: day === today ? 'person' : 'gap-fill',
        orderedBy: actor.subject,
        occurredMs: operation.occurredMs,
      }
      const started = await matchingRuns.order(run, MATCHING_RUN_WORKFLOW, (runDay) =>
        matchingRunWorkflowId(campaignId, runDay),
      )
      return reply.code(202).send({ day, started })
    },
  )

  app.get(
    '/matching-runs/:campaignId/:day',
    {
      config: { action: 'matching.read' },
      schema: {
        tags: ['Matching'],
        summary: 'A day’s result for each body',
        params: dayParams,
        response: { 200: dayResults, ...problems },
      },
    },
    async ({ params, scope }) => {
      return { localities: await matching.readDays(scope, params.campaignId, params.day) }
    },
  )

  app.get(
    '/localities/:code/discrepancies',
    {
      config: { action: 'matching.read' },
      schema: {
        tags: ['Matching'],
        summary:
          'Fields of a body’s records that differ from the register, oldest first; names of fields, never values',
        params: localityParams,
        querystring: discrepancyQuery,
        response: { 200: discrepancyList, ...problems },
      },
    },
    async ({ params, query, scope }) => {
      const rows = await matching.readDiscrepancies(scope, {
        localityCode: params.code,
        open: query.state === 'open',
        after: query.after ?? null,
        limit: query.limit,
      })
      return {
        discrepancies: rows.map((row) => ({
          discrepancyId: row.discrepancy_id,
          localityCode: params.code,
          source: row.source,
          recordCode: row.record_code,
          unitCode: row.unit_code,
          field: row.field,
          openedOn: row.opened_on,
          reviewDueOn: row.review_due_on,
          correctionDueOn: row.correction_due_on,
          closedOn: row.closed_on,
          closedHow: row.closed_how,
        })),
        next: rows.length === query.limit ? (rows.at(-1)?.discrepancy_id ?? null) : null,
      }
    },
  )
}
