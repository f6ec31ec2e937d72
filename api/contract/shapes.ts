import { z } from 'zod'
import { LOCALITY_CODE } from '../../domain/localities.ts'
import { STAGES } from '../../domain/stages.ts'
import { isUnitCode, UNIT_CODE_MAX } from '../../domain/units.ts'

/** Instants on the wire: ISO 8601 with the offset of Hanoi. */
export const instantView = z.iso.datetime({ offset: true })
export const dayView = z.iso.date()
/**
 * No campaign has another year. Once written, what lies beyond the year 9999 in Hanoi could not be shown again, and one
 * mistyped day would make a whole campaign unreadable.
 */
const CAMPAIGN_YEAR = /^20\d\d-/
/** Days and instants as they are taken, within the years that campaigns have. */
export const dayInput = z.iso.date().regex(CAMPAIGN_YEAR)
export const instantInput = z.iso.datetime({ offset: true }).regex(CAMPAIGN_YEAR)
export const localityCode = z.string().regex(LOCALITY_CODE)
export const localityParams = z.strictObject({ code: localityCode })
export const stageName = z.enum(STAGES)

/** Every list answers at most this many rows a page, newest first unless it says otherwise. */
export const PAGE_MAX = 200
/** `after` is the `next` of the page before: what the list is ordered by. */
const pageAfter = <T extends z.ZodType>(cursor: T) =>
  z.strictObject({
    limit: z.coerce.number().int().min(1).max(PAGE_MAX).default(50),
    after: cursor.optional(),
  })
export const pageById = pageAfter(z.uuid())
export const pageByDay = pageAfter(dayInput)
export const pageByLocality = pageAfter(localityCode)
export const pageByUnit = pageAfter(z.string().max(UNIT_CODE_MAX).refine(isUnitCode))

/** RFC 9457. `code` is stable; `title` is in the language of `Accept-Language`, Vietnamese by default. */
export const problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.string(),
    /** The request's id, to be quoted when asking for help. */
    instance: z.string(),
    details: z.record(z.string(), z.union([z.string(), z.number(), z.array(z.string())])).optional(),
    errors: z.array(z.object({ pointer: z.string(), code: z.string() })).optional(),
  })
  .meta({ id: 'Problem' })

/** Of an answer that has no body. */
export const nothing = z.null()
/** What every guarded route may answer beside its own. */
export const problems = {
  400: problem,
  401: problem,
  403: problem,
  404: problem,
  409: problem,
  422: problem,
  503: problem,
} as const
