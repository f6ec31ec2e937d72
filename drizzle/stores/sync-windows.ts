import { and, desc, eq, isNull, lt, lte, sql } from 'drizzle-orm'
import { covers, type Scope } from '../../domain/access.ts'
import type { Database } from '../client.ts'
import type { Keyring } from '../keyring.ts'
import { syncWindows } from '../schema/sync-windows.ts'
import { appendAudit } from './audit.ts'
import { contentPlace } from './records-conversion.ts'
import { createBatchStore, holdLease, LostLease } from './sync-windows-batches.ts'

export interface Dossier {
  readonly recordId: number
  readonly record: string
  readonly versionNo: number
  readonly unitCode: string
  readonly salt: string
  readonly content: string
}

export function createWindowStore(db: Database, keyring: Keyring) {
  return {
    ...createBatchStore(db),

    readWindow: async (scope: Scope, windowId: string) => {
      const [found] = await db.select().from(syncWindows).where(eq(syncWindows.windowId, windowId))
      return found === undefined || !covers(scope, found.localityCode) ? null : found
    },
    /** Newest first; where something is still to be sent the counts are taken from the items. */
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
      const ids = rows.filter(({ completedAt }) => completedAt === null).map(({ windowId }) => windowId)
      const counts = await db.execute<{ window_id: string; a: string; r: string; p: string }>(sql`
        select window_id, count(*) filter (where state = 'a') as a, count(*) filter (where state = 'r') as r,
          count(*) filter (where state = 'p') as p
        from sync_items where window_id = any(${sql.param(ids)}::uuid[]) group by window_id`)
      return rows.map((row) => {
        const found = counts.find(({ window_id }) => window_id === row.windowId)
        return {
          ...row,
          accepted: row.accepted ?? Number(found?.a ?? 0),
          rejected: row.rejected ?? Number(found?.r ?? 0),
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
        const items = await tx.execute(sql`
          with versions as materialized (${versions}),
          sessions as (
            insert into sync_window_sessions (window_id, session_id, locality_code)
            select distinct ${windowId}::uuid, session_id, ${localityCode} from versions)
          insert into sync_items (window_id, locality_code, record_id, version_no, session_id)
          select ${windowId}, ${localityCode}, record_id, version_no, session_id from versions`)
        await tx
          .update(syncWindows)
          .set({ preparedAt: nowMs, items: items.count })
          .where(eq(syncWindows.windowId, windowId))
        return items.count
      }),

    /** Takes the window for an attempt, which may take it again; every one that was thought dead loses it. @throws LostLease */
    async takeLease(windowId: string, lease: number): Promise<void> {
      const taken = await db
        .update(syncWindows)
        .set({ lease })
        .where(and(eq(syncWindows.windowId, windowId), lte(syncWindows.lease, lease)))
        .returning({ windowId: syncWindows.windowId })
      if (taken.length === 0) throw new LostLease('a later attempt has the window')
    },
    /** @throws LostLease */
    assertLease: (windowId: string, lease: number): Promise<void> => holdLease(db, windowId, lease),

    readSessions: async (windowId: string) =>
      db.execute<{ session_id: string; manifest: string; cms: Uint8Array }>(sql`
        select w.session_id, s.manifest, g.cms from sync_window_sessions w
        join signing_sessions s on s.session_id = w.session_id join signatures g on g.session_id = w.session_id
        where w.window_id = ${windowId} order by w.session_id`),

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
        const countOf = (state: 'a' | 'r') => sql<number>`(
          select count(*) from sync_items where window_id = ${windowId} and state = ${state})`
        const completed = await tx
          .update(syncWindows)
          .set({
            completedAt: nowMs,
            parkedAt: null,
            parkedReason: null,
            accepted: countOf('a'),
            rejected: countOf('r'),
          })
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
