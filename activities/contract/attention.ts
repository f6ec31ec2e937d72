export interface Parking {
  readonly campaignId: string | null
  readonly localityCode: string | null
  /** Kind of process that waits: `conversion`, `signing`, `sync-window`, `connection-key`, `unit-tree`. */
  readonly kind: string
  /** The workflow id that waits for the decision. */
  readonly processId: string
  readonly parkingNo: number
  /** A code, never a message of somebody else's system. */
  readonly reason: string
  readonly choices: readonly string[]
}

export interface AttentionActivities {
  /** Written before the process waits; the same parking again changes nothing. */
  readonly openAttention: (input: Parking) => Promise<void>
  /** Closes the parking with the decision that ended it, in one transaction with its audit entry. */
  readonly closeAttention: (input: {
    readonly kind: string
    readonly processId: string
    readonly parkingNo: number
    readonly decision: string
    readonly actor: string
  }) => Promise<void>
}
