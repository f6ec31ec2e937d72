import { ApplicationFailure, condition, setHandler } from '@temporalio/workflow'
import { decideUpdate, type Decision } from './contract/messages.ts'

/** Where a process waits for a person after its retries ran out. Exactly one decision ends a parking. */
export interface ParkingPlace {
  /** Travels through continue-as-new. */
  readonly number: number
  readonly park: (announce: (parkingNo: number) => Promise<void>) => Promise<Decision>
}

/**
 * The decision is consumed in the handler, so that of two decisions in one task one is accepted and one refused; a
 * repeated one (same `opId`) gets its answer again.
 */
export function createParkingPlace(carried: number): ParkingPlace {
  let number = carried
  let awaited: number | null = null
  let decision: Decision | null = null
  setHandler(
    decideUpdate,
    (given) => {
      decision ??= given
      return { decision: decision.kind }
    },
    {
      validator: (given) => {
        if (decision?.opId === given.opId) return
        if (awaited !== given.parkingNo || decision?.parkingNo === awaited)
          throw ApplicationFailure.nonRetryable('not-parked', 'not-parked')
      },
    },
  )
  return {
    get number() {
      return number
    },
    async park(announce) {
      number += 1
      decision = null
      awaited = number
      await announce(number)
      await condition(() => decision !== null)
      awaited = null
      if (decision === null) throw new Error('woken without a decision')
      return decision
    },
  }
}
