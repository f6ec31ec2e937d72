import { continueAsNew, proxyActivities, workflowInfo } from '@temporalio/workflow'
import type { AttentionActivities } from '../activities/contract/attention.ts'
import type { SyncWindowActivities } from '../activities/contract/sync-windows.ts'
import { followClock } from './clock.ts'
import type { SyncWindowInput } from './contract/sync-windows.ts'
import { reasonOf, tellLocality } from './errands.ts'
import { createParkingPlace } from './parking.ts'
import { BULK, NATIONAL, quick, QUICK_WORK } from './proxies.ts'

const { prepareWindow } = proxyActivities<SyncWindowActivities>(BULK)
const { sendWindow } = proxyActivities<SyncWindowActivities>(NATIONAL)
const { readWindowTimes, parkWindow, resumeWindow, completeWindow } =
  proxyActivities<SyncWindowActivities>(QUICK_WORK)
const { openAttention, closeAttention } = quick<AttentionActivities>()
const EVENTS_MAX = 1_500

/**
 * Sends the signed versions of one body in its slot: never before or after it, never what was acknowledged, and on a
 * lasting failure it waits for an operator instead of giving up.
 */
export async function syncWindowWorkflow(input: SyncWindowInput): Promise<void> {
  const { windowId, campaignId, localityCode } = input
  const window = { windowId, campaignId, localityCode }
  const { workflowId: processId } = workflowInfo()
  const place = createParkingPlace(input.parkingNo)
  const time = followClock(input.clock)
  let { round } = input

  for (;;) {
    const { opensMs } = await readWindowTimes(window)
    while (!(await time.hasReached(opensMs))) await time.waitFor(opensMs, () => false)
    try {
      await prepareWindow(window)
      const { pending } = await sendWindow(window)
      if (pending === 0) break
    } catch (error) {
      const reason = reasonOf(error)
      const decision = await place.park(async (parkingNo) => {
        await parkWindow({ ...window, parkingNo, reason })
        const choices = ['retry', 'skip']
        await openAttention({
          campaignId,
          localityCode,
          kind: 'sync-window',
          processId,
          parkingNo,
          reason,
          choices,
        })
      })
      round += 1
      await resumeWindow({ ...window, round, decision: decision.kind })
      const { parkingNo, kind, actor } = decision
      await closeAttention({ kind: 'sync-window', processId, parkingNo, decision: kind, actor })
      if (kind === 'skip') break
    }
    if (workflowInfo().historyLength > EVENTS_MAX)
      await continueAsNew<typeof syncWindowWorkflow>({
        ...window,
        clock: time.clock(),
        round,
        parkingNo: place.number,
      })
  }
  await completeWindow(window)
  await tellLocality(campaignId, localityCode, 'sync-records')
}
