import { ScheduleNotFoundError, ScheduleOverlapPolicy, type Client } from '@temporalio/client'
import { TASK_QUEUES } from '../activities/contract/task-queues.ts'
import { startOfDay } from '../domain/hanoi-time.ts'
import type { CampaignStore } from '../drizzle/stores/campaigns.ts'
import { MATCHING_TRIGGER_WORKFLOW } from '../workflows/contract/matching.ts'

const PREFIX = 'daily-matching:'
export const matchingScheduleId = (campaignId: string) => `${PREFIX}${campaignId}`
/** After an outage a firing is made up for within this time; what is older is a gap, filled by hand. */
const CATCH_UP = '12h'

/**
 * Brings the Schedules of a live installation to what its running campaigns need: one each, at the hour of Hanoi that its
 * settings name. Says how many were made or removed. A rehearsal has none: there the campaign's day loop starts the match.
 */
export async function sweepMatchingSchedules(
  campaigns: Pick<CampaignStore, 'readRunning'>,
  { schedule }: Client,
): Promise<number> {
  const running = await campaigns.readRunning()
  const wanted = new Set(running.map(({ campaignId }) => matchingScheduleId(campaignId)))
  const present = new Set<string>()
  let changed = 0
  for await (const { scheduleId } of schedule.list()) {
    present.add(scheduleId)
    if (!scheduleId.startsWith(PREFIX) || wanted.has(scheduleId)) continue
    await schedule.getHandle(scheduleId).delete()
    changed += 1
  }
  for (const { campaignId, settings } of running) {
    const plan = planOf(campaignId, settings)
    const handle = schedule.getHandle(plan.scheduleId)
    try {
      // The list lags behind for a moment: what it does not name may be there.
      if (present.has(plan.scheduleId)) await handle.update((previous) => ({ ...previous, ...plan }))
      else if (await isMissing(handle)) {
        await schedule.create(plan)
        changed += 1
      }
    } catch (error) {
      if (!(error instanceof ScheduleNotFoundError)) throw error
    }
  }
  return changed
}

async function isMissing(handle: { readonly describe: () => Promise<unknown> }): Promise<boolean> {
  try {
    await handle.describe()
    return false
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return true
    throw error
  }
}

const planOf = (
  campaignId: string,
  { matchHour, matchFrom }: { readonly matchHour: number; readonly matchFrom: string },
) => ({
  scheduleId: matchingScheduleId(campaignId),
  spec: {
    calendars: [{ hour: matchHour }],
    timezone: 'Asia/Ho_Chi_Minh',
    startAt: new Date(startOfDay(matchFrom)),
  },
  action: {
    type: 'startWorkflow' as const,
    workflowType: MATCHING_TRIGGER_WORKFLOW,
    workflowId: `match-trigger:${campaignId}`,
    taskQueue: TASK_QUEUES.workflow,
    args: [{ campaignId }],
  },
  policies: { overlap: ScheduleOverlapPolicy.BUFFER_ALL, catchupWindow: CATCH_UP },
})
