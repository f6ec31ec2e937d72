import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { Refusal } from '../../domain/errors.ts'
import { toHanoiDate, toHanoiIso } from '../../domain/hanoi-time.ts'
import type { CampaignStore } from '../../drizzle/stores/campaigns.ts'
import type { ClockStore } from '../../drizzle/stores/clock.ts'
import type { LocalityStore } from '../../drizzle/stores/localities.ts'
import type { SigningStore } from '../../drizzle/stores/signing.ts'
import type { ScheduleStore } from '../../drizzle/stores/sync-schedule.ts'
import type { WindowStore } from '../../drizzle/stores/sync-windows.ts'
import { syncWindowWorkflowId } from '../../workflows/contract/sync-windows.ts'
import { campaignParams } from '../contract/campaigns.ts'
import { localityParams, pageById, problems } from '../contract/shapes.ts'
import {
  retryBody,
  retryView,
  slotBody,
  slotList,
  slotView,
  windowList,
  windowParams,
} from '../contract/sync-windows.ts'
import type { LocalityControl } from '../temporal/localities.ts'

export interface SyncWindowRoutesDeps {
  readonly schedule: ScheduleStore
  readonly windows: WindowStore
  readonly campaigns: CampaignStore
  readonly localities: LocalityStore
  readonly signing: SigningStore
  readonly clock: ClockStore
  readonly localityControl: LocalityControl
}

/** What a body takes of an hour's capacity; the counters are per hour, a slot is a day. */
const RECORDS_PER_HOUR = 5_000

export const syncWindowRoutes: FastifyPluginAsyncZod<SyncWindowRoutesDeps> = async (app, deps) => {
  const { schedule, windows, campaigns, localities, clock } = deps
  async function campaignOf(code: string) {
    const campaignId = await localities.readRunningCampaign(code)
    const campaign = campaignId === null ? null : await campaigns.readCampaign(campaignId)
    if (campaign === null) throw new Refusal('campaign-not-running')
    return campaign
  }

  app.post(
    '/localities/:code/sync-slots',
    {
      config: { action: 'slot.propose' },
      schema: {
        tags: ['Sync'],
        summary: 'Propose a day of the official window, or book a day after it for corrections',
        params: localityParams,
        body: slotBody,
        response: { 201: slotView, ...problems },
      },
    },
    async ({ params, body, actor, operation, scope }, reply) => {
      const { code } = params
      const { campaignId, settings } = await campaignOf(code)
      const { syncFrom, syncTo } = settings
      const kind = body.day > syncTo ? 'delta' : 'campaign'
      const today = toHanoiDate(operation.occurredMs)
      if (body.day < syncFrom || body.day < today)
        throw new Refusal('slot-outside-window', { from: today > syncFrom ? today : syncFrom, to: syncTo })
      const slot = {
        slotId: operation.id,
        campaignId,
        localityCode: code,
        kind,
        day: body.day,
        recordsPerHour: RECORDS_PER_HOUR,
        actor: actor.subject,
        occurredMs: operation.occurredMs,
      } as const
      if (kind === 'campaign') await schedule.propose(slot)
      else {
        const place = await localities.readBody(scope, campaignId, code)
        // A body that missed the official window needs an extension: its first slot is confirmed by the ministry.
        if (place?.stages.find(({ stage }) => stage === 'sync-records')?.state === 'done')
          await schedule.bookDelta(slot)
        else await schedule.propose({ ...slot, kind: 'campaign' })
      }
      await deps.localityControl.lookAgain(campaignId, code, 'schedule-sync').catch(() => {})
      const [made] = await schedule.readSlots(scope, campaignId, code)
      if (made === undefined) throw new Refusal('not-found')
      return reply.code(201).send(slotViewOf(made))
    },
  )

  app.get(
    '/localities/:code/sync-slots',
    {
      config: { action: 'window.read' },
      schema: {
        tags: ['Sync'],
        summary: 'A body’s slots, newest first',
        params: localityParams,
        response: { 200: slotList, ...problems },
      },
    },
    async ({ params, scope }) => {
      const { campaignId } = await campaignOf(params.code)
      return { slots: (await schedule.readSlots(scope, campaignId, params.code)).map(slotViewOf) }
    },
  )

  app.get(
    '/campaigns/:campaignId/sync-windows',
    {
      config: { action: 'window.read' },
      schema: {
        tags: ['Sync'],
        summary: 'Sync windows with what was accepted, rejected and is pending, newest first',
        params: campaignParams,
        querystring: pageById,
        response: { 200: windowList, ...problems },
      },
    },
    async ({ params, query, scope }) => {
      const { campaignId } = params
      const rows = await windows.readWindows(scope, {
        campaignId,
        before: query.after ?? null,
        limit: query.limit,
      })
      return {
        windows: rows.map((row) => ({
          windowId: row.windowId,
          campaignId: row.campaignId,
          localityCode: row.localityCode,
          kind: row.kind,
          opensAt: toHanoiIso(row.opensAt),
          closesAt: toHanoiIso(row.closesAt),
          state: stateOf(row),
          parkedReason: row.parkedReason,
          parkingNo: row.parkingNo,
          items: row.items,
          accepted: row.accepted,
          rejected: row.rejected,
          pending: row.pending,
        })),
        next: rows.length === query.limit ? (rows.at(-1)?.windowId ?? null) : null,
      }
    },
  )

  app.post(
    '/sync-windows/:windowId/retry',
    {
      config: { action: 'window.retry' },
      schema: {
        tags: ['Sync'],
        summary: 'Let a parked window go on: only what was not acknowledged is sent',
        params: windowParams,
        body: retryBody,
        response: { 200: retryView, ...problems },
      },
    },
    async ({ params, body, scope, actor, operation }) => {
      const window = await windows.readWindow(scope, params.windowId)
      if (window === null) throw new Refusal('not-found')
      const { windowId } = window
      if (window.parkedAt === null) throw new Refusal('window-not-parked')
      const opensAt = await schedule.reopen(window, {
        nowMs: await clock.now(),
        day: body.day,
        actor: actor.subject,
        occurredMs: operation.occurredMs,
      })
      await deps.localityControl.decide(syncWindowWorkflowId(windowId), {
        opId: operation.id,
        kind: 'retry',
        parkingNo: window.parkingNo,
        actor: actor.subject,
      })
      return { windowId, opensAt: toHanoiIso(opensAt), pending: await windows.countPending(windowId) }
    },
  )
}

type SlotRow = Awaited<ReturnType<ScheduleStore['readSlots']>>[number]
const slotViewOf = ({ slotId, kind, day, confirmedAt, cancelledAt }: SlotRow) => ({
  slotId,
  kind: kind === 'delta' ? ('delta' as const) : ('campaign' as const),
  day,
  state:
    cancelledAt !== null
      ? ('cancelled' as const)
      : confirmedAt !== null
        ? ('confirmed' as const)
        : ('proposed' as const),
})

type WindowRow = Awaited<ReturnType<WindowStore['readWindows']>>[number]
function stateOf({
  completedAt,
  parkedAt,
  preparedAt,
}: WindowRow): 'complete' | 'parked' | 'sending' | 'waiting' {
  if (completedAt !== null) return 'complete'
  if (parkedAt !== null) return 'parked'
  return preparedAt === null ? 'waiting' : 'sending'
}
