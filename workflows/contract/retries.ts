import { defineSignal } from '@temporalio/workflow'
import type { RetryRef } from '../../activities/contract/retries.ts'

export const BULK_RETRY_WORKFLOW = 'bulkRetryWorkflow'
export const bulkRetryWorkflowId = (retryId: string) => `retry:${retryId}`
export interface BulkRetryInput extends RetryRef {
  readonly perMinute: number
}
/** Paused or resumed: look at its row. */
export const retryChangedSignal = defineSignal('retryChanged')
