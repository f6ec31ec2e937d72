import { randomUUID } from 'node:crypto'
import { Client, Connection } from '@temporalio/client'
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { TASK_QUEUES } from '../../activities/contract/task-queues.ts'
import { bundleWorkflows } from '../../worker/bundle.ts'
import { MATCHING_RUN_WORKFLOW, type MatchingRunInput } from '../../workflows/contract/matching.ts'
import { decideUpdate } from '../../workflows/contract/messages.ts'
import { UNIT_TREE_WORKFLOW, type UnitTreeInput } from '../../workflows/contract/units.ts'
import { fastForward } from '../support/fast-forward.ts'
import { until } from '../support/product.ts'
import { ownNamespace } from '../support/temporal-server.ts'

const BODIES = Array.from({ length: 12 }, (_, index) => `H${index + 10}`)
const asked = { trees: 0, attention: [] as string[], isConfirmed: false }
const matching = { underWay: 0, most: 0, done: [] as string[] }
/** Steps that only answer: what is tried here is how the process orders them. */
const steps = {
  async pushUnitTree() {
    asked.trees += 1
    return { state: asked.isConfirmed ? 'confirmed' : 'received' }
  },
  async openAttention({ reason }: { reason: string }) {
    asked.attention.push(reason)
  },
  async closeAttention() {},
  async listUnmatched() {
    return { localityCodes: BODIES.filter((code) => !matching.done.includes(code)) }
  },
  async matchLocality({ localityCode }: { localityCode: string }) {
    matching.underWay += 1
    matching.most = Math.max(matching.most, matching.underWay)
    // Nobody ends before as many work as may: more than that would be seen too.
    await until(
      async () => matching.most,
      (most) => most >= 3,
    )
    matching.underWay -= 1
    matching.done.push(localityCode)
  },
  async finishRun() {},
}

const namespace = ownNamespace()
let connection: Connection
let client: Client
let end: () => Promise<unknown>
beforeAll(async () => {
  Runtime.install({
    logger: new DefaultLogger('ERROR'),
    telemetryOptions: { logging: { filter: 'ERROR', forward: {} } },
    shutdownSignals: [],
  })
  const address = inject('temporalAddress')
  connection = await Connection.connect({ address })
  client = new Client({ connection, namespace })
  const native = await NativeConnection.connect({ address })
  const options = { connection: native, namespace, activities: steps }
  const workers = [
    await Worker.create({
      ...options,
      taskQueue: TASK_QUEUES.workflow,
      workflowBundle: await bundleWorkflows(),
    }),
    await Worker.create({ ...options, taskQueue: TASK_QUEUES.work }),
  ]
  const running = workers.map((worker) => worker.run())
  end = async () => {
    for (const worker of workers) worker.shutdown()
    await Promise.all(running)
    await native.close()
  }
}, 60_000)
afterAll(async () => {
  await end()
  await connection.close()
})
const start = (type: string, input: UnitTreeInput | MatchingRunInput) =>
  client.workflow.start(type, {
    workflowId: `${type}:${randomUUID()}`,
    taskQueue: TASK_QUEUES.workflow,
    args: [input],
  })

test('a tree that was received and is never confirmed waits for a person, and is asked for again when told', async () => {
  const input: UnitTreeInput = {
    treeId: randomUUID(),
    localityCode: 'H26',
    campaignId: null,
    parkingNo: 0,
  }
  const process = await start(UNIT_TREE_WORKFLOW, input)
  await fastForward(connection, namespace, process.workflowId, 300_000)
  await until(
    async () => asked.attention,
    (reasons) => reasons.length > 0,
  )
  expect(asked).toEqual({ trees: 100, attention: ['not-confirmed'], isConfirmed: false })

  asked.isConfirmed = true
  const decision = { opId: randomUUID(), kind: 'retry', parkingNo: 1, actor: 'operator-1' } as const
  await process.executeUpdate(decideUpdate, { args: [decision] })
  await process.result()
  expect(asked.trees).toBe(101)
})

test('three bodies are matched at once, and every body in the end', async () => {
  const input: MatchingRunInput = { runId: randomUUID(), campaignId: randomUUID(), day: '2025-09-11' }
  const process = await start(MATCHING_RUN_WORKFLOW, input)
  await process.result()
  expect({ most: matching.most, done: matching.done.toSorted() }).toEqual({ most: 3, done: BODIES })
})
