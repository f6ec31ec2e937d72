export const MATCHING_RUN_CAUSES = ['schedule', 'day-loop', 'person', 'gap-fill'] as const
export type MatchingRunCause = (typeof MATCHING_RUN_CAUSES)[number]

export interface RunRef {
  readonly runId: string
  readonly campaignId: string
  readonly day: string
}

export interface MatchingActivities {
  /** The bodies in daily matching that this run has no row for yet, after a code; at most `limit`. */
  readonly listUnmatched: (
    input: RunRef & { readonly limit: number },
  ) => Promise<{ readonly localityCodes: readonly string[] }>
  /** Compares every accepted record of one body with the register; writes ledger, discrepancies and the body's row. */
  readonly matchLocality: (
    input: RunRef & { readonly localityCode: string },
  ) => Promise<{ readonly asked: number; readonly changed: number }>
  /** A body that could not be matched today is a row with its reason. */
  readonly recordMatchFailure: (
    input: RunRef & { readonly localityCode: string; readonly reason: string },
  ) => Promise<void>
  readonly finishRun: (input: RunRef) => Promise<void>
}
