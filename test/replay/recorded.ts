import type { History, Payload } from '@temporalio/common/lib/proto-utils.js'
import type { StepTerms, Told } from './told.ts'

type Event = NonNullable<History['events']>[number]
type Scheduled = NonNullable<Event['activityTaskScheduledEventAttributes']>
type Payloads = { readonly payloads?: Payload[] | null } | null | undefined

const inMs = (duration: Scheduled['heartbeatTimeout']) =>
  Number(duration?.seconds ?? 0) * 1_000 + (duration?.nanos ?? 0) / 1_000_000
const textsOf = (input: Payloads) =>
  (input?.payloads ?? []).map(({ data }) => Buffer.from(data ?? []).toString())

const termsOf = (scheduled: Scheduled): StepTerms => ({
  step: scheduled.activityType?.name ?? '',
  input: textsOf(scheduled.input),
  queue: scheduled.taskQueue?.name ?? '',
  withinMs: inMs(scheduled.startToCloseTimeout),
  heartbeatMs: inMs(scheduled.heartbeatTimeout),
  firstRetryMs: inMs(scheduled.retryPolicy?.initialInterval),
  lastRetryMs: inMs(scheduled.retryPolicy?.maximumInterval),
  backoff: scheduled.retryPolicy?.backoffCoefficient ?? 0,
  tries: scheduled.retryPolicy?.maximumAttempts ?? 0,
  priority: scheduled.priority?.priorityKey ?? 0,
})

/** Everything that a history says its process told the engine, in the words of {@link Told}. */
export function recordedWords({ events }: History): readonly Told[] {
  let signals = 0
  return (events ?? []).flatMap((event): Told[] => {
    const step = event.activityTaskScheduledEventAttributes
    if (step) return [{ what: `step ${step.activityId}`, how: JSON.stringify(termsOf(step)) }]
    const timer = event.timerStartedEventAttributes
    if (timer) return [{ what: `timer ${timer.timerId}`, how: `${inMs(timer.startToFireTimeout)} ms` }]
    const signal = event.signalExternalWorkflowExecutionInitiatedEventAttributes
    if (signal) {
      signals += 1
      const words = [signal.workflowExecution?.workflowId, signal.signalName, ...textsOf(signal.input)]
      return [{ what: `signal ${signals}`, how: JSON.stringify(words) }]
    }
    const next = event.workflowExecutionContinuedAsNewEventAttributes
    if (next) return [{ what: 'next run', how: JSON.stringify(textsOf(next.input)) }]
    const answered = event.workflowExecutionUpdateCompletedEventAttributes
    if (answered)
      return [
        {
          what: `answer ${answered.meta?.updateId}`,
          how: textsOf(answered.outcome?.success).join(),
        },
      ]
    return []
  })
}

/**
 * Where a process told the engine something else than what was recorded. A timer that was set and taken back at once is
 * in no history.
 */
export function findDifferences(history: History, told: readonly Told[]): readonly string[] {
  const recorded = recordedWords(history)
  const said = new Map(told.map(({ what, how }) => [what, how]))
  const known = new Set(recorded.map(({ what }) => what))
  return [
    ...recorded.flatMap(({ what, how }) =>
      said.get(what) === how ? [] : [`${what}: ${said.get(what) ?? 'nothing'} instead of ${how}`],
    ),
    ...told.flatMap(({ what, how }) =>
      known.has(what) || what.startsWith('timer') ? [] : [`${what}: ${how} instead of nothing`],
    ),
  ]
}
