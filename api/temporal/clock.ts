import type { Client } from '@temporalio/client'
import type { Clock } from '../../domain/clock.ts'
import { CAMPAIGN_WORKFLOW } from '../../workflows/contract/campaigns.ts'
import { LOCALITY_WORKFLOW } from '../../workflows/contract/localities.ts'
import { clockSignal } from '../../workflows/contract/messages.ts'
import { SYNC_WINDOW_WORKFLOW } from '../../workflows/contract/sync-windows.ts'

/** Tells every running process that the clock was moved. One that is missed finds out when it next wakes. */
export interface ClockControl {
  readonly tell: (clock: Clock) => Promise<void>
}

const LISTENERS = [CAMPAIGN_WORKFLOW, LOCALITY_WORKFLOW, SYNC_WINDOW_WORKFLOW]

export function createClockControl(client: Client): ClockControl {
  const query = `ExecutionStatus = 'Running' and (${LISTENERS.map((type) => `WorkflowType = '${type}'`).join(' or ')})`
  return {
    async tell(clock) {
      for await (const { workflowId } of client.workflow.list({ query }))
        // It may have ended since it was listed.
        await client.workflow
          .getHandle(workflowId)
          .signal(clockSignal, clock)
          .catch(() => {})
    },
  }
}
