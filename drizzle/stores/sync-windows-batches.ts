import { and, eq, sql } from 'drizzle-orm'
import { nextBatchStep } from '../../domain/sync-windows.ts'
import type { Database, Transaction } from '../client.ts'
import { syncBatches } from '../schema/sync-windows.ts'

/** Another attempt has the window: this one must stop at once. */
export class LostLease extends Error {
  override readonly name = 'LostLease'
}

/** A batch that was taken to be sent. */
export interface OpenBatch {
  readonly batchNo: number
  readonly idempotencyKey: string
  readonly recordIds: readonly number[]
  /** What became of it is not known: it is asked for before it is sent again. */
  readonly wasSent: boolean
  /** How often the receiver has failed on it if it does so now, too. */
  readonly failures: number
  /** Whether the receiver answered another batch well since it first failed on these records. */
  readonly workedSince: boolean
  /** How long ago the receiver failed on it, in milliseconds; null where it has not. */
  readonly failedMsAgo: number | null
}
export interface ItemResult {
  readonly recordId: number
  readonly receipt: string | null
  readonly reason: string | null
}
interface Held {
  readonly windowId: string
  readonly batchNo: number
  readonly lease: number
}

const ANSWERED_WELL = 200
const ANSWERED_NOTHING = 204
const CAN_NOT_PROCESS = 'receiver-cannot-process'

/** @throws LostLease where a later attempt has the window; otherwise nobody takes it until the transaction ends */
export async function holdLease(tx: Transaction, windowId: string, lease: number): Promise<void> {
  const rows = await tx.execute(
    sql`select 1 from sync_windows where window_id = ${windowId} and lease = ${lease} for share`,
  )
  if (rows.length === 0) throw new LostLease('a later attempt has the window')
}

/** The batches of a window, each written before it is sent; all of it only for the attempt that has the lease. */
export function createBatchStore(db: Database) {
  return {
    /**
     * The batch to be sent next: one whose answer was lost, else what the rule about failed batches says (which cuts and
     * rejects on the way), else a new one over what is pending. Null when nothing is left to send.
     */
    nextBatch: (
      windowId: string,
      localityCode: string,
      lease: number,
      size: number,
    ): Promise<OpenBatch | null> =>
      db.transaction(async (tx) => {
        await holdLease(tx, windowId, lease)
        for (let hasMore = true; ;) {
          const open = await readOpen(tx, windowId)
          const lost = open.find(({ failed }) => !failed)
          if (lost !== undefined) return take(tx, windowId, lost)
          const step = nextBatchStep(open, hasMore)
          if (step === null) return null
          if (step.kind === 'new-batch') {
            const made = await makeBatch(tx, windowId, localityCode, size)
            if (made !== null) return made
            hasMore = false
          } else if (step.kind === 'cut') await cut(tx, windowId, step.batchNo)
          else if (step.kind === 'reject') await reject(tx, windowId, step.batchNo)
          else {
            const again = open.find(({ batchNo }) => batchNo === step.batchNo)
            if (again !== undefined) return take(tx, windowId, again)
          }
        }
      }),

    /** Keeps that the receiver failed on a batch, after it said that the batch never arrived. */
    recordFailure: ({
      windowId,
      batchNo,
      lease,
      status,
    }: Held & { readonly status: number }): Promise<void> =>
      db.transaction(async (tx) => {
        await holdLease(tx, windowId, lease)
        await tx
          .update(syncBatches)
          .set({ answerCode: status })
          .where(and(eq(syncBatches.windowId, windowId), eq(syncBatches.batchNo, batchNo)))
      }),

    /** Keeps an answer: each version of it accepted with its receipt or rejected with its reason; what is missing stays pending. */
    recordAnswer: (input: Held & { readonly results: readonly ItemResult[] }): Promise<void> =>
      db.transaction(async (tx) => {
        const { windowId, batchNo, lease, results } = input
        await holdLease(tx, windowId, lease)
        await tx.execute(sql`
          update sync_items i set state = case when x.receipt is null then 'r' else 'a' end, receipt = x.receipt, reason = x.reason
          from unnest(${sql.param(results.map(({ recordId }) => recordId))}::bigint[],
            ${sql.param(results.map(({ receipt }) => receipt))}::uuid[],
            ${sql.param(results.map(({ reason }) => reason))}::text[]) as x (record_id, receipt, reason)
          where i.window_id = ${windowId} and i.record_id = x.record_id and i.state = 'p'`)
        await tx.execute(sql`
          update sync_items set batch_no = null
          where window_id = ${windowId} and batch_no = ${batchNo} and state = 'p'`)
        await tx
          .update(syncBatches)
          .set({
            answeredAt: sql`now()`,
            answerCode: results.length === 0 ? ANSWERED_NOTHING : ANSWERED_WELL,
          })
          .where(and(eq(syncBatches.windowId, windowId), eq(syncBatches.batchNo, batchNo)))
      }),
  }
}

type OpenRow = Awaited<ReturnType<typeof readOpen>>[number]

/**
 * Batches without an end, oldest first. The key of a batch holds the millisecond in which its records were first sent;
 * what the receiver answered afterwards it answered after it had failed on them.
 */
