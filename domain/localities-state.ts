import type { Clock } from './clock.ts'
import type { Stage } from './stages.ts'

export type StageState = 'waiting' | 'open' | 'submitted' | 'approved' | 'done'

/** A reminder that is planned: so many working days before the last day. */
export interface Rung {
  readonly days: number
  readonly atMs: number
}

export interface StageStatus {
  readonly stage: Stage
  state: StageState
  /** The first late instant. */
  dueMs: number
  openedMs: number | null
  submittedMs: number | null
  submittedBy: string | null
  /** First completion; it stays. */
  doneMs: number | null
  onTime: boolean | null
  overdueSinceMs: number | null
  /** Planned reminders of the present due date; null until an activity has read them off the calendar. */
  rungs: readonly Rung[] | null
  /** Rungs that were passed, by due date, so that a moved date starts a new ladder. */
  passed: string[]
  nextLetterMs: number | null
  letters: number
  escalated: boolean
  blockers: readonly string[]
}

export const ACT_KINDS = [
  'submit',
  'approve',
  'return',
  'extend',
  'amend',
  'override',
  'hold',
  'resume',
  'cancel',
] as const
export type ActKind = (typeof ACT_KINDS)[number]

/** What a person (or, for `amend` and `cancel`, the campaign) orders. Text and documents are in the row `actId`. */
export interface Act {
  /** Repeated with the same id it is answered, not done again. */
  readonly opId: string
  readonly actId: string
  /** When the API first saw the request's key, in campaign time; never when it was handled. */
  readonly atMs: number
  readonly kind: ActKind
  readonly stage: Stage | null
  readonly actor: string
  /** The new first late instant; for `extend` and `amend`. */
  readonly dueMs: number | null
}

/** The answer to an act: the state it left behind, and the sequence at which the projection shows it. */
export interface ActAnswer {
  readonly sequence: number
  readonly openStage: Stage | null
}

export type EffectKind =
  | 'act'
  | 'stage-opened'
  | 'stage-done'
  | 'reminder'
  | 'overdue'
  | 'overdue-retracted'
  | 'urging-letter'
  | 'escalation'
  | 'blockers'

/** What must happen outside because of a decision, with the instant at which it was due. */
export interface Effect {
  readonly sequence: number
  readonly kind: EffectKind
  readonly stage: Stage | null
  readonly atMs: number
  readonly actId: string | null
  /** Working days before the due date for a reminder, the letter's number for an urging letter. */
  readonly number: number | null
}

export interface Rules {
  readonly letterIntervalDays: number
  /** Days after the due date on which the leadership is told; null for never. */
  readonly escalationDays: number | null
}

/** Everything a body's process knows. Carried through continue-as-new: versioned, small, complete. */
export interface LocalityState {
  readonly v: 1
  readonly campaignId: string
  readonly localityCode: string
  readonly rules: Rules
  clock: Clock
  stages: StageStatus[]
  held: boolean
  ended: boolean
  /** The open stage's rows are to be looked at (again). */
  look: boolean
  /** What the projection shows as the next instant. */
  shownNextMs: number | null
  sequence: number
  answers: Record<string, ActAnswer>
  outbox: Effect[]
}

/** What the rows of a stage say. */
export interface Assessment {
  readonly done: boolean
  /** When the row that completed it was written, in campaign time; null while it is not done. */
  readonly completedMs: number | null
  readonly blockers: readonly string[]
}
