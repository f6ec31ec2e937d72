import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import {
  assertDateOrder,
  dueOf,
  TEMPLATES,
  type CampaignSettings,
  type CampaignTemplate,
  type StageDate,
} from '../../domain/campaigns.ts'
import { previewCampaign } from '../../domain/campaigns-preview.ts'
import type { Calendar } from '../../domain/calendars.ts'
import { Refusal } from '../../domain/errors.ts'
import { addDays, DAY_MS, startOfDay, toHanoiDate, toHanoiIso } from '../../domain/hanoi-time.ts'
import { LOCALITIES } from '../../domain/localities.ts'
import type { CalendarStore } from '../../drizzle/stores/calendars.ts'
import type { CampaignStore } from '../../drizzle/stores/campaigns.ts'
import type { ClockStore } from '../../drizzle/stores/clock.ts'
import type { LocalityStore } from '../../drizzle/stores/localities.ts'
import {
  CAMPAIGN_WORKFLOW,
  campaignWorkflowId,
  type CampaignInput,
} from '../../workflows/contract/campaigns.ts'
import {
  amendBody,
  amendmentView,
  boardPage,
  boardView,
  campaignList,
  campaignParams,
  campaignView,
  endBody,
  endView,
  launchBody,
  launchView,
  previewView,
  reportView,
  type LaunchBody,
} from '../contract/campaigns.ts'
import { nothing, pageById, problems } from '../contract/shapes.ts'
import { isKnown } from '../plugins/headers.ts'
import type { CampaignControl } from '../temporal/campaigns.ts'
import { viewOf, viewOfBoard, type FoundCampaign } from './campaigns-view.ts'

export interface CampaignRoutesDeps {
  readonly campaigns: CampaignStore
  readonly calendars: CalendarStore
  readonly localities: LocalityStore
  readonly clock: ClockStore
  readonly campaignControl: CampaignControl
}

/** Letters are shown in a preview for so long after the launch. */
const PREVIEW_DAYS = 183
/** Slots for corrections can be booked for so long after the launch. */
const BOOKABLE_DAYS = 550

interface Plan {
  readonly template: CampaignTemplate
  readonly stages: readonly StageDate[]
  readonly settings: CampaignSettings
  readonly localityCodes: readonly string[]
}

function planOf(body: LaunchBody): Plan {
  const template = TEMPLATES.find(({ code }) => code === body.template)
  if (template === undefined) throw new Refusal('unknown-template')
  const { reminderLadder, letterIntervalDays, escalationDays, bodiesPerHour, recordsPerHour } = body.settings
  return {
    template,
    stages: template.stages.map((stage) => body.stages.find((own) => own.stage === stage.stage) ?? stage),
    settings: {
      ...template.settings,
      ...(reminderLadder === undefined ? {} : { reminderLadder }),
      ...(letterIntervalDays === undefined ? {} : { letterIntervalDays }),
      ...(escalationDays === undefined ? {} : { escalationDays }),
      ...(bodiesPerHour === undefined ? {} : { bodiesPerHour }),
      ...(recordsPerHour === undefined ? {} : { recordsPerHour }),
    },
    localityCodes: [...new Set(body.localityCodes ?? LOCALITIES.map(({ code }) => code))],
  }
}

