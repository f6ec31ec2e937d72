import { and, asc, desc, eq, isNull, lt, sql } from 'drizzle-orm'
import { covers, type Scope } from '../../domain/access.ts'
import type { Database, Transaction } from '../client.ts'
import type { Keyring } from '../keyring.ts'
import { syncBatches, syncWindows } from '../schema/sync-windows.ts'
import { appendAudit } from './audit.ts'
import { contentPlace } from './records-conversion.ts'

/** Another attempt has the window: this one must stop at once. */
export class LostLease extends Error {
  override readonly name = 'LostLease'
}

export interface OpenBatch {
  readonly batchNo: number
  readonly idempotencyKey: string
  readonly recordIds: readonly number[]
  readonly wasSent: boolean
}
export interface Dossier {
  readonly recordId: number
  readonly record: string
  readonly versionNo: number
  readonly unitCode: string
  readonly salt: string
  readonly content: string
}
export interface ItemResult {
  readonly recordId: number
  readonly receipt: string | null
  readonly reason: string | null
}

/** @throws LostLease where a later attempt has the window; otherwise nobody takes it until the transaction ends */
async function held(tx: Transaction, windowId: string, lease: number): Promise<void> {
  const rows = await tx.execute(
    sql`select 1 from sync_windows where window_id = ${windowId} and lease = ${lease} for share`,
  )
  if (rows.length === 0) throw new LostLease('a later attempt has the window')
}

