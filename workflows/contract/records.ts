import type { IntakeRef } from '../../activities/contract/records.ts'

export const CONVERSION_WORKFLOW = 'conversionWorkflow'
export const conversionWorkflowId = (intakeId: string) => `conversion:${intakeId}`

export interface ConversionInput extends IntakeRef {
  /** The running campaign of the body, whose process is told at the end; null outside a campaign. */
  readonly campaignId: string | null
  readonly parkingNo: number
}
