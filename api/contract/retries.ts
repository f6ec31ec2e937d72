import { z } from 'zod'
import { PER_MINUTE, RETRY_OUTCOMES } from '../../domain/retries.ts'
import { instantView, localityCode, pageById } from './shapes.ts'

/** Which parked windows: without bodies or reasons every one. */
export const retryPreviewBody = z.strictObject({
  localityCodes: z.array(localityCode).min(1).max(5_000).nullable().default(null),
  /** Codes as the windows show them in `parkedReason`. */
  reasons: z.array(z.string().trim().min(1).max(100)).min(1).max(50).nullable().default(null),
  /** How many windows are let go on in a minute at most. */
  perMinute: z.int().min(1).max(PER_MINUTE.max).default(PER_MINUTE.default),
})

const counts = {
  /** Will be sent. */
  pending: z.int(),
  /** Acknowledged: not sent again. */
  accepted: z.int(),
  rejected: z.int(),
}
export const retryItemView = z
  .object({
    windowId: z.uuid(),
    localityCode: z.string(),
    reason: z.string(),
    parkingNo: z.int(),
    ...counts,
    /** Null until its turn came. */
    outcome: z.enum(RETRY_OUTCOMES).nullable(),
    /** Why it was not retried: the code of the refusal. */
    problem: z.string().nullable(),
    /** When it sends, by the campaign’s clock. */
    opensAt: instantView.nullable(),
  })
  .meta({ id: 'RetryItem' })
export const retryItemList = z.object({ items: z.array(retryItemView), next: z.string().nullable() })

export const retryPreviewView = z.object({
  retryId: z.uuid(),
  /** Confirms exactly this set; refused where the set has changed. */
  token: z.string(),
  expiresAt: instantView,
  perMinute: z.int(),
  windows: z.int(),
  ...counts,
  reasons: z.array(
    z.object({
      reason: z.string(),
      /** `retry-mends`: letting go on is enough. The others park again unless something is mended before. */
      class: z.enum(['retry-mends', 'mend-first', 'unknown']),
      messageVi: z.string(),
      messageEn: z.string(),
      windows: z.int(),
      ...counts,
    }),
  ),
  /** The first page; the others are the pages of `/v1/retries/{retryId}/items`. */
  items: z.array(retryItemView),
  next: z.string().nullable(),
})

export const retryOrderBody = z.strictObject({
  token: z.string().regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.[0-9a-f]{64}$/),
  reason: z.string().trim().min(3).max(1_000),
})
export const retryParams = z.strictObject({ retryId: z.uuid() })
export const retryQuery = pageById
export const retrySteeringBody = z.strictObject({}).nullish()
export const bulkRetryView = z
  .object({
    retryId: z.uuid(),
    campaignId: z.uuid(),
    /** `previewed`: not confirmed, nothing is done. */
    state: z.enum(['previewed', 'running', 'paused', 'completed']),
    perMinute: z.int(),
    reason: z.string().nullable(),
    orderedAt: instantView.nullable(),
    windows: z.int(),
    retried: z.int(),
    notRetried: z.int(),
    /** Records that were pending when it was previewed. */
    pending: z.int(),
  })
  .meta({ id: 'Retry' })
export const bulkRetryList = z.object({ retries: z.array(bulkRetryView), next: z.string().nullable() })
