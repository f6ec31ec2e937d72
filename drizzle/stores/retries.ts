import { and, asc, desc, eq, getTableColumns, gt, isNotNull, isNull, lt, sql, type SQL } from 'drizzle-orm'
import { covers, type Scope } from '../../domain/access.ts'
import { Refusal } from '../../domain/errors.ts'
import {
  assertRetryable,
  compareSets,
  describeDifference,
  isWanted,
  PREVIEW_VALID_MS,
  retryOf,
  retryToken,
  setSha256,
  type ParkedWindow,
  type RetryFilter,
  type RetryOutcome,
} from '../../domain/retries.ts'
import { NATIONAL } from '../../domain/verifications.ts'
import type { Database, Executor, Transaction } from '../client.ts'
import { copyIn, intField, textField, uuidField } from '../copy.ts'
import { sha256 } from '../keyring.ts'
import { attentionItems } from '../schema/attention.ts'
import { retries, retryItems } from '../schema/retries.ts'
import { syncWindows } from '../schema/sync-windows.ts'
import { appendAudit } from './audit.ts'
import { orderProcess } from './campaigns-processes.ts'
import { reopenWindow, type Reopening, type WindowInSlot } from './sync-schedule.ts'

export interface NewPreview {
  readonly retryId: string
  readonly campaignId: string
  readonly filter: RetryFilter
  readonly perMinute: number
  readonly previewedBy: string
}
export interface Confirmation {
  readonly campaignId: string
  readonly token: string
  readonly reason: string
  readonly actor: string
  readonly occurredMs: number
}
export interface RetryItem extends ParkedWindow {
  readonly accepted: number
  readonly rejected: number
  readonly outcome: RetryOutcome | null
  readonly problem: string | null
  readonly opensAt: number | null
}
export interface RetryProcess {
  readonly workflow: string
  readonly processId: (retryId: string) => string
}
export interface RetryResult {
  readonly retryId: string
  readonly windowId: string
  /** Code of the refusal; null where the window was let go on. */
  readonly problem: string | null
  readonly opensMs: number | null
}