export const campaignRoutes: FastifyPluginAsyncZod<CampaignRoutesDeps> = async (app, deps) => {
  const { campaigns, calendars, clock } = deps
  const checkedPlan = async (body: LaunchBody): Promise<Plan & { readonly calendar: Calendar }> => {
    const plan = planOf(body)
    const calendar = await calendars.readCalendar()
    assertDateOrder(plan.stages, calendar)
    return { ...plan, calendar }
  }

  app.post(
    '/campaigns/preview',
    {
      config: { action: 'campaign.launch', idempotency: 'no' },
      schema: {
        tags: ['Campaigns'],
        summary: 'Show every timer that a launch would set, and what the calendar hides',
        body: launchBody,
        response: { 200: previewView, ...problems },
      },
    },
    async ({ body }) => {
      const { stages, settings, localityCodes, calendar } = await checkedPlan(body)
      const startsMs = await clock.now()
      const preview = previewCampaign(
        { stages, settings, startsMs, untilMs: startsMs + PREVIEW_DAYS * DAY_MS },
        calendar,
      )
      return {
        bodies: localityCodes.length,
        stages: preview.stages.map(({ dueMs, ...stage }) => ({ ...stage, dueAt: toHanoiIso(dueMs) })),
        timers: preview.timers.map(({ atMs, ...timer }) => ({ ...timer, at: toHanoiIso(atMs) })),
        findings: [...preview.findings],
      }
    },
  )

  app.post(
    '/campaigns',
    {
      config: { action: 'campaign.launch' },
      schema: {
        tags: ['Campaigns'],
        summary: 'Launch a campaign over all bodies or a list of them: all or nothing',
        body: launchBody,
        response: { 201: launchView, ...problems },
      },
    },
    async ({ body, operation, actor }, reply) => {
      const { template, stages, settings, localityCodes, calendar } = await checkedPlan(body)
      const { id: campaignId, occurredMs: launchedMs } = operation
      await campaigns.launch({
        campaignId,
        template: template.code,
        titleVi: template.titleVi,
        titleEn: template.titleEn,
        legalDocument: template.legalDocument,
        settings,
        stages: stages.map((stage) => ({ ...stage, dueMs: dueOf(stage, calendar).dueMs })),
        localityCodes,
        launchedBy: actor.subject,
        launchedMs,
        bookable: {
          fromMs: startOfDay(settings.syncFrom),
          toMs: startOfDay(addDays(settings.syncFrom, BOOKABLE_DAYS)),
        },
        process: {
          processId: campaignWorkflowId(campaignId),
          workflow: CAMPAIGN_WORKFLOW,
          campaignId,
          localityCode: null,
          input: beginCampaign(campaignId, launchedMs, settings),
        },
      })
      return reply.code(201).send({ campaignId, bodies: localityCodes.length })
    },
  )

  app.get(
    '/campaigns',
    {
      config: { action: 'campaign.read' },
      schema: {
        tags: ['Campaigns'],
        summary: 'Campaigns, newest first; for people of a body those in which it takes part',
        querystring: pageById,
        response: { 200: campaignList, ...problems },
      },
    },
    async ({ query, scope }) => {
      const page = { before: query.after ?? null, limit: query.limit }
      const rows = await campaigns.readCampaigns(scope, page)
      const full = await Promise.all(rows.map(({ campaignId }) => campaigns.readCampaign(campaignId)))
      return {
        campaigns: full.flatMap((campaign) => (campaign === null ? [] : [viewOf(campaign)])),
        next: rows.length === query.limit ? (rows.at(-1)?.campaignId ?? null) : null,
      }
    },
  )

  app.get(
    '/campaigns/:campaignId',
    {
      config: { action: 'campaign.read' },
      schema: {
        tags: ['Campaigns'],
        summary: 'One campaign with its dates',
        params: campaignParams,
        response: { 200: campaignView, ...problems },
      },
    },
    async ({ params, scope }) => {
      const campaign = await found(campaigns, params.campaignId)
      if (!(await campaigns.takesPart(scope, campaign.campaignId))) throw new Refusal('not-found')
      return viewOf(campaign)
    },
  )

  app.get(
    '/campaigns/:campaignId/board',
    {
      config: { action: 'locality.read' },
      schema: {
        tags: ['Campaigns'],
        summary: 'Bodies × seven stages, by code',
        params: campaignParams,
        querystring: boardPage,
        response: { 200: boardView, 304: nothing, ...problems },
      },
      // The compiler has checked its shape: 24,000 stages are not checked again for each look.
      serializerCompiler: () => JSON.stringify,
    },
    async (request, reply) => {
      const { params, query, scope } = request
      const { campaignId } = await found(campaigns, params.campaignId)
      // Known before it is read: of 3,400 bodies it is four megabytes.
      const tag = `W/"${await deps.localities.readBoardVersion(scope, campaignId)}"`
      void reply.header('etag', tag)
      if (isKnown(request, tag)) return reply.code(304).send(null)
      const bodies = await deps.localities.readBoard(scope, {
        campaignId,
        after: query.after ?? '',
        limit: query.limit,
      })
      return {
        campaignId,
        asOf: toHanoiIso(await clock.now()),
        bodies: viewOfBoard(bodies),
        next: bodies.length === query.limit ? (bodies.at(-1)?.code ?? null) : null,
      }
    },
  )

  app.get(
    '/campaigns/:campaignId/reports',
    {
      config: { action: 'report.read' },
      schema: {
        tags: ['Campaigns'],
        summary: 'The daily reports to the steering committees, newest first',
        params: campaignParams,
        response: { 200: reportView, ...problems },
      },
    },
    async ({ params }) => {
      const { campaignId } = await found(campaigns, params.campaignId)
      const rows = await campaigns.readReports(campaignId)
      return {
        reports: rows.map(({ day, summary }) => ({
          day,
          summary: Object.fromEntries(Object.entries(summary ?? {})),
        })),
      }
    },
  )

  app.post(
    '/campaigns/:campaignId/amendments',
    {
      config: { action: 'campaign.amend' },
      schema: {
        tags: ['Campaigns'],
        summary: 'Move a date for all bodies or for some, while the campaign runs',
        params: campaignParams,
        body: amendBody,
        response: { 202: amendmentView, ...problems },
      },
    },
    async ({ params, body, operation, actor }, reply) => {
      const campaign = await found(campaigns, params.campaignId)
      assertRunning(campaign)
      const stage = campaign.stages.find((candidate) => candidate.stage === body.stage)
      if (stage === undefined) throw new Refusal('stage-not-open', { stage: body.stage })
      const { namedDate, inclusive, localityCodes, documentNo } = body
      const calendar = await calendars.readCalendar()
      const { dueMs } = dueOf({ ...policyOf(stage), stage: body.stage, namedDate, inclusive }, calendar)
      const amendmentId = operation.id
      await campaigns.amend({
        ...body,
        amendmentId,
        campaignId: campaign.campaignId,
        dueMs,
        orderedBy: actor.subject,
        occurredMs: operation.occurredMs,
      })
      await deps.campaignControl.amend(campaign.campaignId, { opId: amendmentId, amendmentId })
      return reply.code(202).send({
        amendmentId,
        stage: body.stage,
        namedDate,
        inclusive,
        dueAt: toHanoiIso(dueMs),
        localityCodes,
        documentNo,
        completed: false,
      })
    },
  )

  for (const how of ['cancel', 'close'] as const)
    app.post(
      `/campaigns/:campaignId/${how}`,
      {
        config: { action: `campaign.${how}` },
        schema: {
          tags: ['Campaigns'],
          summary:
            how === 'cancel'
              ? 'Cancel a campaign (two coordinators)'
              : 'Close a campaign that has done its work (two coordinators)',
          params: campaignParams,
          body: endBody,
          response: { 200: endView, 202: endView, ...problems },
        },
      },
      async ({ params, body, operation, actor }, reply) => {
        const campaign = await found(campaigns, params.campaignId)
        const { campaignId } = campaign
        const first = await deps.localities.confirmOrder({
          action: `campaign.${how}`,
          subject: campaignId,
          actor: actor.subject,
          details: body,
        })
        if (first === null) {
          assertRunning(campaign)
          return reply.code(202).send({ campaignId, state: 'waiting-for-second-person' })
        }
        const { occurredMs } = operation
        await campaigns.end({ campaignId, how, actor: actor.subject, reason: body.reason, occurredMs })
        await deps.campaignControl.end(campaignId, {
          opId: `end:${campaignId}`,
          actId: operation.id,
          atMs: occurredMs,
        })
        return reply.code(200).send({ campaignId, state: 'ended' })
      },
    )
}

