import {
  ApplicationFailure,
  isGrpcServiceError,
  QueryNotRegisteredError,
  ServiceError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
  type Client,
} from '@temporalio/client'
import { TASK_QUEUES } from '../../activities/contract/task-queues.ts'
import { isRefusalCode, Refusal, type RefusalDetails } from '../../domain/errors.ts'

/** An act waits so long for an answer; then its outcome is unknown, and the same key asks again. */
const ANSWER_WITHIN_MS = 8_000

/** The engine is away, no worker answers in time, or the process can not go on under the code of today. */
const NO_ANSWER = [WorkflowUpdateRPCTimeoutOrCancelledError, ServiceError, QueryNotRegisteredError]

/** Asks the engine, and turns what it says into what the caller may hear. */
export async function askEngine<T>(client: Client, call: () => Promise<T>): Promise<T> {
  try {
    return await client.withDeadline(Date.now() + ANSWER_WITHIN_MS, call)
  } catch (error) {
    throw asRefusal(error) ?? error
  }
}

function asRefusal(error: unknown): Refusal | undefined {
  if (error instanceof WorkflowUpdateFailedError && error.cause instanceof ApplicationFailure) {
    const { type, details } = error.cause
    if (isRefusalCode(type)) return new Refusal(type, detailsOf(details?.[0]))
    return undefined
  }
  if (error instanceof WorkflowNotFoundError) return new Refusal('process-ended')
  return NO_ANSWER.some((kind) => error instanceof kind) || isGrpcServiceError(error)
    ? new Refusal('outcome-unknown')
    : undefined
}

function detailsOf(value: unknown): RefusalDetails {
  if (typeof value !== 'object' || value === null) return {}
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, detail]) =>
      typeof detail === 'string' || typeof detail === 'number' ? [[name, detail]] : [],
    ),
  )
}

/** What the API needs to take acts: the database, the engine, and a worker on each queue. */
export function readyChecks(
  client: Client,
  askDatabase: () => Promise<unknown>,
): readonly (() => Promise<string | null>)[] {
  const within = <T>(call: () => Promise<T>) => client.withDeadline(Date.now() + 1_500, call)
  const hasWorker = async (queue: string) => {
    const { pollers } = await within(() =>
      client.workflowService.describeTaskQueue({
        namespace: client.options.namespace,
        taskQueue: { name: queue },
        // 1: workflow tasks, 2: activity tasks.
        taskQueueType: queue === TASK_QUEUES.work ? 2 : 1,
      }),
    )
    return pollers.length > 0 ? null : `worker:${queue}`
  }
  return [
    () =>
      askDatabase().then(
        () => null,
        () => 'database',
      ),
    ...Object.values(TASK_QUEUES).map((queue) => () => hasWorker(queue).catch(() => 'engine')),
  ]
}
