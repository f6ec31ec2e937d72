import { ApplicationFailure } from '@temporalio/common'
import type { ActivityInterceptorsFactory } from '@temporalio/worker'

type Step = (input: unknown, carryOn: () => Promise<unknown>) => Promise<unknown>
type Info = Parameters<ActivityInterceptorsFactory>[0]['info']

/** Bodies and windows that do not exist: a run with very many of them. */
export const NOT_THERE = Array.from({ length: 100 }, (_, index) => `X${index}`)
export const concernsNothing = (input: unknown): boolean => JSON.stringify(input).includes('"X')

/** A hand between the processes and their steps: sees each begin, and can let one fail or answer what would take days. */
export function createSteps(onBegin: (info: Info) => Promise<void>) {
  const replaced = new Map<string, Step>()
  function replace(step: string, does?: Step): void {
    if (does === undefined) replaced.delete(step)
    else replaced.set(step, does)
  }
  const watch: ActivityInterceptorsFactory = ({ info }) => ({
    inbound: {
      async execute(input, next) {
        await onBegin(info)
        const does = replaced.get(info.activityType)
        return does === undefined ? next(input) : does(input.args[0], () => next(input))
      },
    },
  })
  return {
    watch,
    /** From now on this is done in a step's place; without it, the step itself again. */
    replace,
    /** Its next execution fails, as one that no repetition can mend. */
    refuse(step: string, code: string): void {
      const before = replaced.get(step)
      replaced.set(step, async () => {
        replace(step, before)
        throw ApplicationFailure.nonRetryable(code, code)
      })
    },
  }
}
