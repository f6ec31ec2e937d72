import { z } from 'zod'

export const LOOK_UP_MAX = 1_000

/**
 * `POST /v1/look-ups`: the National Population Database's batch look-up. Field meanings follow its public service
 * description (request id of the caller, agency code of Decision 20/2020, officer code, personal id); the batch form is
 * our assumption. Every call names who asks and why it can be traced; the same request id gets the same answer.
 */
export const lookUpRequest = z.strictObject({
  /** MaYeuCau: made by the caller, at most 40 characters. */
  requestId: z.string().min(8).max(40),
  /** MaDonVi: agency on whose behalf is asked. */
  agencyCode: z.string().max(35),
  /** MaCanBo: the officer or machine that asks. */
  officerCode: z.string().max(20),
  people: z
    .array(z.strictObject({ reference: z.int(), personalId: z.string().regex(/^\d{12}$/) }))
    .min(1)
    .max(LOOK_UP_MAX),
})
export type LookUpRequest = z.infer<typeof lookUpRequest>

export const citizen = z.strictObject({
  status: z.enum(['alive', 'deceased', 'cancelled']),
  fullName: z.string(),
  /** `yyyy-mm-dd`, or `yyyy` where only the year is known. */
  birthDate: z.string().regex(/^\d{4}(-\d{2}-\d{2})?$/),
  gender: z.enum(['male', 'female']),
})
export type Citizen = z.infer<typeof citizen>

export const lookUpView = z.strictObject({
  requestId: z.string(),
  answers: z.array(z.strictObject({ reference: z.int(), citizen: citizen.nullable() })),
})
