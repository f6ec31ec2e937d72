import type { ApplicationFailure } from '@temporalio/activity'
import { GatewayFailure } from '../gateways/request.ts'
import { failure } from './failures.ts'

/** What a failed call means for the step that made it: try again, or stop here and let a person look. */
export function failureOf(error: unknown): ApplicationFailure | undefined {
  if (!(error instanceof GatewayFailure)) return undefined
  switch (error.kind) {
    case 'unavailable':
      return failure('receiver-unavailable', { retry: true })
    case 'busy':
      return failure('receiver-busy', { retry: true, afterMs: error.retryAfterMs ?? 1_000 })
    case 'not-authorised':
      return failure('key-refused', { retry: false })
    case 'refused':
      return failure('request-refused', { retry: false })
  }
}

/** Runs a step that calls out, and gives its failures their meaning. */
export async function callingOut<T>(step: () => Promise<T>): Promise<T> {
  try {
    return await step()
  } catch (error) {
    throw failureOf(error) ?? error
  }
}
