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
  mode: z.enum(['live', 'rehearsal']),
  /** What the roles may do, so that nothing else is offered; whether it may be done to one body, the API says then. */
  actions: z.array(z.string()),
})

/** In a rehearsal those who were invented need no password. */
export const sessionBody = z.union([
  logInBody,
  z.strictObject({ rehearsalLogIn: z.string().min(1).max(100) }),
])
export const rehearsalLogIn = z.object({
  name: z.string(),
  role: z.string(),
  localityCode: z.string().nullable(),
})
export type RehearsalLogIn = z.infer<typeof rehearsalLogIn>
export const rehearsalLogInList = z.object({ logIns: z.array(rehearsalLogIn) })
