import type { Clock } from './clock.ts'
import { Refusal } from './errors.ts'
import type {
  Act,
  ActAnswer,
  Assessment,
  EffectKind,
  LocalityState,
  Rules,
  Rung,
  StageStatus,
} from './localities-state.ts'
import { approverOf, isEndless, STAGES, type Stage } from './stages.ts'

export { ACT_KINDS } from './localities-state.ts'
export type {
  Act,
  ActAnswer,
  ActKind,
  Assessment,
  Effect,
  EffectKind,
  LocalityState,
  Rules,
  Rung,
  StageState,
  StageStatus,
} from './localities-state.ts'

// Replayed code: workflows/localities.ts runs these rules again from its history. Guard every change of a result with
// `patched()` in the workflow.

const DAY_MS = 86_400_000
const ANSWERS_MAX = 200

/** A process at its beginning: the first stage is open from the launch on. */
export function beginLocality(input: {
  readonly campaignId: string
  readonly localityCode: string
  readonly rules: Rules
  readonly clock: Clock
  readonly launchedMs: number
  readonly dues: readonly { readonly stage: Stage; readonly dueMs: number }[]
}): LocalityState {
  const state: LocalityState = {
    v: 1,
    campaignId: input.campaignId,
    localityCode: input.localityCode,
    rules: input.rules,
    clock: input.clock,
    stages: STAGES.map((stage) => ({
      stage,
      state: 'waiting',
      dueMs: input.dues.find((due) => due.stage === stage)?.dueMs ?? Number.MAX_SAFE_INTEGER,
      openedMs: null,
      submittedMs: null,
      submittedBy: null,
      doneMs: null,
      onTime: null,
      overdueSinceMs: null,
      rungs: null,
      passed: [],
      nextLetterMs: null,
      letters: 0,
      escalated: false,
      blockers: [],
    })),
    held: false,
    ended: false,
    look: false,
    shownNextMs: null,
    sequence: 0,
    answers: {},
    outbox: [],
  }
  openNext(state, input.launchedMs)
  return state
}

export const openStage = (state: LocalityState): StageStatus | undefined =>
  state.stages.find(({ state: stageState }) => stageState !== 'done' && stageState !== 'waiting')

function stageOf(state: LocalityState, stage: Stage): StageStatus {
  const found = state.stages.find((status) => status.stage === stage)
  if (found === undefined) throw new Refusal('stage-not-open', { stage })
  return found
}

function emit(
  state: LocalityState,
  kind: EffectKind,
  atMs: number,
  stage: Stage | null,
  more: { readonly actId?: string; readonly number?: number } = {},
): void {
  state.sequence += 1
  state.outbox.push({
    sequence: state.sequence,
    kind,
    stage,
    atMs,
    actId: more.actId ?? null,
    number: more.number ?? null,
  })
}

/** Refuses an act that the process can not take now. Reads only; runs again at every replay. */
export function assertAllowed(state: LocalityState, act: Act): void {
  if (state.ended) throw new Refusal('process-ended')
  const { kind, stage } = act
  if (kind === 'cancel') return
  if (kind === 'resume') {
    if (!state.held) throw new Refusal('process-not-held', { code: state.localityCode })
    return
  }
  if (kind === 'amend') return
  if (state.held) throw new Refusal('process-held', { code: state.localityCode })
  if (kind === 'hold') return
  if (stage === null) throw new Refusal('invalid-request')
  const status = stageOf(state, stage)
  if (status.state === 'done') throw new Refusal('stage-already-done', { stage })
  if (kind === 'extend') {
    if (act.dueMs === null || act.dueMs <= status.dueMs)
      throw new Refusal('date-not-later', {
        dueOn: new Date(status.dueMs + 7 * 3_600_000).toISOString().slice(0, 10),
      })
    return
  }
  if (status.state === 'waiting') throw new Refusal('stage-not-open', { stage })
  if (kind === 'override') return
  assertStep(status, act)
}

function assertStep(status: StageStatus, { kind, actor }: Act): void {
  const { stage } = status
  if (approverOf(stage) === 'rows') throw new Refusal('stage-takes-no-act', { stage })
  if (kind === 'submit') {
    if (status.state !== 'open') throw new Refusal('stage-not-open', { stage })
    return
  }
  if (status.state !== 'submitted') throw new Refusal('stage-not-submitted', { stage })
  if (kind === 'approve' && status.submittedBy === actor) throw new Refusal('same-person')
}

