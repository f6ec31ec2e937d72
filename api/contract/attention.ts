import { z } from 'zod'
import { NATIONAL } from '../../domain/verifications.ts'
import { instantView, localityCode, pageById } from './shapes.ts'

export const attentionQuery = pageById.extend({ campaignId: z.uuid().optional() })
export const attentionItem = z.object({
  itemId: z.uuid(),
  campaignId: z.uuid().nullable(),
  localityCode: z.string().nullable(),
  kind: z.string(),
  subject: z.string(),
  parkingNo: z.int(),
  reason: z.string(),
  /** What can be done now. */
  choices: z.array(z.string()),
  since: instantView,
})
export const attentionList = z.object({ items: z.array(attentionItem), next: z.string().nullable() })
export const itemParams = z.strictObject({ itemId: z.uuid() })
export const decisionBody = z.strictObject({
  decision: z.enum(['retry', 'skip']),
  reason: z.string().trim().min(3).max(1_000),
})
export const decisionView = z.object({ itemId: z.uuid(), decision: z.string() })

export const auditQuery = z.strictObject({
  of: z.union([z.literal(NATIONAL), localityCode]).default(NATIONAL),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  before: z.coerce.number().int().positive().optional(),
})
export const auditList = z.object({
  entries: z.array(
    z.object({
      scope: z.string(),
      sequence: z.int(),
      recordedAt: instantView,
      occurredAt: instantView.nullable(),
      actor: z.uuid().nullable(),
      action: z.string(),
      subject: z.string(),
      detail: z.record(z.string(), z.unknown()),
    }),
  ),
  next: z.int().nullable(),
})
