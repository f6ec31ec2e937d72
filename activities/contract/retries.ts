import type { RetryOutcome } from '../../domain/retries.ts'

export interface RetryRef {
  readonly retryId: string
}

export interface RetryActivities {
  /** Windows that have no result yet, at most `limit`. */
  readonly listUnfinished: (
    input: RetryRef & { readonly limit: number },
  ) => Promise<{ readonly windowIds: readonly string[] }>
  /**
   * Lets one parked window go on and keeps what became of it; while the retry is paused it does nothing. Repeated, the
   * window is let go on once.
   */
  readonly retryWindow: (
    input: RetryRef & { readonly windowId: string },
  ) => Promise<{ readonly outcome: RetryOutcome | 'paused' }>
  readonly finishRetry: (input: RetryRef) => Promise<void>
}
