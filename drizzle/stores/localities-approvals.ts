import { and, desc, eq, isNull, sql } from 'drizzle-orm'
import { Refusal } from '../../domain/errors.ts'
import { startOfDay, addDays, toHanoiDate } from '../../domain/hanoi-time.ts'
import type { Stage } from '../../domain/stages.ts'
import type { Database, Transaction } from '../client.ts'
import { violates } from '../constraints.ts'
import { syncSlots } from '../schema/sync-schedule.ts'
import { syncWindows } from '../schema/sync-windows.ts'
import { unitTrees } from '../schema/units.ts'
import { appendAudit } from './audit.ts'
import { orderProcess } from './campaigns-processes.ts'

export interface Approval {
  readonly campaignId: string
  readonly code: string
  readonly stage: Stage
  readonly actor: string
  readonly occurredMs: number
}

export interface ApprovalProcesses {
  readonly unitTreeWorkflow: string
  readonly unitTreeProcessId: (treeId: string) => string
  readonly syncWindowWorkflow: string
  readonly syncWindowProcessId: (windowId: string) => string
}

/** What an approval changes in the rows, before the body's process is told of it. Repeated, it changes nothing. */
export function createApprovalStore(db: Database, processes: ApprovalProcesses) {
  return {
    /** @throws Refusal `capacity-full` or `same-person` for a slot */
    async approve(approval: Approval): Promise<void> {
      if (approval.stage === 'build-unit-codes')
        await db.transaction((tx) => acceptTree(tx, approval, processes))
      if (approval.stage === 'schedule-sync')
        await db.transaction((tx) => confirmSlot(tx, approval, processes))
    },
  }
}

/** The units of the newest tree come into force; it is sent to the national database by a process of its own. */
async function acceptTree(tx: Transaction, approval: Approval, processes: ApprovalProcesses): Promise<void> {
  const { code, campaignId, actor, occurredMs } = approval
  const [tree] = await tx
    .select({ treeId: unitTrees.treeId, acceptedAt: unitTrees.acceptedAt })
    .from(unitTrees)
    .where(eq(unitTrees.localityCode, code))
    .orderBy(desc(unitTrees.version))
    .limit(1)
    .for('update')
  if (tree === undefined) throw new Refusal('unit-tree-missing', { code })
  if (tree.acceptedAt !== null) return
  const { treeId } = tree
  await tx.update(unitTrees).set({ acceptedAt: occurredMs }).where(eq(unitTrees.treeId, treeId))
  const rows = sql`(select unit.* from unit_trees t, jsonb_to_recordset(t.units) as unit(
    code text, name text, "parentCode" text, kind text, "validFrom" date, "validTo" date, "predecessorCodes" text[])
    where t.tree_id = ${treeId}) as unit`
  // A unit that is in force stays; one that the new tree closes ends on its day.
  await tx.execute(sql`
    update units set valid = daterange(lower(units.valid), unit."validTo"), tree_id = ${treeId}
    from ${rows} where units.code = unit.code and upper_inf(units.valid) and unit."validTo" is not null`)
  await tx.execute(sql`
    insert into units (code, valid, locality_code, parent_code, name, kind, tree_id)
    select unit.code, daterange(unit."validFrom", unit."validTo"), ${code}, unit."parentCode", unit.name, unit.kind, ${treeId}
    from ${rows} where not exists (select from units u where u.code = unit.code)`)
  await tx.execute(sql`
    insert into unit_successors (locality_code, code, closed_on, successor_code)
    select ${code}, predecessor, unit."validFrom", unit.code
    from ${rows}, unnest(unit."predecessorCodes") as predecessor where predecessor <> unit.code
    on conflict do nothing`)
  await orderProcess(tx, {
    processId: processes.unitTreeProcessId(treeId),
    workflow: processes.unitTreeWorkflow,
    campaignId,
    localityCode: code,
    input: { treeId, localityCode: code, campaignId, parkingNo: 0 },
  })
  await appendAudit(tx, { scope: code, actor, action: 'unit-tree.accept', subject: treeId, occurredMs })
}

/** The proposed slot takes its share of the national capacity, and its window is ordered. */
async function confirmSlot(tx: Transaction, approval: Approval, processes: ApprovalProcesses): Promise<void> {
  const { campaignId, code, actor, occurredMs } = approval
  const [slot] = await tx
    .select()
    .from(syncSlots)
    .where(
      and(
        eq(syncSlots.campaignId, campaignId),
        eq(syncSlots.localityCode, code),
        eq(syncSlots.kind, 'campaign'),
        isNull(syncSlots.cancelledAt),
      ),
    )
    .orderBy(desc(syncSlots.recordedAt))
    .limit(1)
    .for('update')
  if (slot === undefined || slot.confirmedAt !== null) return
  // A day that is over can not be confirmed: the body proposes another.
  if (startOfDay(addDays(slot.day, 1)) <= occurredMs)
    throw new Refusal('slot-outside-window', { from: toHanoiDate(occurredMs), to: slot.day })
  await takeSlot(tx, slot, { actor, occurredMs }, processes)
}

type SlotRow = typeof syncSlots.$inferSelect

/** Confirms a slot and orders its window, in the caller's transaction. */
export async function takeSlot(
  tx: Transaction,
  slot: SlotRow,
  by: { readonly actor: string | null; readonly occurredMs: number },
  processes: Pick<ApprovalProcesses, 'syncWindowProcessId' | 'syncWindowWorkflow'>,
): Promise<string> {
  const { campaignId, localityCode, slotId, kind, day } = slot
  await tx
    .update(syncSlots)
    .set({ confirmedAt: by.occurredMs, confirmedBy: by.actor })
    .where(eq(syncSlots.slotId, slotId))
    .catch((error: unknown) => {
      const full = ['sync_capacity_bodies', 'sync_capacity_records', 'sync_slots_inside_window']
      if (full.some((constraint) => violates(error, constraint))) throw new Refusal('capacity-full', { day })
      if (violates(error, 'sync_slots_two_persons')) throw new Refusal('same-person')
      throw error
    })
  const [bounds] = await tx.execute<{ opens: string; closes: string }>(
    sql`select extract(epoch from lower(during)) * 1000 as opens, extract(epoch from upper(during)) * 1000 as closes
      from sync_slots where slot_id = ${slotId}`,
  )
  const opensAt = Number(bounds?.opens ?? startOfDay(day))
  const closesAt = Number(bounds?.closes ?? startOfDay(addDays(day, 1)))
  const [window] = await tx
    .insert(syncWindows)
    .values({ campaignId, localityCode, slotId, kind, opensAt, closesAt })
    .returning({ windowId: syncWindows.windowId })
  if (window === undefined) throw new Error('a window was not written')
  const { windowId } = window
  await orderProcess(tx, {
    processId: processes.syncWindowProcessId(windowId),
    workflow: processes.syncWindowWorkflow,
    campaignId,
    localityCode,
    input: { windowId, campaignId, localityCode, clock: null, parkingNo: 0, round: 0 },
  })
  await appendAudit(tx, {
    scope: localityCode,
    actor: by.actor,
    action: 'slot.confirm',
    subject: slotId,
    detail: { windowId, day: toHanoiDate(opensAt) },
    occurredMs: by.occurredMs,
  })
  return windowId
}
