export interface SessionRef {
  readonly sessionId: string
  readonly campaignId: string
  readonly localityCode: string
}

export interface SigningActivities {
  /** Lists every unsigned current version of the body under one root; frozen once, the same answer ever after. */
  readonly freezeSession: (input: SessionRef) => Promise<{ readonly leaves: number }>
  readonly readSession: (
    input: SessionRef,
  ) => Promise<{ readonly state: 'open' | 'ordered' | 'signed' | 'abandoned' }>
  /** Obtains the signature over the frozen manifest, verifies it and stores it; repeated, the same signature stands. */
  readonly signSession: (input: SessionRef) => Promise<void>
}
