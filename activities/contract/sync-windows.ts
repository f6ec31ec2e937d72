export interface WindowRef {
  readonly windowId: string
  readonly campaignId: string
  readonly localityCode: string
}

export interface WindowTimes {
  readonly opensMs: number
  readonly closesMs: number
}

export interface SyncWindowActivities {
  /** The window's present slot, which a retry may have moved. */
  readonly readWindowTimes: (input: WindowRef) => Promise<WindowTimes>
  /** Lists the signed versions that the window will send; listed once. */
  readonly prepareWindow: (input: WindowRef) => Promise<{ readonly items: number }>
  /**
   * Sends what is pending in batches, under a lease that fences earlier attempts, until nothing is pending or about 20 s have
   * passed; while the receiver is busy, up to 8 minutes longer. Fails only where nothing was answered, with type
   * `receiver-unavailable` or `answer-incomplete`, or for good with `slot-over`, `key-refused`, `no-active-key` or
   * `request-refused`; what was acknowledged stays.
   */
  readonly sendWindow: (input: WindowRef) => Promise<{ readonly pending: number }>
  readonly parkWindow: (
    input: WindowRef & { readonly parkingNo: number; readonly reason: string },
  ) => Promise<void>
  /** Takes the window out of its parking: either to send again, or every pending version is rejected with the reason. */
  readonly resumeWindow: (
    input: WindowRef & { readonly round: number; readonly decision: 'retry' | 'skip' },
  ) => Promise<void>
  readonly completeWindow: (input: WindowRef) => Promise<void>
}
