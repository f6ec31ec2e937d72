import { z } from 'zod'
import { dayInput, dayView, instantView } from './shapes.ts'

export const slotBody = z.strictObject({ day: dayInput })
export const slotView = z.object({
  slotId: z.uuid(),
  kind: z.enum(['campaign', 'delta']),
  day: dayView,
  state: z.enum(['proposed', 'confirmed', 'cancelled']),
})
export const slotList = z.object({ slots: z.array(slotView) })

export const windowParams = z.strictObject({ windowId: z.uuid() })
export const windowView = z
  .object({
    windowId: z.uuid(),
    campaignId: z.uuid(),
    localityCode: z.string(),
    kind: z.string(),
    opensAt: instantView,
    closesAt: instantView,
    state: z.enum(['waiting', 'sending', 'parked', 'complete']),
    parkedReason: z.string().nullable(),
    parkingNo: z.int(),
    /** Always `items = accepted + rejected + pending`; null before its versions are listed. */
    items: z.int().nullable(),
    accepted: z.int(),
    rejected: z.int(),
    pending: z.int(),
  })
  .meta({ id: 'SyncWindow' })
export const windowList = z.object({ windows: z.array(windowView), next: z.string().nullable() })
export const retryBody = z.strictObject({
  reason: z.string().trim().min(3).max(1_000),
  /** Day to send on where the window's slot is over; by default the first with capacity from now on. */
  day: dayInput.optional(),
})
export const retryView = z.object({ windowId: z.uuid(), opensAt: instantView, pending: z.int() })