/**
 * Applies an allowed act and reaches the final state at once; what must happen outside goes to the outbox. What was due by
 * the act's instant comes before it, whichever of the two is handled first.
 */
export function decide(state: LocalityState, act: Act): ActAnswer {
  advance(state, act.atMs)
  emit(state, 'act', act.atMs, act.stage, { actId: act.actId })
  if (act.kind === 'hold') state.held = true
  else if (act.kind === 'resume') state.held = false
  else if (act.kind === 'cancel') state.ended = true
  else if (act.stage !== null) decideStage(state, stageOf(state, act.stage), act)
  return remember(state, act.opId, { sequence: state.sequence, openStage: openStage(state)?.stage ?? null })
}

function decideStage(state: LocalityState, status: StageStatus, act: Act): void {
  switch (act.kind) {
    case 'submit':
      status.state = 'submitted'
      status.submittedMs = act.atMs
      status.submittedBy = act.actor
      status.blockers = []
      if (act.atMs < status.dueMs) retractOverdue(state, status, act.atMs)
      return
    case 'return':
      status.state = 'open'
      if (status.nextLetterMs !== null)
        status.nextLetterMs = act.atMs + state.rules.letterIntervalDays * DAY_MS
      return
    case 'approve':
      status.state = 'approved'
      state.look = true
      return
    case 'extend':
    case 'amend':
      if (act.dueMs !== null && status.state !== 'done') moveDue(state, status, act.dueMs, act.atMs)
      return
    case 'override':
      complete(state, status, act.atMs, act.atMs)
      return
    case 'hold':
    case 'resume':
    case 'cancel':
      return
  }
}

function moveDue(state: LocalityState, status: StageStatus, dueMs: number, atMs: number): void {
  if (dueMs === status.dueMs) return
  status.dueMs = dueMs
  status.rungs = null
  status.escalated = false
  status.nextLetterMs = null
  if (atMs < dueMs) retractOverdue(state, status, atMs)
}

function retractOverdue(state: LocalityState, status: StageStatus, atMs: number): void {
  if (status.overdueSinceMs === null) return
  status.overdueSinceMs = null
  status.nextLetterMs = null
  emit(state, 'overdue-retracted', atMs, status.stage)
}

function complete(state: LocalityState, status: StageStatus, completedMs: number, arrivedMs: number): void {
  status.state = 'done'
  status.doneMs = completedMs
  status.onTime = arrivedMs < status.dueMs
  status.blockers = []
  if (status.onTime) retractOverdue(state, status, completedMs)
  emit(state, 'stage-done', completedMs, status.stage)
  openNext(state, completedMs)
}

function openNext(state: LocalityState, atMs: number): void {
  const next = state.stages.find((status) => status.state === 'waiting')
  if (next === undefined) return
  next.state = 'open'
  next.openedMs = atMs
  state.look = !isEndless(next.stage)
  emit(state, 'stage-opened', atMs, next.stage)
}

/** Takes in what the rows of the open stage say; the answer of an older look may come after the stage moved on. */
export function settle(state: LocalityState, stage: Stage, assessment: Assessment): void {
  const status = openStage(state)
  if (status === undefined || status.stage !== stage || isEndless(stage)) return
  const awaited = approverOf(stage) === 'rows' ? 'open' : 'approved'
  if (assessment.done && assessment.completedMs !== null && status.state === awaited) {
    const arrivedMs =
      awaited === 'approved' ? (status.submittedMs ?? assessment.completedMs) : assessment.completedMs
    complete(state, status, Math.max(assessment.completedMs, status.openedMs ?? 0), arrivedMs)
    return
  }
  if (assessment.blockers.join() === status.blockers.join()) return
  status.blockers = assessment.blockers
  emit(state, 'blockers', status.openedMs ?? 0, stage)
}

/** Whether the open stage needs its reminders read off the calendar. */
export const needsPlan = (state: LocalityState): StageStatus | undefined => {
  const status = openStage(state)
  return status !== undefined && status.rungs === null && !isEndless(status.stage) ? status : undefined
}

export function plan(state: LocalityState, stage: Stage, dueMs: number, rungs: readonly Rung[]): void {
  const status = stageOf(state, stage)
  // The date may have moved while the calendar was read.
  if (status.dueMs === dueMs) status.rungs = rungs
}

