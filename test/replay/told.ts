import { msToNumber } from '@temporalio/common/lib/time.js'
import { proxySinks, type ActivityOptions, type Sinks, type WorkflowInterceptors } from '@temporalio/workflow'

/** Something that a process told the engine, and in what words. */
export interface Told {
  readonly what: string
  readonly how: string
}
/** The terms on which a step is ordered; what is left open is the engine's default. */
export interface StepTerms {
  readonly step: string
  readonly input: readonly string[]
  readonly queue: string
  readonly withinMs: number
  readonly heartbeatMs: number
  readonly firstRetryMs: number
  readonly lastRetryMs: number
  readonly backoff: number
  readonly tries: number
  readonly priority: number
}
export interface ToldSinks extends Sinks {
  readonly told: { readonly note: (told: Told) => void }
}

const { told } = proxySinks<ToldSinks>()
const asText = (value: unknown): string => JSON.stringify(value) ?? ''
const inMs = (duration: ActivityOptions['heartbeatTimeout']) => (duration ? msToNumber(duration) : 0)

const termsOf = (step: string, args: readonly unknown[], options: ActivityOptions): StepTerms => ({
  step,
  input: args.map(asText),
  queue: options.taskQueue ?? '',
  withinMs: inMs(options.startToCloseTimeout),
  heartbeatMs: inMs(options.heartbeatTimeout),
  firstRetryMs: inMs(options.retry?.initialInterval),
  lastRetryMs: inMs(options.retry?.maximumInterval),
  backoff: options.retry?.backoffCoefficient ?? 2,
  tries: options.retry?.maximumAttempts ?? 0,
  priority: options.priority?.priorityKey ?? 0,
})

/** Bundled beside the workflows: notes what they tell the engine, in every particular, and changes nothing. */
export const interceptors = (): WorkflowInterceptors => ({
  outbound: [
    {
      scheduleActivity(input, next) {
        const { seq, activityType, args, options } = input
        told.note({ what: `step ${seq}`, how: asText(termsOf(activityType, args, options)) })
        return next(input)
      },
      startTimer(input, next) {
        told.note({ what: `timer ${input.seq}`, how: `${input.durationMs} ms` })
        return next(input)
      },
      signalWorkflow(input, next) {
        const { seq, signalName, target, args } = input
        const to = target.type === 'external' ? target.workflowExecution.workflowId : target.childWorkflowId
        told.note({ what: `signal ${seq}`, how: asText([to, signalName, ...args.map(asText)]) })
        return next(input)
      },
      continueAsNew(input, next) {
        told.note({ what: 'next run', how: asText(input.args.map(asText)) })
        return next(input)
      },
    },
  ],
  inbound: [
    {
      handleUpdate(input, next) {
        const answer = next(input)
        void answer.then((value) => told.note({ what: `answer ${input.updateId}`, how: asText(value) }))
        return answer
      },
    },
  ],
})
