import type { Client } from '@temporalio/client'
import { sessionChangedSignal, signingWorkflowId } from '../../workflows/contract/signing.ts'
import { askEngine } from './processes.ts'

export interface SigningControl {
  /** The session's row changed: look at it. */
  readonly changed: (sessionId: string) => Promise<void>
}

export const createSigningControl = (client: Client): SigningControl => ({
  changed: (sessionId) =>
    askEngine(client, () =>
      client.workflow.getHandle(signingWorkflowId(sessionId)).signal(sessionChangedSignal),
    ),
})
