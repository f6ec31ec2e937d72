import { z } from 'zod'

/** What `sync-receiver.ts` counts, from its last script on. */
export const tallyView = z.object({
  batches: z.int(),
  /** Versions in batches whose sender had an acknowledgement of them. */
  sentAcknowledged: z.int(),
  /** Versions in batches that were applied before, but of which no answer had left. */
  sentApplied: z.int(),
  /** A batch is held back until its sender is gone. */
  isHalted: z.boolean(),
  /** Each batch that applied something new: when it came and when it was applied, in epoch milliseconds. */
  applied: z.array(z.object({ cameMs: z.number(), appliedMs: z.number(), versions: z.int() })),
})
export type Tally = z.infer<typeof tallyView>