/** Sets of parked windows that are let go on as one job. They are a national matter. */
export function createRetryStore(db: Database) {
  return {
    /**
     * Keeps what would be retried now. The same id again answers what was kept first.
     * @throws Refusal `not-found`, `retry-set-empty` or `retry-set-too-large`
     */
    preview: (scope: Scope, { filter, ...order }: NewPreview) =>
      db.transaction(async (tx) => {
        const { retryId, campaignId } = order
        await lockCampaign(tx, campaignId)
        await forgetOldPreviews(tx, campaignId)
        const windows = await readParked(tx, scope, campaignId, filter)
        assertRetryable(windows.length)
        const [created] = await tx
          .insert(retries)
          .values({
            ...order,
            localityCodes: filter.localityCodes === null ? null : [...filter.localityCodes],
            reasons: filter.reasons === null ? null : [...filter.reasons],
            setSha256: setSha256(sha256, windows),
          })
          .onConflictDoNothing()
          .returning({ retryId: retries.retryId })
        if (created !== undefined) await writeItems(tx, retryId, windows)
        const unbegun = windows.map((window) => ({ ...window, outcome: null, problem: null, opensAt: null }))
        const [kept] = await tx.select().from(retries).where(eq(retries.retryId, retryId))
        if (kept === undefined) throw new Error('a preview was not written')
        return {
          token: retryToken(retryId, kept.setSha256),
          expiresAt: kept.previewedAt + PREVIEW_VALID_MS,
          perMinute: kept.perMinute,
          items: created === undefined ? await readItems(tx, retryId) : unbegun,
        }
      }),

    /**
     * Makes the previewed set a job, once: the same token again answers the same job.
     * @throws Refusal `not-found`, `retry-preview-expired`, or `retry-set-changed` with the difference
     */
    confirm: (scope: Scope, order: Confirmation, process: RetryProcess): Promise<string> =>
      db.transaction(async (tx) => {
        const { campaignId, token, reason, actor, occurredMs } = order
        await lockCampaign(tx, campaignId)
        const retryId = retryOf(token)
        const [found] = await tx
          .select({
            setSha256: retries.setSha256,
            localityCodes: retries.localityCodes,
            reasons: retries.reasons,
            perMinute: retries.perMinute,
            confirmedAt: retries.confirmedAt,
            isExpired: sql<boolean>`previewed_at <= now() - make_interval(secs => ${PREVIEW_VALID_MS / 1_000})`,
          })
          .from(retries)
          .where(and(eq(retries.retryId, retryId), eq(retries.campaignId, campaignId)))
        if (found === undefined || retryToken(retryId, found.setSha256) !== token)
          throw new Refusal('not-found')
        if (found.confirmedAt !== null) return retryId
        if (found.isExpired)
          throw new Refusal('retry-preview-expired', { minutes: PREVIEW_VALID_MS / 60_000 })
        const current = await readParked(tx, scope, campaignId, found)
        if (retryToken(retryId, setSha256(sha256, current)) !== token) {
          const previewed = await tx.select().from(retryItems).where(eq(retryItems.retryId, retryId))
          throw new Refusal('retry-set-changed', describeDifference(compareSets(previewed, current)))
        }
        await tx
          .update(retries)
          .set({ confirmedBy: actor, confirmedAt: sql`now()`, occurredAt: occurredMs, reason })
          .where(eq(retries.retryId, retryId))
        await orderProcess(tx, {
          processId: process.processId(retryId),
          workflow: process.workflow,
          campaignId,
          localityCode: null,
          input: { retryId, perMinute: found.perMinute },
        })
        const pending = current.reduce((all, window) => all + window.pending, 0)
        await appendAudit(tx, {
          scope: NATIONAL,
          actor,
          action: 'retry.confirm',
          subject: retryId,
          detail: { campaignId, windows: current.length, pending, token },
          occurredMs,
        })
        return retryId
      }),

    /** Takes effect before the next window. @throws Refusal `not-found` or `retry-not-running` */
    pause: (scope: Scope, retryId: string, actor: string): Promise<void> =>
      steer(db, scope, { retryId, actor, action: 'retry.pause', isPaused: true }),
    /** @throws Refusal `not-found` or `retry-not-running` */
    resume: (scope: Scope, retryId: string, actor: string): Promise<void> =>
      steer(db, scope, { retryId, actor, action: 'retry.resume', isPaused: false }),

    /** With how far it is, recounted from its windows. */
    readRetry: async (scope: Scope, retryId: string) =>
      scope === 'national' ? ((await readProgress(db, eq(retries.retryId, retryId), 1))[0] ?? null) : null,
    /** Those that were confirmed, newest first. */
    readRetries: async (
      scope: Scope,
      page: { readonly campaignId: string; readonly before: string | null; readonly limit: number },
    ) =>
      scope === 'national'
        ? readProgress(
            db,
            and(
              eq(retries.campaignId, page.campaignId),
              isNotNull(retries.confirmedAt),
              page.before === null ? undefined : lt(retries.retryId, page.before),
            ),
            page.limit,
          )
        : [],
    /** Its windows by id, each with what has been acknowledged by now. */
    readItems: (retryId: string, page: { readonly after: string | null; readonly limit: number }) =>
      readItems(db, retryId, page),

    /** Windows without a result, in a fixed order. */
    async readUnfinished(retryId: string, limit: number): Promise<readonly string[]> {
      const rows = await db
        .select({ windowId: retryItems.windowId })
        .from(retryItems)
        .where(and(eq(retryItems.retryId, retryId), isNull(retryItems.outcome)))
        .orderBy(asc(retryItems.windowId))
        .limit(limit)
      return rows.map(({ windowId }) => windowId)
    },
    /** What is known of one window's turn; null for what is no window of a confirmed retry. */
    async readTurn(retryId: string, windowId: string) {
      const [found] = await db
        .select({
          parkingNo: retryItems.parkingNo,
          outcome: retryItems.outcome,
          opensAt: retryItems.opensAt,
          pausedAt: retries.pausedAt,
          confirmedBy: retries.confirmedBy,
          window: syncWindows,
        })
        .from(retryItems)
        .innerJoin(retries, eq(retries.retryId, retryItems.retryId))
        .innerJoin(syncWindows, eq(syncWindows.windowId, retryItems.windowId))
        .where(and(eq(retryItems.retryId, retryId), eq(retryItems.windowId, windowId)))
      if (found === undefined || found.confirmedBy === null) return null
      return { ...found, confirmedBy: found.confirmedBy }
    },
    reopen: (window: WindowInSlot, order: Reopening): Promise<number> => reopenWindow(db, window, order),
    /** Before the window's process is asked: whoever finds it without a result knows that it may have been let go on. */
    async markAsked(turn: {
      readonly retryId: string
      readonly windowId: string
      readonly opensMs: number
    }): Promise<void> {
      await db.update(retryItems).set({ opensAt: turn.opensMs }).where(withoutResult(turn))
    },
    /** Whether a parking was ended by this person's decision to retry. */
    async wasRetriedBy(processId: string, parkingNo: number, actor: string): Promise<boolean> {
      const [found] = await db
        .select({ itemId: attentionItems.itemId })
        .from(attentionItems)
        .where(
          and(
            eq(attentionItems.subject, processId),
            eq(attentionItems.parkingNo, parkingNo),
            eq(attentionItems.resolution, 'retry'),
            eq(attentionItems.resolvedBy, actor),
          ),
        )
      return found !== undefined
    },
    /** The first result of a window stays. */
    async keepResult({ problem, opensMs, ...turn }: RetryResult): Promise<void> {
      await db
        .update(retryItems)
        .set({
          outcome: problem === null ? 'retried' : 'not-retried',
          problem,
          opensAt: opensMs,
          finishedAt: sql`now()`,
        })
        .where(withoutResult(turn))
    },
    finish: (retryId: string): Promise<void> =>
      db.transaction(async (tx) => {
        const completed = await tx
          .update(retries)
          .set({ completedAt: sql`now()` })
          .where(and(eq(retries.retryId, retryId), isNull(retries.completedAt)))
          .returning({ retryId: retries.retryId })
        if (completed.length === 0) return
        const [counts] = await readProgress(tx, eq(retries.retryId, retryId), 1)
        await appendAudit(tx, {
          scope: NATIONAL,
          actor: null,
          action: 'retry.complete',
          subject: retryId,
          detail: { retried: counts?.retried, notRetried: counts?.notRetried },
        })
      }),
  }
}
export type RetryStore = ReturnType<typeof createRetryStore>

