import { defineQuery, defineUpdate } from '@temporalio/workflow'
import type { Act, ActAnswer, LocalityState } from '../../domain/localities-process.ts'

export type LocalityInput = LocalityState
export const LOCALITY_WORKFLOW = 'localityWorkflow'
export const localityWorkflowId = (campaignId: string, localityCode: string) =>
  `locality:${campaignId}:${localityCode}`

/** One human act; repeated with the same `opId` it gets the same answer. */
export const actUpdate = defineUpdate<ActAnswer, [Act]>('act')
/** What the process knows and what it waits for. */
export const processQuery = defineQuery<LocalityState>('process')