/**
 * Takes over the next instant for the projection where it is not the one shown; says whether it is news. A rehearsal's
 * clock waits for a body whose hour has come, and must know it.
 */
export function noteNext(state: LocalityState): boolean {
  const nextMs = nextInstant(state)
  if (nextMs === state.shownNextMs) return false
  state.shownNextMs = nextMs
  // A projection of its own needs a number of its own.
  if (state.outbox.length === 0) state.sequence += 1
  return true
}

/** The next campaign instant at which {@link advance} has something to do, or null while only people can move things. */
export function nextInstant(state: LocalityState): number | null {
  if (state.held || state.ended) return null
  const instants = state.stages
    .filter((status) => mayBecomeOverdue(status) && status.overdueSinceMs === null)
    .map(({ dueMs }) => dueMs)
  const open = openStage(state)
  if (open?.state === 'open' && !isEndless(open.stage)) {
    const rung = open.rungs?.find((candidate) => !open.passed.includes(rungKey(open, candidate)))
    if (rung !== undefined && rung.atMs < open.dueMs) instants.push(rung.atMs)
    if (open.overdueSinceMs !== null) {
      instants.push(open.nextLetterMs ?? open.dueMs)
      const escalationMs = escalationAt(state, open)
      if (!open.escalated && escalationMs !== null) instants.push(escalationMs)
    }
  }
  return instants.length === 0 ? null : Math.min(...instants)
}

const rungKey = (status: StageStatus, rung: Rung) => `${status.dueMs}:${rung.days}`
/** A submitted stage waits for others: it does not become late by their slowness. */
const mayBecomeOverdue = (status: StageStatus) =>
  (status.state === 'open' || status.state === 'waiting') && !isEndless(status.stage)
const escalationAt = (state: LocalityState, status: StageStatus) =>
  state.rules.escalationDays === null ? null : status.dueMs + state.rules.escalationDays * DAY_MS

/** Does everything that is due at campaign instant `nowMs`, each with its own due instant. */
export function advance(state: LocalityState, nowMs: number): void {
  if (state.held || state.ended) return
  const open = openStage(state)
  if (open?.state === 'open' && !isEndless(open.stage)) remind(state, open, nowMs)
  for (const status of state.stages) {
    if (!mayBecomeOverdue(status) || status.overdueSinceMs !== null || nowMs < status.dueMs) continue
    status.overdueSinceMs = status.dueMs
    emit(state, 'overdue', status.dueMs, status.stage)
  }
  if (open?.state === 'open' && open.overdueSinceMs !== null) urge(state, open, nowMs)
}

/** A stage that opened inside its ladder sends the nearest rung only. */
function remind(state: LocalityState, status: StageStatus, nowMs: number): void {
  let nearest: Rung | undefined
  for (const rung of status.rungs ?? []) {
    if (rung.atMs > nowMs || status.passed.includes(rungKey(status, rung))) continue
    status.passed.push(rungKey(status, rung))
    if (nearest === undefined || rung.atMs > nearest.atMs) nearest = rung
  }
  if (nearest !== undefined && nowMs < status.dueMs)
    emit(state, 'reminder', nearest.atMs, status.stage, { number: nearest.days })
}

/** One letter at a time: after a long stop nobody gets a bundle of them. */
function urge(state: LocalityState, status: StageStatus, nowMs: number): void {
  const intervalMs = state.rules.letterIntervalDays * DAY_MS
  const sinceMs = Math.max(status.dueMs, status.openedMs ?? 0)
  status.nextLetterMs ??= sinceMs + intervalMs
  if (nowMs >= status.nextLetterMs) {
    status.letters += 1
    emit(state, 'urging-letter', status.nextLetterMs, status.stage, { number: status.letters })
    while (status.nextLetterMs <= nowMs) status.nextLetterMs += intervalMs
  }
  const escalationMs = escalationAt(state, status)
  if (!status.escalated && escalationMs !== null && nowMs >= escalationMs) {
    status.escalated = true
    emit(state, 'escalation', escalationMs, status.stage)
  }
}

/** Keeps the newest answers, so that a repeated request is answered and not done again, also after continue-as-new. */
function remember(state: LocalityState, opId: string, answer: ActAnswer): ActAnswer {
  state.answers[opId] = answer
  const [oldest, ...rest] = Object.keys(state.answers)
  if (oldest !== undefined && rest.length >= ANSWERS_MAX) delete state.answers[oldest]
  return answer
}
