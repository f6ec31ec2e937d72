import { z } from 'zod'
import { instantView } from './shapes.ts'

export const sessionParams = z.strictObject({ sessionId: z.uuid() })
export const sessionView = z
  .object({
    sessionId: z.uuid(),
    localityCode: z.string(),
    state: z.enum(['freezing', 'waiting-for-signer', 'signing', 'signed', 'abandoned']),
    openedAt: instantView,
    signedAt: instantView.nullable(),
    records: z.int().nullable(),
    /** What will be (or was) signed, byte for byte. */
    manifest: z.string().nullable(),
  })
  .meta({ id: 'SigningSession' })
export const sessionList = z.object({ sessions: z.array(sessionView), unsigned: z.int() })
