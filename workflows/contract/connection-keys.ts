import type { KeyRef } from '../../activities/contract/connection-keys.ts'

export const KEY_WORKFLOW = 'connectionKeyWorkflow'
/** One process per change of a key: `change` is `issue`, `activate` or `cancel`. */
export const keyWorkflowId = (keyId: string, change: 'issue' | 'activate' | 'cancel') =>
  `key:${keyId}:${change}`
export interface KeyInput extends KeyRef {
  readonly change: 'issue' | 'activate' | 'cancel'
  readonly parkingNo: number
}
