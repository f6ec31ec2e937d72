import type { Client } from '@temporalio/client'
import { Refusal } from '../../domain/errors.ts'
import { bulkRetryWorkflowId, retryChangedSignal } from '../../workflows/contract/retries.ts'
import { askEngine } from './processes.ts'

export interface RetryControl {
  /** The retry's row changed: its process looks at it. One that has not begun yet does so when it begins. */
  readonly changed: (retryId: string) => Promise<void>
}

export const createRetryControl = (client: Client): RetryControl => ({
  changed: (retryId) =>
    askEngine(client, () =>
      client.workflow.getHandle(bulkRetryWorkflowId(retryId)).signal(retryChangedSignal),
    ).catch((error: unknown) => {
      if (!(error instanceof Refusal) || error.code !== 'process-ended') throw error
    }),
})
