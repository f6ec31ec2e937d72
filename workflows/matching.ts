import { continueAsNew, proxyActivities, workflowInfo } from '@temporalio/workflow'
import type { CampaignActivities } from '../activities/contract/campaigns.ts'
import type { MatchingActivities } from '../activities/contract/matching.ts'
import { toHanoiDate } from '../domain/hanoi-time.ts'
import type { MatchingRunInput } from './contract/matching.ts'
import { doEach, reasonOf } from './errands.ts'
import { NATIONAL, quick, QUICK_WORK } from './proxies.ts'

// Matching never parks: what fails today is a row, and tomorrow is another day.
const { matchLocality } = proxyActivities<MatchingActivities>({
  ...NATIONAL,
  retry: { initialInterval: '500ms', maximumInterval: '5s', maximumAttempts: 3 },
})
const { listUnmatched, recordMatchFailure, finishRun } = proxyActivities<MatchingActivities>(QUICK_WORK)
const { startMatchingRun } = quick<CampaignActivities>()
const BODIES_PER_PAGE = 100
const BODIES_AT_ONCE = 3

/** Matches every body that is in daily matching against the population register, for one Hanoi day. Always finishes. */
export async function matchingRunWorkflow(input: MatchingRunInput): Promise<void> {
  for (;;) {
    const { localityCodes } = await listUnmatched({ ...input, limit: BODIES_PER_PAGE })
    if (localityCodes.length === 0) break
    await doEach(localityCodes, BODIES_AT_ONCE, async (localityCode) => {
      try {
        await matchLocality({ ...input, localityCode })
      } catch (error) {
        await recordMatchFailure({ ...input, localityCode, reason: reasonOf(error) })
      }
    })
    if (workflowInfo().historyLength > 1_000) await continueAsNew<typeof matchingRunWorkflow>(input)
  }
  await finishRun(input)
}

/** Started by the Schedule of a live campaign: turns the firing into a Hanoi day and starts that day's run. */
export async function matchingTriggerWorkflow(input: { readonly campaignId: string }): Promise<void> {
  const { searchAttributes, startTime } = workflowInfo()
  const [scheduled] = searchAttributes['TemporalScheduledStartTime'] ?? [startTime]
  const firedMs = scheduled instanceof Date ? scheduled.getTime() : startTime.getTime()
  await startMatchingRun({ campaignId: input.campaignId, day: toHanoiDate(firedMs), cause: 'schedule' })
}
