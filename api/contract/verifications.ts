import { z } from 'zod'
import { instantView, localityCode, pageById } from './shapes.ts'

export const verificationBody = z
  .strictObject({
    /** Only this body. */
    localityCode: localityCode.optional(),
    /** Only this window of the body. */
    windowId: z.uuid().optional(),
  })
  .refine(({ localityCode: code, windowId }) => windowId === undefined || code !== undefined, {
    path: ['localityCode'],
  })
export const verificationParams = z.strictObject({ verificationId: z.uuid() })
export const verificationQuery = pageById

const counts = z.record(z.string(), z.int())
export const verificationView = z
  .object({
    verificationId: z.uuid(),
    campaignId: z.uuid(),
    localityCode: z.string().nullable(),
    windowId: z.uuid().nullable(),
    orderedAt: instantView,
    /** `clean`: every part was looked at and nothing found. `incomplete`: a part could not be looked at. */
    state: z.enum(['running', 'clean', 'found', 'incomplete']),
    parts: z.int(),
    done: z.int(),
    /** How many of each were looked at: lines, versions, items, entries of the receiver’s journal … */
    checked: counts,
    /** How many were found, by rule. */
    found: counts,
    /** Parts that could not be looked at, and why. */
    problems: z.array(z.object({ part: z.string(), reason: z.string() })),
  })
  .meta({ id: 'Verification' })
export const verificationSummary = z.object({
  verificationId: z.uuid(),
  localityCode: z.string().nullable(),
  windowId: z.uuid().nullable(),
  orderedAt: instantView,
  completed: z.boolean(),
})
export const verificationList = z.object({
  verifications: z.array(verificationSummary),
  next: z.string().nullable(),
})

/** `after`: part and number of the last finding of the page before. */
export const findingQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(1_000).default(200),
  after: z
    .string()
    .regex(/^[A-Za-z0-9.]{3,12}-\d{1,9}$/)
    .optional(),
})
export const findingView = z.object({
  /** Body, or `national`. */
  part: z.string(),
  /** One of the rules of a verification; `dongbo verify` explains each. */
  rule: z.string(),
  /** Source code + `/` + record code; intake and page; window; session; stage; audit entry. Never a person. */
  subject: z.string(),
  versionNo: z.int().nullable(),
  windowId: z.uuid().nullable(),
})
export const findingList = z.object({ findings: z.array(findingView), next: z.string().nullable() })
