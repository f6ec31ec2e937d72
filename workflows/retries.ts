import {
  condition,
  continueAsNew,
  proxyActivities,
  setHandler,
  sleep,
  workflowInfo,
} from '@temporalio/workflow'
import type { RetryActivities } from '../activities/contract/retries.ts'
import type { RetryOutcome } from '../domain/retries.ts'
import { retryChangedSignal, type BulkRetryInput } from './contract/retries.ts'
import { QUICK, quick } from './proxies.ts'

const { listUnfinished, finishRetry } = quick<RetryActivities>()
// It waits for the answer of another process, which its own worker may have to give.
const { retryWindow } = proxyActivities<RetryActivities>({ ...QUICK, startToCloseTimeout: '15s' })
const WINDOWS_PER_PAGE = 100
const EVENTS_MAX = 1_500

/**
 * Lets the windows of a confirmed set go on, one after the other and no more in a minute than was agreed. What is paused,
 * and what became of each window, stands in the rows: a new run needs nothing of the old one.
 */
export async function bulkRetryWorkflow(input: BulkRetryInput): Promise<void> {
  const { retryId, perMinute } = input
  let changed = false
  setHandler(retryChangedSignal, () => {
    changed = true
  })
  async function retryInTurn(windowId: string): Promise<RetryOutcome> {
    for (;;) {
      changed = false
      const { outcome } = await retryWindow({ retryId, windowId })
      if (outcome !== 'paused') return outcome
      await condition(() => changed)
    }
  }

  for (;;) {
    const { windowIds } = await listUnfinished({ retryId, limit: WINDOWS_PER_PAGE })
    if (windowIds.length === 0) break
    for (const windowId of windowIds) {
      // What was not let go on burdens nobody.
      if ((await retryInTurn(windowId)) === 'retried') await sleep(Math.ceil(60_000 / perMinute))
      if (workflowInfo().historyLength > EVENTS_MAX) await continueAsNew<typeof bulkRetryWorkflow>(input)
    }
  }
  await finishRetry({ retryId })
}
