import { allHandlersFinished, condition, continueAsNew, setHandler, workflowInfo } from '@temporalio/workflow'
import type { LocalityActivities } from '../activities/contract/localities.ts'
import { toCampaign } from '../domain/clock.ts'
import {
  advance,
  assertAllowed,
  decide,
  needsPlan,
  noteNext,
  nextInstant,
  openStage,
  plan,
  settle,
  type LocalityState,
} from '../domain/localities-process.ts'
import { followClock } from './clock.ts'
import { actUpdate, processQuery, type LocalityInput } from './contract/localities.ts'
import { lookAgainSignal } from './contract/messages.ts'
import { quick } from './proxies.ts'
import { enforce } from './refusals.ts'

const { projectLocality, assessStage, planReminders } = quick<LocalityActivities>()
/** Replaying more costs seconds: a run hands over to the next before that. */
const EVENTS_MAX = 1_500

/** Carries one body through its seven stages. Late is a state: nothing but the campaign's end ends this. */
export async function localityWorkflow(input: LocalityInput): Promise<void> {
  const state: LocalityState = { ...input }
  const stageAtStart = openStage(state)?.stage
  const time = followClock(state.clock, (clock) => {
    state.clock = clock
  })
  setHandler(processQuery, () => state)
  setHandler(lookAgainSignal, (stage) => {
    if (openStage(state)?.stage === stage) state.look = true
  })
  // Handlers decide and reach the final state at once; the loop below performs what follows from it.
  setHandler(actUpdate, (act) => state.answers[act.opId] ?? decide(state, act), {
    validator: (act) => {
      if (!(act.opId in state.answers)) enforce(() => assertAllowed(state, act))
    },
  })

  for (;;) {
    if (await performOne(state)) continue
    if (state.ended) break
    const { historyLength, continueAsNewSuggested } = workflowInfo()
    const movedOn = openStage(state)?.stage !== stageAtStart
    if (movedOn || historyLength > EVENTS_MAX || continueAsNewSuggested) {
      await condition(allHandlersFinished)
      // A handler may have decided something while the others finished.
      if (state.outbox.length === 0) await continueAsNew<typeof localityWorkflow>(state)
      continue
    }
    const next = nextInstant(state)
    if (next !== null && (await time.hasReached(next))) {
      advance(state, toCampaign(time.clock(), Date.now()))
      continue
    }
    const { sequence } = state
    await time.waitFor(next, () => state.sequence !== sequence || state.look)
  }
  await condition(allHandlersFinished)
}

/**
 * Performs what the decisions so far require, one step at a time; false when nothing is left to do. What has to be read is
 * read first, so that one projection shows an act together with what followed from it.
 */
async function performOne(state: LocalityState): Promise<boolean> {
  const { campaignId, localityCode } = state
  const unplanned = state.ended ? undefined : needsPlan(state)
  if (unplanned !== undefined) {
    const { stage, dueMs } = unplanned
    plan(state, stage, dueMs, await planReminders({ campaignId, dueMs }))
    return true
  }
  const open = state.ended ? undefined : openStage(state)
  if (state.look && open !== undefined) {
    state.look = false
    settle(state, open.stage, await assessStage({ campaignId, localityCode, stage: open.stage }))
    return true
  }
  state.look = false
  if (!noteNext(state) && state.outbox.length === 0) return false
  const effects = [...state.outbox]
  await projectLocality({
    campaignId,
    localityCode,
    sequence: state.sequence,
    openStage: openStage(state)?.stage ?? null,
    held: state.held,
    ended: state.ended,
    nextMs: state.shownNextMs,
    stages: state.stages,
    effects,
  })
  state.outbox.splice(0, effects.length)
  return true
}
