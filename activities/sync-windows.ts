import { Context } from '@temporalio/activity'
import type { ClockStore } from '../drizzle/stores/clock.ts'
import type { ConnectionKeyStore } from '../drizzle/stores/connection-keys.ts'
import {
  LostLease,
  type Dossier,
  type ItemResult,
  type OpenBatch,
  type WindowStore,
} from '../drizzle/stores/sync-windows.ts'
import type { PersonnelDatabase } from '../gateways/personnel-database/client.ts'
import { DOSSIER_BATCH_MAX, type DossierBatchView } from '../gateways/personnel-database/contract.ts'
import type { SyncWindowActivities, WindowRef } from './contract/sync-windows.ts'
import { failure } from './failures.ts'
import { callingOut } from './gateway-failures.ts'

export interface SyncWindowDeps {
  readonly windows: WindowStore
  readonly keys: ConnectionKeyStore
  readonly clock: ClockStore
  readonly personnel: PersonnelDatabase
}

const WORK_MS = 20_000

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

  async function sendBatch(
    ref: WindowRef,
    batch: OpenBatch,
    dossiers: readonly Dossier[],
    sessionIds: string[],
  ) {
    const { windowId, localityCode } = ref
    const signal = Context.current().cancellationSignal
    const secret = await secretOf(localityCode)
    // Its answer was lost: the receiver may have applied it.
    if (batch.wasSent) {
      const found = await callingOut(() =>
        personnel.findBatch(secret, localityCode, batch.idempotencyKey, signal),
      )
      if (found !== null) return found
    }
    const body = {
      windowId,
      sessionIds,
      dossiers: dossiers.map(({ recordId: _recordId, ...dossier }) => dossier),
    }
    return callingOut(() => personnel.sendBatch(secret, localityCode, batch.idempotencyKey, body, signal))
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
      const { windowId, localityCode } = ref
      const context = Context.current()
      // The engine's instant of this attempt: it grows with every attempt, over rounds and continued runs too.
      const lease = context.info.currentAttemptScheduledTimestampMs
      try {
        await windows.takeLease(windowId, lease)
        await assertSlot(ref)
        const sessions = await windows.readSessions(windowId)
        const secret = await secretOf(localityCode)
        for (const { session_id: sessionId, manifest, cms } of sessions)
          await callingOut(() =>
            personnel.sendSession(
              secret,
              { localityCode, sessionId, manifest, cms },
              context.cancellationSignal,
            ),
          )
        const sessionIds = sessions.map(({ session_id }) => session_id)
        const untilMs = Date.now() + WORK_MS
        while (Date.now() < untilMs) {
          context.cancellationSignal.throwIfAborted()
          await assertSlot(ref)
          const batch = await windows.nextBatch(windowId, localityCode, lease, DOSSIER_BATCH_MAX)
          if (batch === null) return { pending: 0 }
          const dossiers = await windows.readDossiers(windowId, batch.recordIds)
          await windows.assertLease(windowId, lease)
          const answer = await sendBatch(ref, batch, dossiers, sessionIds)
          await windows.recordAnswer({
            windowId,
            batchNo: batch.batchNo,
            lease,
            results: resultsOf(answer, dossiers),
          })
          context.heartbeat({ batch: batch.batchNo })
        }
        return { pending: await windows.countPending(windowId) }
      } catch (error) {
        // A later attempt has the window and does the work; this one's result is of no use to anybody.
        if (error instanceof LostLease) throw failure('lost-lease', { retry: true })
        throw error
      }
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

function resultsOf({ results }: DossierBatchView, dossiers: readonly Dossier[]): readonly ItemResult[] {
  const byRecord = new Map(
    dossiers.map((dossier) => [`${dossier.record}#${dossier.versionNo}`, dossier.recordId]),
  )
  return results.flatMap((result): ItemResult[] => {
    const recordId = byRecord.get(`${result.record}#${result.versionNo}`)
    if (recordId === undefined) return []
    return result.outcome === 'accepted'
      ? [{ recordId, receipt: result.receipt, reason: null }]
      : [{ recordId, receipt: null, reason: result.reason }]
  })
}
