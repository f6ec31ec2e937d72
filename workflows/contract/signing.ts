import { defineSignal } from '@temporalio/workflow'
import type { SessionRef } from '../../activities/contract/signing.ts'

export const SIGNING_WORKFLOW = 'signingWorkflow'
export const signingWorkflowId = (sessionId: string) => `signing:${sessionId}`

export interface SigningInput extends SessionRef {
  readonly parkingNo: number
}
/** The signer ordered the signature, or the session was abandoned: look at its row. */
export const sessionChangedSignal = defineSignal('sessionChanged')
