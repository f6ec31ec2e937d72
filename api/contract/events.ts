import { z } from 'zod'

/** Without a campaign: what changes in all of those that the caller sees. */
export const eventsQuery = z.strictObject({ campaignId: z.uuid().optional() })
