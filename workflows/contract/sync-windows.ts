import type { WindowRef } from '../../activities/contract/sync-windows.ts'
import type { Clock } from '../../domain/clock.ts'

export const SYNC_WINDOW_WORKFLOW = 'syncWindowWorkflow'
export const syncWindowWorkflowId = (windowId: string) => `sync:${windowId}`

export interface SyncWindowInput extends WindowRef {
  /** Null at the first start: read by an activity. */
  readonly clock: Clock | null
  readonly parkingNo: number
  /** How often it was taken out of a parking. */
  readonly round: number
}
