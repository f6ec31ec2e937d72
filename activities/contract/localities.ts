import type { Clock } from '../../domain/clock.ts'
import type { Assessment, Effect, Rung, StageStatus } from '../../domain/localities-process.ts'
import type { Stage } from '../../domain/stages.ts'

/** A whole snapshot of what the process has decided, and what must happen because of it. */
export interface Projection {
  readonly campaignId: string
  readonly localityCode: string
  readonly sequence: number
  readonly openStage: Stage | null
  readonly held: boolean
  readonly ended: boolean
  /** When the process has something to do by itself; null while it waits for people. */
  readonly nextMs: number | null
  readonly stages: readonly StageStatus[]
  readonly effects: readonly Effect[]
}

export interface StageRef {
  readonly campaignId: string
  readonly localityCode: string
  readonly stage: Stage
}

export interface LocalityActivities {
  /** Writes snapshot, effective acts, notices, attention and audit in one transaction; an older sequence writes nothing. */
  readonly projectLocality: (input: Projection) => Promise<void>
  /** Derives from the rows whether the stage is complete and what it lacks; writes nothing. */
  readonly assessStage: (input: StageRef) => Promise<Assessment>
  /** The reminder instants of a due date by the campaign's ladder and calendar. */
  readonly planReminders: (input: {
    readonly campaignId: string
    readonly dueMs: number
  }) => Promise<readonly Rung[]>
  readonly readClock: () => Promise<Clock>
}