const withoutResult = (turn: { readonly retryId: string; readonly windowId: string }) =>
  and(
    eq(retryItems.retryId, turn.retryId),
    eq(retryItems.windowId, turn.windowId),
    isNull(retryItems.outcome),
  )

/** One at a time in a campaign: of two retries of the same window one is confirmed. @throws Refusal `not-found` */
async function lockCampaign(tx: Transaction, campaignId: string): Promise<void> {
  const rows = await tx.execute(
    sql`select 1 from campaigns where campaign_id = ${campaignId} for no key update`,
  )
  if (rows.length === 0) throw new Refusal('not-found')
}

/** What of each window's records was accepted, rejected, and is pending by now. */
async function countRecords<T extends { readonly windowId: string }>(on: Executor, windows: readonly T[]) {
  const rows = await on.execute<{ id: string; accepted: number; rejected: number; pending: number }>(sql`
    select window_id as id, count(*) filter (where state = 'a')::int as accepted,
      count(*) filter (where state = 'r')::int as rejected, count(*) filter (where state = 'p')::int as pending
    from sync_items where window_id = any(${sql.param(windows.map(({ windowId }) => windowId))}::uuid[]) group by 1`)
  const counts = new Map(rows.map((row) => [row.id, row]))
  return windows.map((window) => {
    const { accepted = 0, rejected = 0, pending = 0 } = counts.get(window.windowId) ?? {}
    return { accepted, rejected, pending, ...window }
  })
}

/** Of those that nobody confirmed within a day; whoever holds the token is told that there is none. */
const forgetOldPreviews = (tx: Transaction, campaignId: string) =>
  tx.execute(sql`
    with old as (
      select retry_id from retries
      where campaign_id = ${campaignId} and confirmed_at is null and previewed_at < now() - interval '1 day'),
    windows as (delete from retry_items i using old where i.retry_id = old.retry_id)
    delete from retries r using old where r.retry_id = old.retry_id`)

