import {
  allHandlersFinished,
  condition,
  continueAsNew,
  proxyActivities,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow'
import type { CampaignActivities } from '../activities/contract/campaigns.ts'
import { TASK_QUEUES } from '../activities/contract/task-queues.ts'
import { addDays, startOfDay } from '../domain/hanoi-time.ts'
import { followClock } from './clock.ts'
import { amendUpdate, endUpdate, type CampaignInput } from './contract/campaigns.ts'
import { BULK, quick } from './proxies.ts'

const { writeDailyReport, startMatchingRun } = quick<CampaignActivities>()
const { launchLocalities, fanOutAmendment, fanOutEnd } = proxyActivities<CampaignActivities>({
  ...BULK,
  taskQueue: TASK_QUEUES.workflow,
})
const EVENTS_MAX = 1_500
const SEEN_MAX = 200
const HOUR_MS = 3_600_000

type CampaignState = { -readonly [Key in keyof CampaignInput]: CampaignInput[Key] }

/**
 * What concerns all bodies of a campaign: their launch, moved dates, the daily report, in a rehearsal the day's match,
 * and the end. It never counts bodies by messages: what stands where is read from the database.
 */
export async function campaignWorkflow(input: CampaignInput): Promise<void> {
  const state: CampaignState = { ...input }
  const time = followClock(state.clock, (clock) => {
    state.clock = clock
  })
  const firstTime = (opId: string) => {
    if (state.seenOps.includes(opId)) return false
    state.seenOps = [...state.seenOps.slice(1 - SEEN_MAX), opId]
    return true
  }
  setHandler(amendUpdate, ({ opId, amendmentId }) => {
    if (firstTime(opId)) state.amendments = [...state.amendments, amendmentId]
    return null
  })
  setHandler(endUpdate, (end) => {
    state.end ??= end
    return null
  })

  const { campaignId } = state
  if (!state.launched) {
    await launchLocalities({ campaignId })
    state.launched = true
  }
  while (state.end === null) {
    const { historyLength, continueAsNewSuggested } = workflowInfo()
    if (historyLength > EVENTS_MAX || continueAsNewSuggested) {
      await condition(allHandlersFinished)
      await continueAsNew<typeof campaignWorkflow>(state)
    }
    const [amendmentId] = state.amendments
    if (amendmentId !== undefined) {
      await fanOutAmendment({ campaignId, amendmentId })
      state.amendments = state.amendments.slice(1)
      continue
    }
    const dueMs = Math.min(reportInstant(state), matchInstant(state))
    if (await time.hasReached(dueMs)) await doDaily(state)
    else await time.waitFor(dueMs, () => state.amendments.length > 0 || state.end !== null)
  }
  await fanOutEnd({ campaignId, actId: state.end.actId, atMs: state.end.atMs })
  await condition(allHandlersFinished)
}

const reportInstant = (state: CampaignState) => startOfDay(state.nextReportDay) + state.reportHour * HOUR_MS
/** Live, a Schedule starts the day's match; in a rehearsal this process does, once per day, however late. */
const matchInstant = (state: CampaignState) =>
  state.clock?.mode === 'live' ? Infinity : startOfDay(state.nextMatchDay) + state.matchHour * HOUR_MS

async function doDaily(state: CampaignState): Promise<void> {
  const { campaignId } = state
  if (matchInstant(state) <= reportInstant(state)) {
    await startMatchingRun({ campaignId, day: state.nextMatchDay, cause: 'day-loop' })
    state.nextMatchDay = addDays(state.nextMatchDay, 1)
  } else {
    await writeDailyReport({ campaignId, day: state.nextReportDay })
    state.nextReportDay = addDays(state.nextReportDay, 1)
  }
}
