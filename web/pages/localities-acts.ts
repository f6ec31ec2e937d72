import type { bodyView } from '../../api/contract/localities.ts'
import { approverOf, isEndless } from '../../domain/stages.ts'

type Body = ReturnType<(typeof bodyView)['parse']>
type StageStatus = Body['stages'][number]

export type StageAct = 'submit' | 'approve' | 'return' | 'extend' | 'override'
export type BodyAct = 'hold' | 'resume'

/** Whoever looks at a body’s page. */
export interface Looker {
  readonly actions: readonly string[]
  readonly isNational: boolean
}

/** The acts that this person may do at a stage as it is now; the API decides again. */
export function stageActs(
  { stage, state }: StageStatus,
  { held }: Pick<Body, 'held'>,
  { actions, isNational }: Looker,
): readonly StageAct[] {
  if (held || state === 'done' || isEndless(stage)) return []
  const approver = approverOf(stage)
  const isApprover = approver === 'ministry' ? isNational : approver === 'second-officer' && !isNational
  const may = (action: StageAct, isTime: boolean): readonly StageAct[] =>
    isTime && actions.includes(`stage.${action}`) ? [action] : []
  return [
    ...may('submit', state === 'open' && approver !== 'rows'),
    ...may('approve', state === 'submitted' && isApprover),
    ...may('return', state === 'submitted' && isApprover),
    ...may('extend', true),
    ...may('override', state !== 'waiting'),
  ]
}

export const bodyActs = ({ held }: Pick<Body, 'held'>, { actions }: Looker): readonly BodyAct[] =>
  actions.includes('process.hold') ? [held ? 'resume' : 'hold'] : []
