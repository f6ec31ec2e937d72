import { ApplicationFailure, Context } from '@temporalio/activity'
import { isReceiverInDoubt } from '../domain/sync-windows.ts'
import type { ClockStore } from '../drizzle/stores/clock.ts'
import type { ConnectionKeyStore } from '../drizzle/stores/connection-keys.ts'
import { LostLease, type ItemResult, type OpenBatch } from '../drizzle/stores/sync-windows-batches.ts'
import type { Dossier, WindowStore } from '../drizzle/stores/sync-windows.ts'
import type { PersonnelDatabase } from '../gateways/personnel-database/client.ts'
import { DOSSIER_BATCH_MAX, type DossierBatchView } from '../gateways/personnel-database/contract.ts'
import { GatewayFailure } from '../gateways/request.ts'
import type { SyncWindowActivities, WindowRef } from './contract/sync-windows.ts'
import { failure } from './failures.ts'
import { busyMs, callingOut, failureOf, waitInPlace } from './gateway-failures.ts'

export interface SyncWindowDeps {
  readonly windows: WindowStore
  readonly keys: ConnectionKeyStore
  readonly clock: ClockStore
  readonly personnel: PersonnelDatabase
}

const WORK_MS = 20_000
/** So many batches are under way at once, once the receiver has answered one. */
const LANES = 3
/** A receiver that failed on a batch is not asked about the same again at once. */
const SEND_AGAIN_AFTER_MS = 500