async function readOpen(tx: Transaction, windowId: string) {
  const well = sql`
    select from sync_batches o where o.window_id = b.window_id and o.answer_code = ${ANSWERED_WELL}
      and o.answered_at >= uuid_extract_timestamp(b.idempotency_key) + interval '1 ms'`
  return tx.execute<{
    batchNo: number
    records: number
    failures: number
    failed: boolean
    workedSince: boolean
    failedSince: boolean
    failedMsAgo: number | null
  }>(sql`
    select batch_no as "batchNo", cardinality(record_ids) as records, attempts as failures, answer_code is not null as failed,
      exists (${well}) as "workedSince", answer_code is not null and exists (${well} and o.answered_at < b.sent_at) as "failedSince",
      case when answer_code is not null then (extract(epoch from now() - sent_at) * 1000)::int end as "failedMsAgo"
    from sync_batches b where window_id = ${windowId} and answered_at is null and split_at is null order by batch_no`)
}

/** Counted as another attempt unless it only goes on with one whose answer was lost. */
async function take(tx: Transaction, windowId: string, batch: OpenRow): Promise<OpenBatch> {
  const { batchNo, workedSince, failedMsAgo } = batch
  const [taken] = await tx.execute<{
    idempotencyKey: string
    recordIds: string[]
    wasSent: boolean
    failures: number
  }>(sql`
    update sync_batches set sent_at = now(), answer_code = null,
      attempts = attempts + case when sent_at is null or answer_code is not null then 1 else 0 end
    where window_id = ${windowId} and batch_no = ${batchNo}
    returning idempotency_key as "idempotencyKey", record_ids as "recordIds", old.sent_at is not null as "wasSent", attempts as failures`)
  if (taken === undefined) throw new Error('no such batch')
  return { ...taken, batchNo, workedSince, failedMsAgo, recordIds: taken.recordIds.map(Number) }
}

/** Null when nothing is pending outside the open batches. */
async function makeBatch(
  tx: Transaction,
  windowId: string,
  localityCode: string,
  size: number,
): Promise<OpenBatch | null> {
  const [made] = await tx.execute<{
    batch_no: number
    idempotency_key: string
    record_ids: string[]
  }>(sql`
    with pending as (
      select record_id from sync_items where window_id = ${windowId} and state = 'p' and batch_no is null
      order by record_id limit ${size})
    insert into sync_batches (window_id, batch_no, locality_code, record_ids, attempts, sent_at)
    select ${windowId}, coalesce((select max(batch_no) from sync_batches where window_id = ${windowId}), 0) + 1,
      ${localityCode}, array_agg(record_id order by record_id), 1, now()
    from pending having count(*) > 0
    returning batch_no, idempotency_key, record_ids`)
  if (made === undefined) return null
  await assignItems(tx, windowId, made.batch_no)
  return {
    batchNo: made.batch_no,
    idempotencyKey: made.idempotency_key,
    recordIds: made.record_ids.map(Number),
    wasSent: false,
    failures: 1,
    workedSince: false,
    failedMsAgo: null,
  }
}

/** Two batches in its place, each under a key of its own that holds the instant of the first sending. */
async function cut(tx: Transaction, windowId: string, batchNo: number): Promise<void> {
  const halves = await tx.execute<{ batch_no: number }>(sql`
    insert into sync_batches (window_id, batch_no, locality_code, idempotency_key, record_ids)
    select window_id, (select max(batch_no) from sync_batches where window_id = ${windowId}) + half.no, locality_code,
      uuidv7(uuid_extract_timestamp(idempotency_key) - clock_timestamp()), half.record_ids
    from sync_batches b cross join lateral (values
      (1, b.record_ids[:cardinality(b.record_ids) / 2]), (2, b.record_ids[cardinality(b.record_ids) / 2 + 1:])) as half (no, record_ids)
    where window_id = ${windowId} and batch_no = ${batchNo} returning batch_no`)
  for (const half of halves) await assignItems(tx, windowId, half.batch_no)
  await tx
    .update(syncBatches)
    .set({ splitAt: sql`now()` })
    .where(and(eq(syncBatches.windowId, windowId), eq(syncBatches.batchNo, batchNo)))
}

async function assignItems(tx: Transaction, windowId: string, batchNo: number): Promise<void> {
  await tx.execute(sql`
    update sync_items i set batch_no = b.batch_no from sync_batches b
    where b.window_id = ${windowId} and b.batch_no = ${batchNo} and i.window_id = b.window_id and i.record_id = any(b.record_ids)`)
}

async function reject(tx: Transaction, windowId: string, batchNo: number): Promise<void> {
  await tx.execute(sql`
    update sync_items set state = 'r', reason = ${CAN_NOT_PROCESS}
    where window_id = ${windowId} and batch_no = ${batchNo} and state = 'p'`)
  await tx
    .update(syncBatches)
    .set({ answeredAt: sql`now()` })
    .where(and(eq(syncBatches.windowId, windowId), eq(syncBatches.batchNo, batchNo)))
}
