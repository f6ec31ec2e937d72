/**
 * A batch on which the receiver failed: it answered with an error of its own, and said right afterwards that the batch
 * never arrived. A receiver that is away says neither, so an outage makes no such batch.
 */
export interface FailedBatch {
  readonly batchNo: number
  readonly records: number
  /** How often it failed on just these records. */
  readonly failures: number
  /** Whether it answered another batch well since it first failed on these records, in whatever batch they stood. */
  readonly workedSince: boolean
  /** Whether it failed on them again after that. */
  readonly failedSince: boolean
}

/** What is done next about batches on which the receiver failed. */
export type BatchStep =
  | { readonly kind: 'new-batch' }
  | { readonly kind: 'send-again' | 'cut' | 'reject'; readonly batchNo: number }

/** A receiver that is seen working is not asked about a batch again before it is cut. */
const FAILURES_BEFORE_CUT = 2
const FAILURES_BEFORE_REJECT = 3
/** So many batches may fail before anything else is sent to a receiver of which nothing shows that it works. */
const UNPROVEN_BATCHES_MAX = 2
const UNPROVEN_FAILURES_MAX = 8

/**
 * Finds the records that the receiver can not process, by halves: what it answers goes on, what it fails on is cut until
 * one record is left. That one is rejected only if the receiver failed, then answered another batch well, then failed
 * on it again. Null when nothing is left to do.
 */
export function nextBatchStep(failed: readonly FailedBatch[], hasMore: boolean): BatchStep | null {
  const poisoned = failed.find((batch) => batch.failedSince && isSpent(batch))
  if (poisoned !== undefined) return { kind: 'reject', batchNo: poisoned.batchNo }
  if (hasMore && failed.filter(isOpenQuestion).length < UNPROVEN_BATCHES_MAX) return { kind: 'new-batch' }
  const [smallest] = failed.filter(mayBeCut).toSorted((one, other) => one.records - other.records)
  if (smallest !== undefined) return { kind: 'cut', batchNo: smallest.batchNo }
  const [next] = failed.toSorted((one, other) => one.failures - other.failures || one.records - other.records)
  return next === undefined ? null : { kind: 'send-again', batchNo: next.batchNo }
}

/** Whether it is the batch or the receiver may still be found out by sending the batch or its halves. */
const isOpenQuestion = (batch: FailedBatch): boolean => !batch.workedSince && !isSpent(batch)
const isSpent = ({ records, failures }: Pick<FailedBatch, 'records' | 'failures'>): boolean =>
  records === 1 && failures >= FAILURES_BEFORE_REJECT
const mayBeCut = ({ records, failures, workedSince }: FailedBatch): boolean =>
  records > 1 && (workedSince || failures >= FAILURES_BEFORE_CUT)

/**
 * Whether the receiver, which has failed on this batch now too, is to be left alone for a while: nothing shows that it
 * works for anybody. `unproven` counts its failures of that kind in a row.
 */
export const isReceiverInDoubt = (
  batch: Pick<FailedBatch, 'records' | 'failures' | 'workedSince'>,
  unproven: number,
): boolean => !batch.workedSince && (unproven >= UNPROVEN_FAILURES_MAX || isSpent(batch))
