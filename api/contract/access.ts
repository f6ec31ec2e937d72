import { z } from 'zod'

export const logInBody = z.strictObject({
  name: z.string().min(1).max(100),
  password: z.string().min(1).max(200),
})
export const tokenView = z.object({
  accessToken: z.string(),
  tokenType: z.literal('Bearer'),
  grants: z.array(z.object({ role: z.string(), localityCode: z.string().nullable() })),
})
export const whoView = z.object({
  subject: z.uuid(),
  /** The name of the account; null for a body's software. */
  name: z.string().nullable(),
  grants: z.array(z.object({ role: z.string(), localityCode: z.string().nullable() })),
})
