export interface TreeRef {
  readonly treeId: string
  readonly localityCode: string
  readonly campaignId: string | null
}

export interface UnitActivities {
  /** Sends an accepted tree with the body's connection key; `confirmed` once the national database says so. */
  readonly pushUnitTree: (input: TreeRef) => Promise<{ readonly state: 'received' | 'confirmed' | 'refused' }>
}
