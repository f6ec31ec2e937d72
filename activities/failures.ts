import { ApplicationFailure } from '@temporalio/activity'

/**
 * A failure that carries a code and nothing else: what stands in a history must not hold a value of anybody's.
 * `retry: false` is for what the same call would meet again, whoever repeats it.
 */
export const failure = (
  code: string,
  options: { readonly retry: boolean; readonly afterMs?: number },
): ApplicationFailure =>
  ApplicationFailure.create({
    type: code,
    message: code,
    nonRetryable: !options.retry,
    ...(options.afterMs === undefined ? {} : { nextRetryDelay: options.afterMs }),
  })