async function found(campaigns: CampaignStore, campaignId: string): Promise<FoundCampaign> {
  const campaign = await campaigns.readCampaign(campaignId)
  if (campaign === null) throw new Refusal('not-found')
  return campaign
}

function assertRunning({ cancelledAt, closedAt }: FoundCampaign): void {
  if (cancelledAt !== null || closedAt !== null) throw new Refusal('campaign-not-running')
}

/** The stored policy is one of ours; what is not is kept as it is written. */
const policyOf = ({ dayOffPolicy }: FoundCampaign['stages'][number]): Pick<StageDate, 'dayOffPolicy'> => ({
  dayOffPolicy:
    dayOffPolicy === 'previous-working-day' || dayOffPolicy === 'next-working-day' ? dayOffPolicy : 'keep',
})

/** The campaign's process at its beginning: reports from the morning after, matching from the day the letter names. */
const beginCampaign = (
  campaignId: string,
  launchedMs: number,
  settings: CampaignSettings,
): CampaignInput => ({
  v: 1,
  campaignId,
  clock: null,
  launched: false,
  amendments: [],
  end: null,
  nextReportDay: addDays(toHanoiDate(launchedMs), 1),
  nextMatchDay: settings.matchFrom,
  reportHour: settings.reportHour,
  matchHour: settings.matchHour,
  seenOps: [],
})
