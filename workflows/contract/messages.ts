import { defineSignal, defineUpdate } from '@temporalio/workflow'
import type { Clock } from '../../domain/clock.ts'
import type { Stage } from '../../domain/stages.ts'

/** The clock was paused, resumed, sped up or re-anchored. Holds are too many to be told. */
export const clockSignal = defineSignal<[Clock]>('clock')

/** The rows of a stage changed: look again. Says nothing else; nothing is believed from a payload. */
export const lookAgainSignal = defineSignal<[Stage]>('lookAgain')

export interface Decision {
  readonly opId: string
  readonly kind: 'retry' | 'skip'
  /** The parking that is decided; a decision for another one is refused. */
  readonly parkingNo: number
  readonly actor: string
}
/** Ends a parking; exactly one decision does. */
export const decideUpdate = defineUpdate<{ readonly decision: Decision['kind'] }, [Decision]>('decide')
