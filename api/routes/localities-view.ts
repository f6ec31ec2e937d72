import { toHanoiIso } from '../../domain/hanoi-time.ts'
import { nextInstant, openStage, type LocalityState } from '../../domain/localities-process.ts'
import { approverOf } from '../../domain/stages.ts'

export const isoOrNull = (ms: number | null) => (ms === null ? null : toHanoiIso(ms))

/** The running process in the words of the API. */
export function viewOfProcess(processId: string, state: LocalityState) {
  const open = openStage(state)
  return {
    processId,
    openStage: open?.stage ?? null,
    held: state.held,
    ended: state.ended,
    waitsFor: waitsFor(state),
    nextAt: isoOrNull(nextInstant(state)),
    stages: state.stages.map((status) => ({
      stage: status.stage,
      state: status.state,
      dueAt: toHanoiIso(status.dueMs),
      openedAt: isoOrNull(status.openedMs),
      submittedAt: isoOrNull(status.submittedMs),
      doneAt: isoOrNull(status.doneMs),
      onTime: status.onTime,
      overdueSince: isoOrNull(status.overdueSinceMs),
      letters: status.letters,
      blockers: [...status.blockers],
    })),
  }
}

function waitsFor(state: LocalityState): string[] {
  if (state.ended) return []
  if (state.held) return ['resume']
  const open = openStage(state)
  if (open === undefined) return []
  if (open.state === 'submitted')
    return [approverOf(open.stage) === 'ministry' ? 'ministry-approval' : 'second-officer']
  if (approverOf(open.stage) === 'rows')
    return open.stage === 'match-daily' ? ['daily-match'] : ['rows', ...open.blockers]
  return open.state === 'approved' ? ['rows', ...open.blockers] : ['submission']
}
