import { Context, type ApplicationFailure } from '@temporalio/activity'
import { GatewayFailure } from '../gateways/request.ts'
import { failure } from './failures.ts'

const BEAT_MS = 1_000
/** A step may last ten minutes (`workflows/proxies.ts`). */
const BUSY_MS_MAX = 8 * 60_000

/** What a failed call means for the step that made it: try again, or stop here and let a person look. */
export function failureOf(error: unknown): ApplicationFailure | undefined {
  if (!(error instanceof GatewayFailure)) return undefined
  switch (error.kind) {
    case 'unavailable':
    case 'failed':
      return failure('receiver-unavailable', { retry: true })
    case 'incomplete':
      return failure('answer-incomplete', { retry: true })
    case 'busy':
      return failure('receiver-busy', { retry: true, afterMs: error.retryAfterMs ?? BEAT_MS })
    case 'not-authorised':
      return failure('key-refused', { retry: false })
    case 'refused':
      return failure('request-refused', { retry: false })
  }
}

/** How long a busy system wants to be left alone; null for every other failure. */
export const busyMs = (error: unknown): number | null =>
  error instanceof GatewayFailure && error.kind === 'busy'
    ? Math.min(error.retryAfterMs ?? BEAT_MS, BUSY_MS_MAX)
    : null

/** Waits in the middle of a step, which goes on being seen alive. @throws CancelledFailure */
export async function waitInPlace(ms: number): Promise<void> {
  for (let leftMs = ms; leftMs > 0; leftMs -= BEAT_MS) {
    Context.current().heartbeat()
    await Context.current().sleep(Math.min(leftMs, BEAT_MS))
  }
}

/** Runs a step that calls out, waits for a system that is busy, and gives other failures their meaning. */
export async function callingOut<T>(step: () => Promise<T>): Promise<T> {
  for (let waitedMs = 0; ;)
    try {
      return await step()
    } catch (error) {
      const waitMs = busyMs(error)
      if (waitMs === null || waitedMs + waitMs > BUSY_MS_MAX) throw failureOf(error) ?? error
      await waitInPlace(waitMs)
      waitedMs += waitMs
    }
}
