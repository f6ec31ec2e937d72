import { z } from 'zod'
import { dayInput, dayView, instantView, localityCode, pageByDay, pageById } from './shapes.ts'

export const runQuery = pageByDay.extend({ campaignId: z.uuid() })
export const runBody = z.strictObject({ campaignId: z.uuid(), day: dayInput.optional() })
export const runView = z.object({ day: dayView, started: z.boolean() })
export const runList = z.object({
  runs: z.array(
    z.object({
      day: dayView,
      cause: z.string(),
      occurredAt: instantView,
      finishedAt: instantView.nullable(),
    }),
  ),
  /** Days since matching began that have no run. */
  gaps: z.array(dayView),
  next: z.string().nullable(),
})
export const dayParams = z.strictObject({ campaignId: z.uuid(), day: dayInput })
export const dayResults = z.object({
  localities: z.array(
    z.object({
      localityCode: z.string(),
      state: z.string(),
      inScope: z.int(),
      asked: z.int(),
      matched: z.int(),
      changed: z.int(),
      reason: z.string().nullable(),
    }),
  ),
})
export const discrepancyQuery = pageById.extend({ state: z.enum(['open', 'all']).default('open') })
export const discrepancyList = z.object({
  discrepancies: z.array(
    z.object({
      discrepancyId: z.uuid(),
      localityCode,
      source: z.string(),
      recordCode: z.string(),
      unitCode: z.string(),
      field: z.string(),
      openedOn: dayView,
      reviewDueOn: dayView,
      correctionDueOn: dayView,
      closedOn: dayView.nullable(),
      closedHow: z.string().nullable(),
    }),
  ),
  next: z.string().nullable(),
})