export function createWindowStore(db: Database, keyring: Keyring) {
  return {
    readWindow: async (scope: Scope, windowId: string) => {
      const [found] = await db.select().from(syncWindows).where(eq(syncWindows.windowId, windowId))
      return found === undefined || !covers(scope, found.localityCode) ? null : found
    },
    /** Newest first; counts are recounted from the items. */
    readWindows: async (
      scope: Scope,
      page: { readonly campaignId: string; readonly before: string | null; readonly limit: number },
    ) => {
      const rows = await db
        .select()
        .from(syncWindows)
        .where(
          and(
            eq(syncWindows.campaignId, page.campaignId),
            page.before === null ? undefined : lt(syncWindows.windowId, page.before),
            scope === 'national'
              ? undefined
              : sql`${syncWindows.localityCode} = any(${sql.param([...scope])}::text[])`,
          ),
        )
        .orderBy(desc(syncWindows.windowId))
        .limit(page.limit)
      const ids = rows.map(({ windowId }) => windowId)
      const counts = await db.execute<{ window_id: string; a: string; r: string; p: string }>(sql`
        select window_id, count(*) filter (where state = 'a') as a, count(*) filter (where state = 'r') as r,
          count(*) filter (where state = 'p') as p
        from sync_items where window_id = any(${sql.param(ids)}::uuid[]) group by window_id`)
      return rows.map((row) => {
        const found = counts.find(({ window_id }) => window_id === row.windowId)
        return {
          ...row,
          accepted: Number(found?.a ?? 0),
          rejected: Number(found?.r ?? 0),
          pending: Number(found?.p ?? 0),
        }
      })
    },

    /** Lists every signed current version of the body that was not acknowledged before; listed once. */
    prepare: (windowId: string, localityCode: string, nowMs: number): Promise<number> =>
      db.transaction(async (tx) => {
        const [window] = await tx
          .select()
          .from(syncWindows)
          .where(eq(syncWindows.windowId, windowId))
          .for('update')
        if (window === undefined) return 0
        if (window.items !== null) return window.items
        const versions = sql`
          select distinct on (r.record_id) r.record_id, l.version_no, l.session_id
          from records r join signing_leaves l on l.record_id = r.record_id and l.version_no = r.current_no
          join signatures s on s.session_id = l.session_id
          where r.locality_code = ${localityCode} and not exists (
            select from sync_items i where i.record_id = r.record_id and i.version_no = r.current_no and i.state <> 'p')
            and not exists (select from sync_items i where i.session_id = l.session_id and i.record_id = r.record_id)
          order by r.record_id, l.session_id desc`
        await tx.execute(sql`
          insert into sync_window_sessions (window_id, session_id, locality_code)
          select distinct ${windowId}::uuid, session_id, ${localityCode} from (${versions}) as v`)
        const items = await tx.execute(sql`
          insert into sync_items (window_id, locality_code, record_id, version_no, session_id)
          select ${windowId}, ${localityCode}, record_id, version_no, session_id from (${versions}) as v`)
        await tx
          .update(syncWindows)
          .set({ preparedAt: nowMs, items: items.count })
          .where(eq(syncWindows.windowId, windowId))
        return items.count
      }),

    /** Takes the window for an attempt; every attempt that was thought dead loses it. @throws LostLease */
    async takeLease(windowId: string, lease: number): Promise<void> {
      const taken = await db
        .update(syncWindows)
        .set({ lease })
        .where(and(eq(syncWindows.windowId, windowId), lt(syncWindows.lease, lease)))
        .returning({ windowId: syncWindows.windowId })
      if (taken.length === 0) throw new LostLease('a later attempt has the window')
    },
    assertLease: (windowId: string, lease: number): Promise<void> =>
      db.transaction((tx) => held(tx, windowId, lease)),

    readSessions: async (windowId: string) =>
      db.execute<{ session_id: string; manifest: string; cms: Uint8Array }>(sql`
        select w.session_id, s.manifest, g.cms from sync_window_sessions w
        join signing_sessions s on s.session_id = w.session_id join signatures g on g.session_id = w.session_id
        where w.window_id = ${windowId}`),

    /** A batch that was written and not answered, else a new one over what is pending; null when nothing is. */
    nextBatch: (
      windowId: string,
      localityCode: string,
      lease: number,
      size: number,
    ): Promise<OpenBatch | null> =>
      db.transaction(async (tx) => {
        await held(tx, windowId, lease)
        const [unanswered] = await tx
          .select()
          .from(syncBatches)
          .where(and(eq(syncBatches.windowId, windowId), isNull(syncBatches.answeredAt)))
          .orderBy(asc(syncBatches.batchNo))
          .limit(1)
        if (unanswered !== undefined) {
          await tx
            .update(syncBatches)
            .set({ attempts: sql`${syncBatches.attempts} + 1`, sentAt: sql`now()` })
            .where(and(eq(syncBatches.windowId, windowId), eq(syncBatches.batchNo, unanswered.batchNo)))
          return { ...unanswered, wasSent: true }
        }
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
        const recordIds = made.record_ids.map(Number)
        await tx.execute(sql`
          update sync_items set batch_no = ${made.batch_no}
          where window_id = ${windowId} and record_id = any(${sql.param(recordIds)}::bigint[])`)
        return { batchNo: made.batch_no, idempotencyKey: made.idempotency_key, recordIds, wasSent: false }
      }),

    /** What is sent of each record of a batch: opened here and nowhere before. */
    async readDossiers(windowId: string, recordIds: readonly number[]): Promise<readonly Dossier[]> {
      const rows = await db.execute<{
        record_id: string
        source: string
        record_code: string
        version_no: number
        unit_code: string
        salt: Uint8Array
        content_no: number
        sealed: Uint8Array
      }>(sql`
        select i.record_id, s.code as source, r.record_code, i.version_no, v.unit_code, r.salt, v.content_no, c.sealed
        from sync_items i join records r on r.record_id = i.record_id join source_systems s on s.source_id = r.source_id
        join record_versions v on v.record_id = i.record_id and v.version_no = i.version_no
        join record_contents c on c.record_id = v.record_id and c.content_no = v.content_no
        where i.window_id = ${windowId} and i.record_id = any(${sql.param([...recordIds])}::bigint[]) order by i.record_id`)
      return rows.map((row) => ({
        recordId: Number(row.record_id),
        record: `${row.source}/${row.record_code}`,
        versionNo: row.version_no,
        unitCode: row.unit_code,
        salt: Buffer.from(row.salt).toString('hex'),
        content: keyring
          .open(contentPlace(row.source, row.record_code, row.content_no), row.sealed)
          .toString(),
      }))
    },

    /** Keeps an answer: each version of it accepted with its receipt or rejected with its reason; what is missing stays pending. */
    recordAnswer: (input: {
      readonly windowId: string
      readonly batchNo: number
      readonly lease: number
      readonly results: readonly ItemResult[]
    }): Promise<void> =>
      db.transaction(async (tx) => {
        const { windowId, batchNo, lease, results } = input
        await held(tx, windowId, lease)
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
          .set({ answeredAt: sql`now()`, answerCode: 200 })
          .where(and(eq(syncBatches.windowId, windowId), eq(syncBatches.batchNo, batchNo)))
      }),
    countPending: async (windowId: string): Promise<number> =>
      Number(
        (
          await db.execute<{ n: string }>(
            sql`select count(*) as n from sync_items where window_id = ${windowId} and state = 'p'`,
          )
        )[0]?.n ?? 0,
      ),

    async park(windowId: string, parkingNo: number, reason: string, nowMs: number): Promise<void> {
      await db
        .update(syncWindows)
        .set({ parkedAt: nowMs, parkedReason: reason, parkingNo })
        .where(and(eq(syncWindows.windowId, windowId), isNull(syncWindows.completedAt)))
    },
    /** Out of the parking: to be sent again, or everything pending is given up with the reason. */
    resume: (windowId: string, round: number, decision: 'retry' | 'skip'): Promise<void> =>
      db.transaction(async (tx) => {
        await tx
          .update(syncWindows)
          .set({ parkedAt: null, parkedReason: null, round })
          .where(eq(syncWindows.windowId, windowId))
        if (decision === 'skip')
          await tx.execute(sql`
            update sync_items set state = 'r', reason = 'skipped-by-operator' where window_id = ${windowId} and state = 'p'`)
      }),
    complete: (windowId: string, localityCode: string, nowMs: number): Promise<void> =>
      db.transaction(async (tx) => {
        const completed = await tx
          .update(syncWindows)
          .set({ completedAt: nowMs, parkedAt: null, parkedReason: null })
          .where(and(eq(syncWindows.windowId, windowId), isNull(syncWindows.completedAt)))
          .returning({ windowId: syncWindows.windowId })
        if (completed.length === 0) return
        await appendAudit(tx, {
          scope: localityCode,
          actor: null,
          action: 'sync-window.complete',
          subject: windowId,
          occurredMs: nowMs,
        })
      }),
  }
}
export type WindowStore = ReturnType<typeof createWindowStore>
