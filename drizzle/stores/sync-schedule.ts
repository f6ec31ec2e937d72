import { and, desc, eq, isNull, sql } from 'drizzle-orm'
import { covers, type Scope } from '../../domain/access.ts'
import { Refusal } from '../../domain/errors.ts'
import { addDays, startOfDay, toHanoiDate, toHanoiIso } from '../../domain/hanoi-time.ts'
import type { Database, Executor, Transaction } from '../client.ts'
import { violates } from '../constraints.ts'
import { syncSlots } from '../schema/sync-schedule.ts'
import { syncWindows } from '../schema/sync-windows.ts'
import { appendAudit } from './audit.ts'
import { takeSlot, type ApprovalProcesses } from './localities-approvals.ts'

export interface NewSlot {
  readonly slotId: string
  readonly campaignId: string
  readonly localityCode: string
  readonly kind: 'campaign' | 'delta'
  readonly day: string
  readonly recordsPerHour: number
  readonly actor: string
  readonly occurredMs: number
}

/** A slot is a whole Hanoi day. */
const daySlot = (day: string) => `[${toHanoiIso(startOfDay(day))},${toHanoiIso(startOfDay(addDays(day, 1)))})`

async function insertSlot(tx: Executor, { actor, occurredMs, ...slot }: NewSlot): Promise<void> {
  await tx
    .insert(syncSlots)
    .values({ ...slot, during: daySlot(slot.day), proposedBy: actor, proposedAt: occurredMs })
    .onConflictDoNothing({ target: syncSlots.slotId })
    .catch((error: unknown) => {
      if (violates(error, 'sync_slots_one_at_a_time')) throw new Refusal('slot-taken')
      throw error
    })
}

export function createScheduleStore(
  db: Database,
  processes: Pick<ApprovalProcesses, 'syncWindowProcessId' | 'syncWindowWorkflow'>,
) {
  return {
    /** The body's proposal; one that was proposed before and not confirmed gives way. @throws Refusal `slot-taken` */
    propose: (slot: NewSlot): Promise<void> =>
      db.transaction(async (tx) => {
        await tx
          .update(syncSlots)
          .set({ cancelledAt: slot.occurredMs })
          .where(
            and(
              eq(syncSlots.campaignId, slot.campaignId),
              eq(syncSlots.localityCode, slot.localityCode),
              eq(syncSlots.kind, slot.kind),
              isNull(syncSlots.confirmedAt),
              isNull(syncSlots.cancelledAt),
              sql`${syncSlots.slotId} <> ${slot.slotId}`,
            ),
          )
        await insertSlot(tx, slot)
        const { localityCode, actor, slotId, day, occurredMs } = slot
        await appendAudit(tx, {
          scope: localityCode,
          actor,
          action: 'slot.propose',
          subject: slotId,
          detail: { day },
          occurredMs,
        })
      }),

    /** A day after the official window for what was corrected: booked and confirmed in one, within the capacity. */
    bookDelta: (slot: NewSlot): Promise<string> =>
      db.transaction(async (tx) => {
        await insertSlot(tx, slot)
        const [row] = await tx.select().from(syncSlots).where(eq(syncSlots.slotId, slot.slotId)).for('update')
        if (row === undefined) throw new Refusal('slot-taken')
        const [window] = await tx.execute<{ window_id: string }>(
          sql`select window_id from sync_windows where slot_id = ${slot.slotId}`,
        )
        if (window !== undefined) return window.window_id
        // Nobody confirms a delta slot by hand: the capacity does.
        return takeSlot(tx, row, { actor: null, occurredMs: slot.occurredMs }, processes)
      }),

    reopen: (window: WindowInSlot, order: Reopening): Promise<number> => reopenWindow(db, window, order),

    readSlots: (scope: Scope, campaignId: string, localityCode: string) =>
      covers(scope, localityCode)
        ? db
            .select()
            .from(syncSlots)
            .where(and(eq(syncSlots.campaignId, campaignId), eq(syncSlots.localityCode, localityCode)))
            .orderBy(desc(syncSlots.slotId))
            .limit(200)
        : Promise.resolve([]),
  }
}
export type ScheduleStore = ReturnType<typeof createScheduleStore>

export interface WindowInSlot {
  readonly windowId: string
  readonly localityCode: string
  readonly slotId: string
  readonly opensAt: number
  readonly closesAt: number
}
export interface Reopening {
  readonly nowMs: number
  /** Day to send on where the slot is over; by default the first with capacity from now on. */
  readonly day?: string | undefined
  readonly actor: string
  readonly occurredMs: number
}
/** A retry looks so many days ahead for capacity. */
const DAYS_AHEAD = 14

/**
 * When a parked window opens that is let go on: its own slot, or where that is over another day with capacity, which it is
 * given. Repeated, it is moved once.
 * @throws Refusal `capacity-full` or `slot-taken` where no day will do
 */
export async function reopenWindow(
  db: Database,
  window: WindowInSlot,
  { nowMs, day, ...by }: Reopening,
): Promise<number> {
  if (nowMs < window.closesAt) return window.opensAt
  const today = toHanoiDate(nowMs)
  const days =
    day === undefined ? Array.from({ length: DAYS_AHEAD }, (_, ahead) => addDays(today, ahead)) : [day]
  let last: unknown = new Refusal('capacity-full', { day: today })
  for (const candidate of days)
    try {
      return await db.transaction((tx) => moveTo(tx, window, candidate, by))
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      last = error
    }
  throw last
}

async function moveTo(
  tx: Transaction,
  window: { readonly windowId: string; readonly localityCode: string; readonly slotId: string },
  day: string,
  by: { readonly actor: string; readonly occurredMs: number },
): Promise<number> {
  await tx
    .update(syncSlots)
    .set({ during: daySlot(day), day })
    .where(eq(syncSlots.slotId, window.slotId))
    .catch((error: unknown) => {
      const full = ['sync_capacity_bodies', 'sync_capacity_records', 'sync_slots_inside_window']
      if (full.some((constraint) => violates(error, constraint))) throw new Refusal('capacity-full', { day })
      if (violates(error, 'sync_slots_one_at_a_time')) throw new Refusal('slot-taken')
      throw error
    })
  const opensAt = startOfDay(day)
  await tx
    .update(syncWindows)
    .set({ opensAt, closesAt: startOfDay(addDays(day, 1)) })
    .where(eq(syncWindows.windowId, window.windowId))
  const { localityCode, windowId } = window
  await appendAudit(tx, {
    scope: localityCode,
    actor: by.actor,
    action: 'slot.move',
    subject: windowId,
    detail: { day },
    occurredMs: by.occurredMs,
  })
  return opensAt
}
