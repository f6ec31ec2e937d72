import { proxyActivities, type ActivityOptions } from '@temporalio/workflow'
import { TASK_QUEUES } from '../activities/contract/task-queues.ts'

/** Our own database: short, and retried for ever, for nothing else can be done without it. */
export const QUICK: ActivityOptions = {
  taskQueue: TASK_QUEUES.workflow,
  startToCloseTimeout: '10s',
  retry: { initialInterval: '200ms', maximumInterval: '5s' },
}

/** The same from a process whose work is heavy. */
export const QUICK_WORK: ActivityOptions = { ...QUICK, taskQueue: TASK_QUEUES.work }

/** Many rows or pages: heartbeats, and goes on from its last checkpoint; retried for ever. */
export const BULK: ActivityOptions = {
  taskQueue: TASK_QUEUES.work,
  startToCloseTimeout: '10m',
  heartbeatTimeout: '10s',
  retry: { initialInterval: '200ms', maximumInterval: '10s' },
}

/** Another authority's system: a few tries, then the process parks and a person decides. */
export const NATIONAL: ActivityOptions = {
  taskQueue: TASK_QUEUES.work,
  startToCloseTimeout: '10m',
  heartbeatTimeout: '10s',
  retry: { initialInterval: '500ms', backoffCoefficient: 2, maximumInterval: '10s', maximumAttempts: 6 },
}

export const quick = <Activities extends object>() => proxyActivities<Activities>(QUICK)