export function createSyncWindowActivities({
  windows,
  keys,
  clock,
  personnel,
}: SyncWindowDeps): SyncWindowActivities {
  async function windowOf({ windowId }: WindowRef) {
    const window = await windows.readWindow('national', windowId)
    if (window === null) throw failure('no-such-window', { retry: false })
    return window
  }
  /** The key of this moment: one that was cancelled since the last batch stops the next. */
  async function secretOf(localityCode: string): Promise<string> {
    const secret = await keys.readActiveSecret(localityCode)
    if (secret === null) throw failure('no-active-key', { retry: false })
    return secret
  }
  async function assertSlot(ref: WindowRef): Promise<void> {
    const { opensAt, closesAt } = await windowOf(ref)
    const nowMs = await clock.now()
    if (nowMs >= closesAt) throw failure('slot-over', { retry: false })
    if (nowMs < opensAt) throw failure('slot-not-open', { retry: false })
  }

  /** Presents what covers the versions that are sent afterwards. */
  async function presentSessions({ windowId, localityCode }: WindowRef): Promise<string[]> {
    const sessions = await windows.readSessions(windowId)
    const secret = await secretOf(localityCode)
    const signal = Context.current().cancellationSignal
    for (const { session_id: sessionId, manifest, cms } of sessions)
      await callingOut(() =>
        personnel.sendSession(secret, { localityCode, sessionId, manifest, cms }, signal),
      )
    return sessions.map(({ session_id }) => session_id)
  }
  /** The receiver's answer; or its failure on this batch, of which it says afterwards that it never arrived. */
  async function sendBatch(
    { windowId, localityCode }: WindowRef,
    secret: string,
    { idempotencyKey, wasSent }: OpenBatch,
    dossiers: readonly Dossier[],
    sessionIds: string[],
  ): Promise<DossierBatchView | GatewayFailure> {
    const signal = Context.current().cancellationSignal
    const find = () => personnel.findBatch(secret, localityCode, idempotencyKey, signal)
    // Its answer was lost: the receiver may have applied it.
    const found = wasSent ? await find() : null
    if (found !== null) return found
    const body = {
      windowId,
      sessionIds,
      dossiers: dossiers.map(({ recordId: _recordId, ...dossier }) => dossier),
    }
    try {
      return await personnel.sendBatch(secret, localityCode, idempotencyKey, body, signal)
    } catch (error) {
      if (!(error instanceof GatewayFailure) || error.kind !== 'failed') throw error
      // It may have failed when the work was done.
      return (await find()) ?? error
    }
  }
  /** Sends a batch and keeps what the receiver says of it. @returns how it went */
  async function deliver(
    ref: WindowRef,
    lease: number,
    batch: OpenBatch,
    sessionIds: string[],
  ): Promise<'answered' | 'failed' | 'busy'> {
    const { windowId, localityCode } = ref
    const { batchNo, recordIds, failedMsAgo } = batch
    if (failedMsAgo !== null) await waitInPlace(SEND_AGAIN_AFTER_MS - failedMsAgo)
    const dossiers = await windows.readDossiers(windowId, recordIds)
    const [secret] = await Promise.all([
      secretOf(localityCode),
      assertSlot(ref),
      windows.assertLease(windowId, lease),
    ])
    const answer = await sendBatch(ref, secret, batch, dossiers, sessionIds).catch(waitIfBusy)
    Context.current().heartbeat({ batch: batchNo })
    if (answer === null) return 'busy'
    if (answer instanceof GatewayFailure) {
      await windows.recordFailure({ windowId, batchNo, lease, status: answer.status ?? 500 })
      return 'failed'
    }
    const results = resultsOf(answer, dossiers)
    await windows.recordAnswer({ windowId, batchNo, lease, results })
    if (results.length === 0) throw failure('answer-incomplete', { retry: true })
    return 'answered'
  }
  /** Sends batches side by side until nothing is pending or the time is over; `onAnswer` hears of each that was kept. */
  async function sendBatches(ref: WindowRef, lease: number, onAnswer: () => void): Promise<void> {
    const { windowId, localityCode } = ref
    const untilMs = Date.now() + WORK_MS
    await assertSlot(ref)
    const sessionIds = await presentSessions(ref)
    let unproven = 0
    // One alone until the receiver has answered, so that one that is away or busy is not asked by many.
    let lanesMax = 1
    const send = async (batch: OpenBatch) => {
      const outcome = await deliver(ref, lease, batch, sessionIds)
      lanesMax = outcome === 'answered' ? LANES : 1
      if (outcome === 'answered') {
        unproven = 0
        onAnswer()
      }
      if (outcome !== 'failed') return
      if (!batch.workedSince) unproven += 1
      if (isReceiverInDoubt({ ...batch, records: batch.recordIds.length }, unproven))
        throw failure('receiver-unavailable', { retry: true })
    }
    const underWay = new Map<number, Promise<void>>()
    const failures: unknown[] = []
    try {
      while (failures.length === 0 && Date.now() < untilMs) {
        Context.current().cancellationSignal.throwIfAborted()
        const taken = [...underWay.keys()]
        const batch =
          taken.length < lanesMax
            ? await windows.nextBatch(windowId, localityCode, lease, DOSSIER_BATCH_MAX, taken)
            : null
        if (batch !== null) {
          const { batchNo } = batch
          const sending = send(batch).catch((error: unknown) => void failures.push(error))
          underWay.set(
            batchNo,
            sending.then(() => void underWay.delete(batchNo)),
          )
        } else if (underWay.size > 0) await Promise.race(underWay.values())
        // Where one ended meanwhile there may be more to send now.
        else if (taken.length === 0) break
      }
    } finally {
      // What the others bring is kept, whatever went wrong with one.
      await Promise.all(underWay.values())
    }
    if (failures.length > 0) throw failures[0]
  }

  return {
    async readWindowTimes(ref) {
      const { opensAt, closesAt } = await windowOf(ref)
      return { opensMs: opensAt, closesMs: closesAt }
    },
    async prepareWindow({ windowId, localityCode }) {
      return { items: await windows.prepare(windowId, localityCode, await clock.now()) }
    },

    async sendWindow(ref) {
      const { windowId } = ref
      // The engine's instant of this attempt: it grows with every attempt, over rounds and continued runs too.
      const lease = Context.current().info.currentAttemptScheduledTimestampMs
      let answered = 0
      try {
        await windows.takeLease(windowId, lease)
        await sendBatches(ref, lease, () => {
          answered += 1
        })
      } catch (error) {
        // A later attempt has the window and does the work; this one's result is of no use to anybody.
        if (error instanceof LostLease) throw failure('lost-lease', { retry: true })
        const told = failureOf(error) ?? error
        if (!(told instanceof ApplicationFailure) || told.nonRetryable) throw told
        // Tries are counted only while nothing moves: who fails now and then, or is busy, parks no window.
        if (answered === 0 && told.type !== 'receiver-busy') throw told
      }
      return { pending: await windows.countPending(windowId) }
    },

    async parkWindow({ windowId, parkingNo, reason }) {
      await windows.park(windowId, parkingNo, reason, await clock.now())
    },
    resumeWindow: ({ windowId, round, decision }) => windows.resume(windowId, round, decision),
    async completeWindow({ windowId, localityCode }) {
      await windows.complete(windowId, localityCode, await clock.now())
    },
  }
}

/** A receiver that is busy is left alone for as long as it wants, in the middle of the step: null, and no try is used up. */
async function waitIfBusy(error: unknown): Promise<null> {
  const waitMs = busyMs(error)
  if (waitMs === null) throw error
  await waitInPlace(waitMs)
  return null
}

/** What the answer says of this batch's versions, each once: the first result counts, and those of other versions are dropped. */
export function resultsOf(
  { results }: DossierBatchView,
  dossiers: readonly Dossier[],
): readonly ItemResult[] {
  const open = new Map(
    dossiers.map((dossier) => [`${dossier.record}#${dossier.versionNo}`, dossier.recordId]),
  )
  return results.flatMap((result): ItemResult[] => {
    const version = `${result.record}#${result.versionNo}`
    const recordId = open.get(version)
    if (recordId === undefined) return []
    open.delete(version)
    return result.outcome === 'accepted'
      ? [{ recordId, receipt: result.receipt, reason: null }]
      : [{ recordId, receipt: null, reason: result.reason }]
  })
}
