import {
  ApplicationFailure,
  isGrpcServiceError,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  type Client,
} from '@temporalio/client'
import type { Processes } from '../activities/campaigns.ts'
import type { RetryProcesses } from '../activities/retries.ts'
import type { Sleepers } from '../drizzle/stores/clock-owed.ts'
import type { Clock } from '../domain/clock.ts'
import { TASK_QUEUES } from '../activities/contract/task-queues.ts'
import { CONVERSION_WORKFLOW } from '../workflows/contract/records.ts'
import { campaignWorkflowId } from '../workflows/contract/campaigns.ts'
import { clockSignal, decideUpdate } from '../workflows/contract/messages.ts'
import { actUpdate, LOCALITY_WORKFLOW, localityWorkflowId } from '../workflows/contract/localities.ts'
import { MATCHING_RUN_WORKFLOW, matchingRunWorkflowId } from '../workflows/contract/matching.ts'
import { SIGNING_WORKFLOW } from '../workflows/contract/signing.ts'
import { SYNC_WINDOW_WORKFLOW, syncWindowWorkflowId } from '../workflows/contract/sync-windows.ts'

/** An update without a worker waits for ever; the activity that asks has its own retries. */
const UPDATE_WITHIN_MS = 8_000
/** Records, sessions and windows wait behind what people wait for. */
const BULK_WORKFLOWS: readonly string[] = [CONVERSION_WORKFLOW, SIGNING_WORKFLOW, SYNC_WINDOW_WORKFLOW]

/** How this worker starts processes and acts on them. */
export function createProcesses(client: Client): Processes & RetryProcesses {
  return {
    localityProcessId: localityWorkflowId,
    localityWorkflow: LOCALITY_WORKFLOW,
    matchProcessId: matchingRunWorkflowId,
    matchWorkflow: MATCHING_RUN_WORKFLOW,
    async start({ processId, workflow, input }) {
      try {
        await client.workflow.start(workflow, {
          workflowId: processId,
          taskQueue: TASK_QUEUES.workflow,
          args: [input],
          workflowIdConflictPolicy: 'USE_EXISTING',
          workflowIdReusePolicy: 'REJECT_DUPLICATE',
          workflowTaskTimeout: '5s',
          priority: { priorityKey: BULK_WORKFLOWS.includes(workflow) ? 3 : 2 },
        })
      } catch (error) {
        if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error
      }
    },
    act: (campaignId, localityCode, act) =>
      takes(client, () =>
        client.workflow
          .getHandle(localityWorkflowId(campaignId, localityCode))
          .executeUpdate(actUpdate, { args: [act], updateId: act.opId }),
      ),
    syncWindowProcessId: syncWindowWorkflowId,
    decide: (processId, decision) =>
      takes(client, () =>
        client.workflow
          .getHandle(processId)
          .executeUpdate(decideUpdate, { args: [decision], updateId: decision.opId }),
      ),
  }
}

/** Whether a process took an update; false where it has ended or refuses because of its state. */
async function takes(client: Client, update: () => Promise<unknown>): Promise<boolean> {
  try {
    await client.withDeadline(Date.now() + UPDATE_WITHIN_MS, update)
    return true
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false
    if (error instanceof WorkflowUpdateFailedError && error.cause instanceof ApplicationFailure) return false
    if (isGrpcServiceError(error)) throw new Error('the engine did not answer', { cause: error })
    throw error
  }
}

/** Tells processes the hour; one that has just ended needs it no more. */
export const tellSleepers =
  (client: Client) =>
  async ({ windowIds, campaignIds, bodies }: Sleepers, clock: Clock): Promise<void> => {
    const processIds = [
      ...windowIds.map(syncWindowWorkflowId),
      ...campaignIds.map(campaignWorkflowId),
      ...bodies.map((body) => localityWorkflowId(body.campaignId, body.localityCode)),
    ]
    for (const processId of processIds)
      await client.workflow
        .getHandle(processId)
        .signal(clockSignal, clock)
        .catch((error: unknown) => {
          if (!(error instanceof WorkflowNotFoundError)) throw error
        })
  }
