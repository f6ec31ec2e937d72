import { fileURLToPath } from 'node:url'
import { Client, Connection } from '@temporalio/client'
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Worker } from '@temporalio/worker'
import { measure, type Sample, type Watched } from './usage.ts'

const QUEUE = 'bare'
/** How many starts are under way at once. */
const AT_ONCE = 64
const LOOK_EVERY_MS = 50

export interface BareLaunch {
  /** Until the engine has taken the last start. */
  readonly started: Sample
  /** Until each has run to where it waits. */
  readonly waiting: Sample
}

/** Starts as many processes that only wait, by a bare loop of the engine's own client and one worker in this process. */
export async function launchBare(address: string, processes: number, watched: Watched): Promise<BareLaunch> {
  const connection = await Connection.connect({ address })
  const native = await NativeConnection.connect({ address })
  const client = new Client({ connection })
  const worker = await Worker.create({
    connection: native,
    taskQueue: QUEUE,
    workflowBundle: await bundleWorkflowCode({
      workflowsPath: fileURLToPath(new URL('./waiting.workflow.ts', import.meta.url)),
      logger: new DefaultLogger('ERROR'),
    }),
    maxCachedWorkflows: 1_000,
    maxConcurrentWorkflowTaskExecutions: 20,
  })
  const running = worker.run()
  const prefix = `bare-${Date.now()}`
  const endStarted = measure(watched)
  const endWaiting = measure(watched)
  const numbers = Array.from({ length: processes }, (_, number) => number).values()
  const loop = async () => {
    for (const number of numbers)
      await client.workflow.start('waitingWorkflow', { workflowId: `${prefix}-${number}`, taskQueue: QUEUE })
  }
  await Promise.all(Array.from({ length: AT_ONCE }, loop))
  const started = endStarted()
  await untilEachWaits(client, prefix, processes)
  const waiting = endWaiting()
  worker.shutdown()
  await running
  await connection.close()
  await native.close()
  return { started, waiting }
}

/** A process has run to its wait once its first task is over: then its history has four events. */
async function untilEachWaits(client: Client, prefix: string, processes: number): Promise<void> {
  for (let left = Array.from({ length: processes }, (_, number) => number); left.length > 0;) {
    const looked = await Promise.all(
      left.slice(0, AT_ONCE).map(async (number) => {
        const { historyLength } = await client.workflow.getHandle(`${prefix}-${number}`).describe()
        return { number, waits: historyLength >= 4 }
      }),
    )
    const waits = new Set(looked.filter((one) => one.waits).map(({ number }) => number))
    left = left.filter((number) => !waits.has(number))
    if (waits.size < looked.length) await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
  }
}
