import { Context } from '@temporalio/activity'
import { beginLocality, type Act } from '../domain/localities-process.ts'
import { toHanoiDate } from '../domain/hanoi-time.ts'
import type { CampaignStore } from '../drizzle/stores/campaigns.ts'
import type { ProcessStart, ProcessStore } from '../drizzle/stores/campaigns-processes.ts'
import type { ClockStore } from '../drizzle/stores/clock.ts'
import type { MatchingRunStore } from '../drizzle/stores/matching-runs.ts'
import type { CampaignActivities } from './contract/campaigns.ts'
import { failure } from './failures.ts'

/** The engine, as far as an activity may use it: starting what was ordered, and acting on a body's process. */
export interface Processes {
  readonly localityProcessId: (campaignId: string, localityCode: string) => string
  readonly localityWorkflow: string
  readonly matchProcessId: (campaignId: string, day: string) => string
  readonly matchWorkflow: string
  /** An already running (or ended) process of that id is success. */
  readonly start: (start: ProcessStart) => Promise<void>
  /** False where the process has ended or refuses because of its state; an act it took before counts once. */
  readonly act: (campaignId: string, localityCode: string, act: Act) => Promise<boolean>
}

export interface CampaignDeps {
  readonly campaigns: CampaignStore
  readonly clock: ClockStore
  readonly processStarts: ProcessStore
  readonly matchingRuns: MatchingRunStore
  readonly processes: Processes
}

const PAGE = 200
const AT_ONCE = 16
/** Who acts where a campaign acts by itself. */
const NOBODY = '00000000-0000-0000-0000-000000000000'

export function createCampaignActivities(deps: CampaignDeps): CampaignActivities {
  const { campaigns, processes } = deps
  async function campaignOf(campaignId: string) {
    const campaign = await campaigns.readCampaign(campaignId)
    if (campaign === null) throw failure('no-such-campaign', { retry: false })
    return campaign
  }
  /** Does something for every body that still takes part, in pages, so many at once. */
  async function forEachBody(
    campaignId: string,
    work: (localityCode: string) => Promise<void>,
  ): Promise<number> {
    let after = ''
    let reached = 0
    for (;;) {
      const page = await campaigns.readParticipants(campaignId, after, PAGE)
      const last = page.at(-1)
      if (last === undefined) return reached
      await eachAtOnce(page, ({ localityCode }) => work(localityCode))
      reached += page.length
      after = last.localityCode
      Context.current().heartbeat({ after })
    }
  }

  return {
    async launchLocalities({ campaignId }) {
      const { settings, stages, launchedAt } = await campaignOf(campaignId)
      const clock = await deps.clock.readClock()
      const { letterIntervalDays, escalationDays } = settings
      const startOf = (localityCode: string): ProcessStart => ({
        processId: processes.localityProcessId(campaignId, localityCode),
        workflow: processes.localityWorkflow,
        campaignId,
        localityCode,
        input: beginLocality({
          campaignId,
          localityCode,
          rules: { letterIntervalDays, escalationDays },
          clock,
          launchedMs: launchedAt,
          dues: stages,
        }),
      })
      let launched = 0
      for (let after = ''; ;) {
        const page = await campaigns.readUnlaunched(campaignId, after, PAGE)
        const last = page.at(-1)
        if (last === undefined) return { launched }
        const starts = page.map(({ localityCode }) => startOf(localityCode))
        // Ordered first: what a crash leaves between here and there, the sweep starts.
        await deps.processStarts.order(starts)
        await eachAtOnce(starts, async (start) => {
          await processes.start(start)
          await deps.processStarts.markStarted(start.processId)
        })
        launched += page.length
        after = last.localityCode
        Context.current().heartbeat({ after })
      }
    },

    async fanOutAmendment({ campaignId, amendmentId }) {
      const amendment = await campaigns.readAmendment(amendmentId)
      if (amendment === null) throw failure('no-such-amendment', { retry: false })
      const { stages } = await campaignOf(campaignId)
      const stage = stages.find((candidate) => candidate.stage === amendment.stage)?.stage
      if (stage === undefined) throw failure('no-such-stage', { retry: false })
      const concerns = (code: string) => amendment.localityCodes?.includes(code) ?? true
      let reached = 0
      await forEachBody(campaignId, async (localityCode) => {
        if (!concerns(localityCode)) return
        const act: Act = {
          opId: `amendment:${amendmentId}`,
          actId: amendmentId,
          atMs: amendment.occurredAt,
          kind: 'amend',
          stage,
          actor: amendment.orderedBy,
          dueMs: amendment.dueAt,
        }
        if (await processes.act(campaignId, localityCode, act)) reached += 1
      })
      await campaigns.completeAmendment(amendmentId)
      return { reached }
    },

    async fanOutEnd({ campaignId, actId, atMs }) {
      await forEachBody(campaignId, async (localityCode) => {
        const end: Act = {
          opId: `end:${campaignId}`,
          actId,
          atMs,
          kind: 'cancel',
          stage: null,
          actor: NOBODY,
          dueMs: null,
        }
        await processes.act(campaignId, localityCode, end)
      })
    },

    writeDailyReport: ({ campaignId, day }) => campaigns.writeDailyReport(campaignId, day),

    async startMatchingRun({ campaignId, day, cause }) {
      const { settings } = await campaignOf(campaignId)
      const nowMs = await deps.clock.now()
      if (day < settings.matchFrom || day > toHanoiDate(nowMs)) return { started: false }
      const run = { campaignId, day, cause, orderedBy: null, occurredMs: nowMs }
      const started = await deps.matchingRuns.order(run, processes.matchWorkflow, (runDay) =>
        processes.matchProcessId(campaignId, runDay),
      )
      return { started }
    },
  }
}

/** A few at a time, all of them. */
async function eachAtOnce<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values()
  const workers = Array.from({ length: Math.min(AT_ONCE, items.length) }, async () => {
    for (const item of queue) await work(item)
  })
  await Promise.all(workers)
}
