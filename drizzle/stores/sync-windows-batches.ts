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
export async function holdLease(tx: Transaction | Database, windowId: string, lease: number): Promise<void> {
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
     * rejects on the way), else a new one over what is pending. `underWay` are those that this attempt is sending just now:
     * as long as the receiver has failed on none, new ones may go beside them. Null when nothing is left to send, or
     * nothing before those have ended.
     */
    nextBatch: (
      windowId: string,
      localityCode: string,
      lease: number,
      size: number,
      underWay: readonly number[] = [],
    ): Promise<OpenBatch | null> =>
      db.transaction(async (tx) => {
        await holdLease(tx, windowId, lease)
        for (let hasMore = true; ;) {
          const open = await readOpen(tx, windowId)
          if (underWay.length > 0 && open.some(({ isSuspect }) => isSuspect)) return null
          const waiting = open.filter(({ batchNo }) => !underWay.includes(batchNo))
          const lost = waiting.find(({ failed }) => !failed)
          if (lost !== undefined) return take(tx, windowId, lost)
          const step = nextBatchStep(waiting, hasMore)
          if (step === null) return null
          if (step.kind === 'new-batch') hasMore = await makeBatch(tx, windowId, localityCode, size)
          else if (step.kind === 'cut') await cut(tx, windowId, step.batchNo)
          else if (step.kind === 'reject') await reject(tx, windowId, step.batchNo)
          else {
            const again = waiting.find(({ batchNo }) => batchNo === step.batchNo)
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
          .set({ answerCode: status, firstFailedAt: sql`coalesce(${syncBatches.firstFailedAt}, now())` })
          .where(and(eq(syncBatches.windowId, windowId), eq(syncBatches.batchNo, batchNo)))
      }),

    /** Keeps an answer: each version of it accepted with its receipt or rejected with its reason; what is missing stays pending. */
    recordAnswer: (input: Held & { readonly results: readonly ItemResult[] }): Promise<void> =>
      db.transaction(async (tx) => {
        const { windowId, batchNo, lease, results } = input
        await holdLease(tx, windowId, lease)
        if (results.length > 0) await settle(tx, windowId, batchNo, results)
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

/** Batches without an end, oldest first. Only what was sent after the receiver had failed on one shows that it works. */
async function readOpen(tx: Transaction, windowId: string) {
  const well = sql`
    select from sync_batches o where o.window_id = b.window_id and o.answer_code = ${ANSWERED_WELL}
      and o.sent_at > b.first_failed_at`
  return tx.execute<{
    batchNo: number
    records: number
    failures: number
    failed: boolean
    isSuspect: boolean
    workedSince: boolean
    failedSince: boolean
    failedMsAgo: number | null
  }>(sql`
    select batch_no as "batchNo", cardinality(record_ids) as records, attempts as failures, answer_code is not null as failed,
      first_failed_at is not null as "isSuspect", exists (${well}) as "workedSince",
      answer_code is not null and exists (${well} and o.answered_at < b.sent_at) as "failedSince",
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

/** Of a window that was listed a moment ago the planner thinks that it is empty, and would read all of it for each batch. */
const walkByRecord = (tx: Transaction) => tx.execute(sql`set local enable_bitmapscan = off`)

/** Whether something was pending outside the open batches. What no batch held yet comes before what answers left out. */
async function makeBatch(
  tx: Transaction,
  windowId: string,
  localityCode: string,
  size: number,
): Promise<boolean> {
  await walkByRecord(tx)
  const [window] = await tx.execute<{ last: string }>(
    sql`select last_batched_id as last from sync_windows where window_id = ${windowId}`,
  )
  const last = window?.last ?? '0'
  const untouched = sql`record_id > ${last}`
  const leftOut = sql`record_id <= ${last} and not exists (
    select from sync_batches b where b.window_id = i.window_id and b.answered_at is null and b.split_at is null
      and i.record_id = any(b.record_ids))`
  for (const which of [untouched, leftOut]) {
    const made = await tx.execute(sql`
      with pending as (
        select record_id from sync_items i where window_id = ${windowId} and state = 'p' and ${which}
        order by record_id limit ${size}),
      made as (
        insert into sync_batches (window_id, batch_no, locality_code, record_ids)
        select ${windowId}, coalesce((select max(batch_no) from sync_batches where window_id = ${windowId}), 0) + 1,
          ${localityCode}, array_agg(record_id order by record_id)
        from pending having count(*) > 0
        returning batch_no, record_ids),
      moved as (
        update sync_windows w set last_batched_id = greatest(last_batched_id, record_ids[cardinality(record_ids)])
        from made where w.window_id = ${windowId})
      select from made`)
    if (made.length > 0) return true
  }
  return false
}

async function settle(
  tx: Transaction,
  windowId: string,
  batchNo: number,
  results: readonly ItemResult[],
): Promise<void> {
  const ids = results.map(({ recordId }) => recordId)
  await walkByRecord(tx)
  await tx.execute(sql`
    update sync_items i set state = case when x.receipt is null then 'r' else 'a' end, batch_no = ${batchNo},
      receipt = x.receipt, reason = x.reason
    from unnest(${sql.param(ids)}::bigint[], ${sql.param(results.map(({ receipt }) => receipt))}::uuid[],
      ${sql.param(results.map(({ reason }) => reason))}::text[]) as x (record_id, receipt, reason)
    where i.window_id = ${windowId} and i.record_id = x.record_id and i.state = 'p'
      and i.record_id between ${Math.min(...ids)} and ${Math.max(...ids)}`)
}

/** Two batches in its place, each under a key of its own. */
async function cut(tx: Transaction, windowId: string, batchNo: number): Promise<void> {
  await tx.execute(sql`
    insert into sync_batches (window_id, batch_no, locality_code, first_failed_at, record_ids)
    select window_id, (select max(batch_no) from sync_batches where window_id = ${windowId}) + half.no, locality_code,
      first_failed_at, half.record_ids
    from sync_batches b cross join lateral (values
      (1, b.record_ids[:cardinality(b.record_ids) / 2]), (2, b.record_ids[cardinality(b.record_ids) / 2 + 1:])) as half (no, record_ids)
    where window_id = ${windowId} and batch_no = ${batchNo}`)
  await tx
    .update(syncBatches)
    .set({ splitAt: sql`now()` })
    .where(and(eq(syncBatches.windowId, windowId), eq(syncBatches.batchNo, batchNo)))
}

async function reject(tx: Transaction, windowId: string, batchNo: number): Promise<void> {
  await tx.execute(sql`
    update sync_items i set state = 'r', batch_no = b.batch_no, reason = ${CAN_NOT_PROCESS}
    from sync_batches b where b.window_id = ${windowId} and b.batch_no = ${batchNo}
      and i.window_id = b.window_id and i.record_id = any(b.record_ids) and i.state = 'p'`)
  await tx
    .update(syncBatches)
    .set({ answeredAt: sql`now()` })
    .where(and(eq(syncBatches.windowId, windowId), eq(syncBatches.batchNo, batchNo)))
}
