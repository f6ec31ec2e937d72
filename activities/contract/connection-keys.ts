export interface KeyRef {
  readonly keyId: string
  readonly localityCode: string
  readonly campaignId: string | null
}

export interface ConnectionKeyActivities {
  /** Makes the national database know the key's present state (issued, active or cancelled); repeating changes nothing. */
  readonly confirmKey: (input: KeyRef) => Promise<void>
}
