import { z } from 'zod'
import { LOCALITY_CODE } from '../../domain/localities.ts'

/** The channel on which bodies receive reminders and numbered urging letters: `POST /v1/notices` with an `Idempotency-Key`. */
export const noticeRequest = z.strictObject({
  noticeId: z.uuid(),
  localityCode: z.string().regex(LOCALITY_CODE),
  kind: z.enum(['reminder', 'overdue', 'urging-letter', 'escalation', 'amendment', 'daily-report']),
  /** The number of an urging letter; null for other kinds. */
  number: z.int().positive().nullable(),
  stage: z.string().max(40).nullable(),
  /** An office, never a person: `head-of-body`, `record-officers`, `ministry-leadership`. */
  recipient: z.string().max(100),
  subject: z.string().max(500),
  text: z.string().max(10_000),
  /** The day that the notice speaks of, in campaign time. */
  onDay: z.iso.date(),
})
export type NoticeRequest = z.infer<typeof noticeRequest>
export const noticeView = z.strictObject({ noticeId: z.uuid(), receivedAt: z.iso.datetime({ offset: true }) })

/** `GET /v1/notices?localityCode=&after=&limit=`: what was received, in order, each notice once. */
export const noticeJournal = z.strictObject({
  notices: z.array(noticeRequest.extend({ sequence: z.int() })),
  next: z.int().nullable(),
})
