import { z } from 'zod'
import { instantInput, instantView } from './shapes.ts'

export const clockView = z.object({
  mode: z.enum(['live', 'rehearsal']),
  now: instantView,
  /** Campaign days per real second; null where the clock is live. */
  daysPerSecond: z.number().nullable(),
  standing: z.enum(['running', 'paused', 'held']),
  /** Why the clock is held: due work of our own, and holds that others declared. */
  owed: z.array(z.string()),
  holds: z.array(z.object({ name: z.string(), clearUntil: instantView })),
})
export const speedBody = z.strictObject({ daysPerSecond: z.number().min(0.001).max(20) })
export const holdParams = z.strictObject({ name: z.string().regex(/^[a-z0-9-]{1,60}$/) })
/** The clock does not pass this instant while the hold stands. */
export const holdBody = z.strictObject({ clearUntil: instantInput })
export const emptyBody = z.strictObject({}).nullish()
