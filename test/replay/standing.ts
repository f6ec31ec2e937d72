import type { History } from '@temporalio/common/lib/proto-utils.js'
import type { Point } from './points.ts'

interface Standing {
  readonly waiting: ReadonlySet<string>
  /** Steps that it took, and `earlier run`. */
  readonly passed: ReadonlySet<string>
  /** A worker has it in hand: it does not stand anywhere just now. */
  readonly isDeciding: boolean
}

/** Whether a process with this history stands at a point: waits for that, and for nothing else first. */
export function standsAt(history: History, [waitsFor, after]: Point): boolean {
  const { waiting, passed, isDeciding } = standingOf(history)
  return !isDeciding && waiting.has(waitsFor) && (after === undefined || passed.has(after))
}

export const isDeciding = (history: History): boolean => standingOf(history).isDeciding

function standingOf({ events }: History): Standing {
  const passed = new Set<string>()
  const steps = new Map<string, string>()
  const timers = new Set<string>()
  let isInHand = false
  for (const event of events ?? []) {
    if (event.workflowExecutionCompletedEventAttributes) return over('end')
    if (event.workflowExecutionContinuedAsNewEventAttributes) return over('next run')
    if (event.workflowExecutionStartedEventAttributes?.continuedExecutionRunId) passed.add('earlier run')
    const step = event.activityTaskScheduledEventAttributes?.activityType?.name
    if (step) {
      steps.set(String(event.eventId), step)
      passed.add(step)
    }
    const stepOver =
      event.activityTaskCompletedEventAttributes ??
      event.activityTaskFailedEventAttributes ??
      event.activityTaskTimedOutEventAttributes
    if (stepOver) steps.delete(String(stepOver.scheduledEventId))
    if (event.timerStartedEventAttributes) timers.add(String(event.timerStartedEventAttributes.timerId))
    const timerOver = event.timerFiredEventAttributes ?? event.timerCanceledEventAttributes
    if (timerOver) timers.delete(String(timerOver.timerId))
    if (event.workflowTaskScheduledEventAttributes) isInHand = true
    if (event.workflowTaskCompletedEventAttributes) isInHand = false
  }
  const waiting = new Set(steps.values())
  if (waiting.size === 0) waiting.add(timers.size > 0 ? 'time' : 'message')
  return { waiting, passed, isDeciding: isInHand }

  function over(how: string): Standing {
    return { waiting: new Set([how]), passed, isDeciding: false }
  }
}
