import { z } from 'zod'
import { instantView } from './shapes.ts'
import { sourceCode } from './software.ts'

export const uploadQuery = z.strictObject({ source: sourceCode })
export const intakeParams = z.strictObject({ intakeId: z.uuid() })
/** Always `rows = staged + accepted + unchanged + rejected`. */
export const intakeView = z
  .object({
    intakeId: z.uuid(),
    localityCode: z.string(),
    source: z.string(),
    state: z.enum(['converting', 'parked', 'converted']),
    receivedAt: instantView.nullable(),
    convertedAt: instantView.nullable(),
    rows: z.int(),
    staged: z.int(),
    accepted: z.int(),
    unchanged: z.int(),
    rejected: z.int(),
    warnings: z.int(),
  })
  .meta({ id: 'Intake' })
export const intakeList = z.object({ intakes: z.array(intakeView), next: z.string().nullable() })
