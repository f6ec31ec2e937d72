export interface IntakeRef {
  readonly intakeId: string
  readonly localityCode: string
}

/** Counts only: personal data never enters a workflow history. */
export interface ConversionProgress {
  readonly pagesLeft: number
}

export interface RecordActivities {
  /**
   * Converts pages in order until none is left or about 30 s have passed; each page is one transaction and its own
   * checkpoint. Fails with type `unit-tree-missing` where the body has no accepted tree yet.
   */
  readonly convertPages: (input: IntakeRef) => Promise<ConversionProgress>
  /** Marks the intake converted, with its audit entry. */
  readonly finishIntake: (input: IntakeRef) => Promise<void>
}
