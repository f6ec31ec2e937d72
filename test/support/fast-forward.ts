import { randomUUID } from 'node:crypto'
import type { Connection } from '@temporalio/client'
import Long from 'long'

/** Moves one workflow's virtual time on by exactly `ms`, across continue-as-new, and stops there. */
export async function fastForward(
  { workflowService }: Connection,
  namespace: string,
  workflowId: string,
  ms: number,
): Promise<void> {
  const fastForwardId = randomUUID()
  const target = { namespace, workflowExecution: { workflowId } }
  await workflowService.updateWorkflowExecutionOptions({
    ...target,
    updateMask: { paths: ['time_skipping_config'] },
    workflowExecutionOptions: {
      timeSkippingConfig: {
        enabled: true,
        disablePropagation: true,
        maxSessionSkipCount: 1_000,
        fastForwardConfig: { id: fastForwardId, duration: { seconds: Long.fromNumber(ms / 1_000) } },
      },
    },
  })
  await workflowService.pollWorkflowExecutionTimeSkipping({ ...target, fastForwardId })
}
