import type { MatchingRunCause } from './matching.ts'

export interface CampaignActivities {
  /** Starts the process of every body that has none yet, in keyset pages; an already running one is success. Counts. */
  readonly launchLocalities: (input: {
    readonly campaignId: string
  }) => Promise<{ readonly launched: number }>
  /** Gives a moved date to each body it concerns; repeated, each body still takes it once. */
  readonly fanOutAmendment: (input: {
    readonly campaignId: string
    readonly amendmentId: string
  }) => Promise<{ readonly reached: number }>
  /** Ends the process of every body of a cancelled or closed campaign. */
  readonly fanOutEnd: (input: {
    readonly campaignId: string
    readonly actId: string
    readonly atMs: number
  }) => Promise<void>
  /** One row per campaign and day: counts per stage and state. */
  readonly writeDailyReport: (input: { readonly campaignId: string; readonly day: string }) => Promise<void>
  /** The one function that starts a day's matching, whoever asks for it; a day that already has a run keeps it. */
  readonly startMatchingRun: (input: {
    readonly campaignId: string
    readonly day: string
    readonly cause: MatchingRunCause
  }) => Promise<{ readonly started: boolean }>
}
