import { defineUpdate } from '@temporalio/workflow'
import type { Clock } from '../../domain/clock.ts'

export const CAMPAIGN_WORKFLOW = 'campaignWorkflow'
export const campaignWorkflowId = (campaignId: string) => `campaign:${campaignId}`

/** Everything the campaign's process knows; carried through continue-as-new. */
export interface CampaignInput {
  readonly v: 1
  readonly campaignId: string
  /** Null at the first start: read by an activity. */
  readonly clock: Clock | null
  readonly launched: boolean
  /** Amendments that every body has not yet been given. */
  readonly amendments: readonly string[]
  readonly end: CampaignEnd | null
  /** Next Hanoi day whose report is to be written, and whose matching is to be started (rehearsal only). */
  readonly nextReportDay: string
  readonly nextMatchDay: string
  readonly reportHour: number
  readonly matchHour: number
  readonly seenOps: readonly string[]
}

export interface CampaignEnd {
  readonly opId: string
  readonly actId: string
  readonly atMs: number
}

/** A moved date is in the database: give it to the bodies. */
export const amendUpdate = defineUpdate<null, [{ readonly opId: string; readonly amendmentId: string }]>(
  'amend',
)
/** The campaign was cancelled or closed by its coordinators: end the processes of its bodies, then end. */
export const endUpdate = defineUpdate<null, [CampaignEnd]>('end')
