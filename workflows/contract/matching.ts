import type { RunRef } from '../../activities/contract/matching.ts'

export const MATCHING_RUN_WORKFLOW = 'matchingRunWorkflow'
export const MATCHING_TRIGGER_WORKFLOW = 'matchingTriggerWorkflow'
export const matchingRunWorkflowId = (campaignId: string, day: string) => `match:${campaignId}:${day}`
export type MatchingRunInput = RunRef
