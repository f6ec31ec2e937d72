import { Refusal } from '../domain/errors.ts'
import type { ClockStore } from '../drizzle/stores/clock.ts'
import type { RetryResult, RetryStore } from '../drizzle/stores/retries.ts'
import type { RetryActivities, RetryRef } from './contract/retries.ts'
import { failure } from './failures.ts'

/** The engine, as far as a retry needs it. */
export interface RetryProcesses {
  readonly syncWindowProcessId: (windowId: string) => string
  /** False where the process has ended or does not wait for this decision; one that it took before counts once. */
  readonly decide: (
    processId: string,
    decision: {
      readonly opId: string
      readonly kind: 'retry'
      readonly parkingNo: number
      readonly actor: string
    },
  ) => Promise<boolean>
}

export interface RetryDeps {
  readonly retries: RetryStore
  readonly clock: ClockStore
  readonly processes: RetryProcesses
}

type Turn = NonNullable<Awaited<ReturnType<RetryStore['readTurn']>>>

export function createRetryActivities({ retries, clock, processes }: RetryDeps): RetryActivities {
  /** When the window opens that was let go on. @throws Refusal saying why it was not */
  async function letGoOn({ retryId }: RetryRef, turn: Turn): Promise<number> {
    const { window, parkingNo, confirmedBy: actor } = turn
    const { windowId } = window
    let opensMs = window.opensAt
    if (window.parkedAt !== null && window.parkingNo === parkingNo) {
      const nowMs = await clock.now()
      opensMs = await retries.reopen(window, { nowMs, actor, occurredMs: nowMs })
    }
    await retries.markAsked({ retryId, windowId, opensMs })
    const processId = processes.syncWindowProcessId(windowId)
    // The same in every attempt: after a crash between decision and result the process answers as before.
    const opId = `${retryId}:${windowId}`
    if (await processes.decide(processId, { opId, kind: 'retry', parkingNo, actor })) return opensMs
    // Or it has gone on so far since then that it no longer knows the decision; the end of the parking does.
    const wasAsked = turn.opensAt !== null
    if (wasAsked && (await retries.wasRetriedBy(processId, parkingNo, actor))) return opensMs
    throw new Refusal('window-not-parked')
  }

  return {
    listUnfinished: async ({ retryId, limit }) => ({
      windowIds: await retries.readUnfinished(retryId, limit),
    }),
    async retryWindow({ retryId, windowId }) {
      const turn = await retries.readTurn(retryId, windowId)
      if (turn === null) throw failure('no-such-retry', { retry: false })
      if (turn.outcome !== null) return { outcome: turn.outcome }
      if (turn.pausedAt !== null) return { outcome: 'paused' }
      const result = await letGoOn({ retryId }, turn).then(
        (opensMs): Omit<RetryResult, 'retryId' | 'windowId'> => ({ problem: null, opensMs }),
        (error: unknown) => {
          if (error instanceof Refusal) return { problem: error.code, opensMs: null }
          throw error
        },
      )
      await retries.keepResult({ retryId, windowId, ...result })
      return { outcome: result.problem === null ? 'retried' : 'not-retried' }
    },
    finishRetry: ({ retryId }) => retries.finish(retryId),
  }
}
