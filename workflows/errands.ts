import {
  ActivityFailure,
  ApplicationFailure,
  condition,
  getExternalWorkflowHandle,
  isCancellation,
  TimeoutFailure,
} from '@temporalio/workflow'
import type { AttentionActivities } from '../activities/contract/attention.ts'
import type { Stage } from '../domain/stages.ts'
import { localityWorkflowId } from './contract/localities.ts'
import { lookAgainSignal, type Decision } from './contract/messages.ts'
import type { ParkingPlace } from './parking.ts'
import { quick } from './proxies.ts'

const { openAttention, closeAttention } = quick<AttentionActivities>()

export interface Errand {
  readonly campaignId: string | null
  readonly localityCode: string
  /** Kind of process, as the attention list names it. */
  readonly kind: string
  readonly processId: string
  readonly choices: readonly Decision['kind'][]
}

/**
 * Does work whose retries may run out: then the process waits for a person, and the work is tried again from its
 * checkpoint or given up with the decision `skip`. Says whether it was done.
 */
export async function doOrPark(
  errand: Errand,
  place: ParkingPlace,
  work: () => Promise<void>,
): Promise<boolean> {
  for (;;) {
    try {
      await work()
      return true
    } catch (error) {
      const { kind, processId, choices, campaignId, localityCode } = errand
      const reason = reasonOf(error)
      const decision = await place.park((parkingNo) =>
        openAttention({ campaignId, localityCode, kind, processId, parkingNo, reason, choices }),
      )
      await closeAttention({
        kind,
        processId,
        parkingNo: decision.parkingNo,
        decision: decision.kind,
        actor: decision.actor,
      })
      if (decision.kind === 'skip') return false
    }
  }
}

/** Does the same for each, so many at a time; `work` must not fail. */
export async function doEach<T>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  let underWay = 0
  const all: Promise<void>[] = []
  for (const item of items) {
    await condition(() => underWay < atOnce)
    underWay += 1
    all.push(
      work(item).finally(() => {
        underWay -= 1
      }),
    )
  }
  await Promise.all(all)
}

/** The code of what went wrong; a cancelled process goes on being cancelled. */
export function reasonOf(error: unknown): string {
  if (isCancellation(error)) throw error
  const cause = error instanceof ActivityFailure ? error.cause : error
  if (cause instanceof ApplicationFailure) return cause.type ?? 'failed'
  if (cause instanceof TimeoutFailure) return 'timed-out'
  throw error
}

/** Tells the body's process that rows of a stage changed. A process that has ended has nothing left to look at. */
export async function tellLocality(
  campaignId: string | null,
  localityCode: string,
  stage: Stage,
): Promise<void> {
  if (campaignId === null) return
  try {
    await getExternalWorkflowHandle(localityWorkflowId(campaignId, localityCode)).signal(
      lookAgainSignal,
      stage,
    )
  } catch (error) {
    if (isCancellation(error)) throw error
  }
}
