import type { Sample } from './usage.ts'

/** What one trial is given. */
export interface TrialInput {
  readonly who: 'ours' | 'baseline'
  readonly databaseUrl: string
  readonly ownerUrl: string
  readonly postgresPid: number
  readonly keyring: string
  readonly tokenKey: string
  readonly file: string
}
export interface Outcome {
  readonly parts: Readonly<Record<string, Sample>>
  readonly total: Sample
  readonly rows: number
  readonly accepted: number
  readonly rejected: number
}