/** Parked windows that are asked for and stand in no other retry that has still to come to them. */
async function readParked(tx: Transaction, scope: Scope, campaignId: string, filter: RetryFilter) {
  const parked = await tx.execute<{ id: string; code: string; parking: number; reason: string }>(sql`
    select window_id as id, locality_code as code, parking_no as parking, parked_reason as reason from sync_windows w
    where campaign_id = ${campaignId} and parked_at is not null and not exists (
      select from retry_items i join retries r using (retry_id) where i.window_id = w.window_id
        and i.outcome is null and r.confirmed_at is not null and r.completed_at is null)
    order by window_id`)
  const wanted = parked
    .map(({ id, code, parking, reason }) => ({
      windowId: id,
      localityCode: code,
      parkingNo: parking,
      reason,
    }))
    .filter((window) => covers(scope, window.localityCode) && isWanted(filter, window))
  return countRecords(tx, wanted)
}

const writeItems = (tx: Transaction, retryId: string, windows: readonly ParkedWindow[]): Promise<void> =>
  copyIn(
    tx,
    'retry_items',
    ['retry_id', 'window_id', 'locality_code', 'parking_no', 'pending', 'reason'],
    windows.map(({ windowId, localityCode, parkingNo, pending, reason }) => [
      uuidField(retryId),
      uuidField(windowId),
      textField(localityCode),
      intField(parkingNo),
      intField(pending),
      textField(reason),
    ]),
  )

async function readItems(
  on: Executor,
  retryId: string,
  { after, limit }: { readonly after: string | null; readonly limit?: number } = { after: null },
): Promise<readonly RetryItem[]> {
  const { retryId: _retryId, finishedAt: _finishedAt, ...shown } = getTableColumns(retryItems)
  const select = on
    .select(shown)
    .from(retryItems)
    .where(and(eq(retryItems.retryId, retryId), after === null ? undefined : gt(retryItems.windowId, after)))
    .orderBy(asc(retryItems.windowId))
  // What was pending at the preview stays what it was.
  return countRecords(on, await (limit === undefined ? select : select.limit(limit)))
}

async function readProgress(on: Executor, where: SQL | undefined, limit: number) {
  const rows = await on.select().from(retries).where(where).orderBy(desc(retries.retryId)).limit(limit)
  const counts = await on.execute<{
    retry_id: string
    windows: number
    pending: number
    retried: number
    notRetried: number
  }>(sql`
    select retry_id, count(*)::int as windows, sum(pending)::int as pending,
      count(*) filter (where outcome = 'retried')::int as retried,
      count(*) filter (where outcome = 'not-retried')::int as "notRetried"
    from retry_items where retry_id = any(${sql.param(rows.map(({ retryId }) => retryId))}::uuid[]) group by retry_id`)
  return rows.map((row) => {
    const {
      windows = 0,
      pending = 0,
      retried = 0,
      notRetried = 0,
    } = counts.find(({ retry_id }) => retry_id === row.retryId) ?? {}
    return { ...row, windows, pending, retried, notRetried }
  })
}

/** Repeated, it changes nothing. */
const steer = (
  db: Database,
  scope: Scope,
  order: {
    readonly retryId: string
    readonly actor: string
    readonly action: string
    readonly isPaused: boolean
  },
): Promise<void> =>
  db.transaction(async (tx) => {
    const { retryId, actor, action, isPaused } = order
    const [retry] = await tx.select().from(retries).where(eq(retries.retryId, retryId)).for('update')
    if (retry === undefined || scope !== 'national') throw new Refusal('not-found')
    if (retry.confirmedAt === null || retry.completedAt !== null) throw new Refusal('retry-not-running')
    if ((retry.pausedAt !== null) === isPaused) return
    await tx
      .update(retries)
      .set({ pausedAt: isPaused ? sql`now()` : null })
      .where(eq(retries.retryId, retryId))
    await appendAudit(tx, { scope: NATIONAL, actor, action, subject: retryId })
  })
