import type { WindowRef } from '../../activities/contract/sync-windows.ts'
import type { Clock } from '../../domain/clock.ts'

export const SYNC_WINDOW_WORKFLOW = 'syncWindowWorkflow'
export const syncWindowWorkflowId = (windowId: string) => `sync:${windowId}`

export interface SyncWindowInput extends WindowRef {
  /** Null at the first start: read by an activity. */
  readonly clock: Clock | null
  readonly parkingNo: number
  /** Grows with every parking; the lease of an attempt is `round × 1,000,000 + attempt`. */
  readonly round: number
}
