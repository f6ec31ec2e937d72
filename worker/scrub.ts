import { CompleteAsyncError } from '@temporalio/activity'
import { ApplicationFailure, CancelledFailure } from '@temporalio/common'
import type { ActivityInterceptorsFactory } from '@temporalio/worker'
import { failure } from '../activities/failures.ts'
import { Refusal } from '../domain/errors.ts'

export interface FailureLine {
  readonly activity: string
  readonly attempt: number
  readonly code: string
}

/**
 * The one gate through which an activity's error leaves for a history or a log: drivers and parsers put values into
 * their messages, so every error that is not ours becomes its class and code.
 */
export const scrubFailures =
  (report: (line: FailureLine) => void): ActivityInterceptorsFactory =>
  ({ info }) => ({
    inbound: {
      async execute(input, next) {
        try {
          return await next(input)
        } catch (error) {
          if (error instanceof CancelledFailure || error instanceof CompleteAsyncError) throw error
          const scrubbed = scrub(error)
          report({ activity: info.activityType, attempt: info.attempt, code: scrubbed.type ?? 'unknown' })
          throw scrubbed
        }
      },
    },
  })

function scrub(error: unknown): ApplicationFailure {
  if (error instanceof ApplicationFailure) return error
  if (error instanceof Refusal) return failure(error.code, { retry: false })
  if (!(error instanceof Error)) return failure('unknown', { retry: true })
  const source: unknown = error.cause ?? error
  const code =
    typeof source === 'object' && source !== null && 'code' in source ? `:${String(source.code)}` : ''
  return failure(`${error.name}${code}`, { retry: true })
}
