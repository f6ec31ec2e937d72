import type { VerificationRef } from '../../activities/contract/verifications.ts'

export const VERIFICATION_WORKFLOW = 'verificationWorkflow'
export const verificationWorkflowId = (verificationId: string) => `verify:${verificationId}`
export type VerificationInput = VerificationRef
