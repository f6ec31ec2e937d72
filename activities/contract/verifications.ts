export interface VerificationRef {
  readonly verificationId: string
  readonly campaignId: string
  /** Only this body; null is every one of the campaign, and what belongs to none. */
  readonly localityCode: string | null
  readonly windowId: string | null
}

export interface VerificationActivities {
  /** The parts that have no result yet: codes of bodies, `national`; at most `limit`. */
  readonly listUnverified: (
    input: VerificationRef & { readonly limit: number },
  ) => Promise<{ readonly parts: readonly string[] }>
  /** Recomputes one part from its rows and from the receiver's journal, and keeps what it found. Repeated, it is kept once. */
  readonly verifyPart: (
    input: VerificationRef & { readonly part: string },
  ) => Promise<{ readonly findings: number }>
  /** A part that could not be looked at is a row with its reason. */
  readonly recordVerificationProblem: (
    input: VerificationRef & { readonly part: string; readonly reason: string },
  ) => Promise<void>
  readonly finishVerification: (input: VerificationRef) => Promise<void>
}
