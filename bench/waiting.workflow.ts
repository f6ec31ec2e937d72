import { condition } from '@temporalio/workflow'

/** Does nothing but be there: the least that a durable process can cost. */
export async function waitingWorkflow(): Promise<void> {
  await condition(() => false)
}
