import { z } from 'zod'
import { SCENARIOS } from '../../domain/software.ts'
import { instantView, localityCode } from './shapes.ts'

const name = z.string().trim().min(1).max(200)
export const sourceCode = z.string().regex(/^[A-Z0-9][A-Z0-9.-]{1,30}$/)

export const registerBody = z.strictObject({
  code: sourceCode,
  name,
  vendor: name,
  /** Level-1 code of the former body whose records it holds. */
  predecessorCode: z.string().regex(/^[A-Z]\d{2}$/),
})
export const sourceView = z.object({
  code: z.string(),
  name: z.string(),
  vendor: z.string(),
  predecessorCode: z.string(),
})
export const sourceList = z.object({ sources: z.array(sourceView) })

export const assessBody = z.strictObject({
  source: sourceCode,
  /** Criterion code → met or not. */
  findings: z.record(z.string().max(50), z.boolean()),
})
export const assessmentView = z.object({
  assessmentId: z.uuid(),
  criteriaVersion: z.string(),
  passed: z.boolean(),
  /** Required criteria that are not met. */
  missing: z.array(z.string()),
})
export const chooseBody = z.strictObject({ source: sourceCode, scenario: z.enum(SCENARIOS) })
export const choiceView = z.object({ source: z.string(), scenario: z.string() })
export const administratorBody = z.strictObject({
  fullName: name,
  contact: z.string().trim().min(3).max(200),
})
export const administratorView = z.object({ administratorId: z.uuid() })

export const softwareView = z.object({
  criteria: z.object({
    version: z.string(),
    criteria: z.array(z.object({ code: z.string(), required: z.boolean(), vi: z.string(), en: z.string() })),
  }),
  sources: z.array(sourceView.extend({ passed: z.boolean().nullable() })),
  choice: choiceView.nullable(),
  keyAdministrators: z.int(),
})

export const keyParams = z.strictObject({ code: localityCode, keyId: z.uuid() })
export const issueBody = z.strictObject({
  source: sourceCode,
  /** SHA-256 of a predecessor's key that exists already, to be cancelled; absent for a new key. */
  existingSha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
})
export const keyView = z.object({ keyId: z.uuid() })
export const keyList = z.object({
  keys: z.array(
    z.object({
      keyId: z.uuid(),
      source: z.string(),
      state: z.enum(['issued', 'active', 'cancelled']),
      issuedAt: instantView,
      activatedAt: instantView.nullable(),
      cancelledAt: instantView.nullable(),
      /** Whether the national database knows of the last change. */
      confirmed: z.boolean(),
    }),
  ),
})
