import { randomUUID } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { NativeConnection, Worker } from '@temporalio/worker'
import { TASK_QUEUES } from '../activities/contract/task-queues.ts'
import { createActivities } from '../activities/index.ts'
import { addDays, DAY_MS, startOfDay, toHanoiDate } from '../domain/hanoi-time.ts'
import { createPersonnelDatabase } from '../gateways/personnel-database/client.ts'
import { createPopulationDatabase } from '../gateways/population-database/client.ts'
import { createSignatureService } from '../gateways/signature-service/client.ts'
import { fastForward } from '../test/support/fast-forward.ts'
import { bundleWorkflows } from '../worker/bundle.ts'
import { createProcesses } from '../worker/processes.ts'
import { keepSweeping, sweepStarts } from '../worker/sweeps.ts'
import { actUpdate, localityWorkflowId, processQuery } from '../workflows/contract/localities.ts'
import { lookAgainSignal } from '../workflows/contract/messages.ts'
import type { Fact, Results } from './figures.ts'
import { openProduct, type OpenedProduct } from './product.ts'
import { openEngine, openGround, quietEngineClient, say } from './servers.ts'

const NAMESPACE = 'default'
const LATE_BODY = 'H14'
const WEEKS = 52
const STAGE = 'select-software'
const HISTORIES = fileURLToPath(new URL('../test/replay/histories/', import.meta.url))

/**
 * A body that is late for a whole year, by an engine whose time is moved on: a letter every week, twenty new dates,
 * thirty-six looks at its rows. Beside it the recorded histories of bodies that went through their stages.
 */
export async function benchEvents(): Promise<Results> {
  await using ground = await openGround()
  await using engine = await openEngine(ground, { timeSkipping: true })
  const { url } = await ground.newDatabase('events')
  const { keyring, tokenKey } = ground
  await using product = await openProduct({
    ...{ keyring, tokenKey, databaseUrl: url, mode: 'live', temporalAddress: engine.address },
  })
  const stopWorkers = await runWorkers(product, engine.address)
  const campaignId = await launch(product)
  const processId = localityWorkflowId(campaignId, LATE_BODY)
  const letters = await beLateForAYear(product, processId)
  const runs = await runsOf(product, processId)
  await stopWorkers()
  return {
    command: 'npm run bench -- events',
    figures: [],
    facts: [
      { name: 'late for a year: events in all', value: runs.reduce((sum, length) => sum + length, 0) },
      { name: 'late for a year: runs', value: runs.length },
      { name: 'late for a year: events of the longest run', value: Math.max(...runs) },
      { name: 'late for a year: letters', value: letters },
      ...recordedHistories(),
    ],
  }
}

/** No outside system takes part. */
const nobody = (system: string) => ({
  url: `http://127.0.0.1:9/${system}`,
  secret: 'x'.repeat(16),
  timeoutMs: 500,
})

async function runWorkers({ stores, client }: OpenedProduct, address: string): Promise<() => Promise<void>> {
  quietEngineClient()
  const connection = await NativeConnection.connect({ address })
  const processes = createProcesses(client)
  const activities = createActivities({
    ...stores,
    processes,
    personnel: createPersonnelDatabase(nobody('personnel-database')),
    population: createPopulationDatabase(nobody('population-database')),
    signatures: createSignatureService(nobody('signature-service')),
  })
  const options = { connection, namespace: NAMESPACE, activities }
  const workers = [
    await Worker.create({
      ...options,
      taskQueue: TASK_QUEUES.workflow,
      workflowBundle: await bundleWorkflows(),
      stickyQueueScheduleToStartTimeout: '1s',
    }),
    await Worker.create({ ...options, taskQueue: TASK_QUEUES.work }),
  ]
  const running = workers.map((worker) => worker.run())
  const sweep = keepSweeping(() => sweepStarts(stores.processStarts, processes), {
    everyMs: 200,
    onError: (error) => say(String(error)),
  })
  return async () => {
    await sweep.stop()
    for (const worker of workers) worker.shutdown()
    await Promise.all(running)
    await connection.close()
  }
}

async function launch(product: OpenedProduct): Promise<string> {
  const { app, stores } = product
  const { authorization } = await product.logIn('ministry-coordinator')
  const answer = await app.inject({
    method: 'POST',
    url: '/v1/campaigns',
    headers: { authorization, 'idempotency-key': randomUUID() },
    payload: { localityCodes: [LATE_BODY] },
  })
  if (answer.statusCode !== 201)
    throw new Error(`The launch was answered ${answer.statusCode}: ${answer.body}`)
  const { campaignId } = answer.json<{ campaignId: string }>()
  await until(async () => {
    const bodies = await stores.localities.readBoard('national', { campaignId, after: '', limit: 10 })
    return bodies.length === 1 && bodies.every(({ openStage }) => openStage !== null)
  })
  return campaignId
}

/** The pattern of `test/workflows/localities.test.ts`. Answers how many letters it got. */
async function beLateForAYear({ client, connection }: OpenedProduct, processId: string): Promise<number> {
  const handle = client.workflow.getHandle(processId)
  let nowMs = Date.now()
  for (let week = 1; week <= WEEKS; week += 1) {
    await fastForward(connection, NAMESPACE, processId, 7 * DAY_MS)
    nowMs += 7 * DAY_MS
    if (week % 4 === 0 && week <= 48)
      for (let times = 0; times < 3; times += 1) await handle.signal(lookAgainSignal, STAGE)
    if (week % 5 < 2 && week <= 50) await amend(handle, { week, nowMs })
    if (week % 13 === 0) say(`events: ${week} of ${WEEKS} weeks`)
  }
  await until(async () => (await handle.query(processQuery)).outbox.length === 0)
  return (await handle.query(processQuery)).stages[0]?.letters ?? 0
}

type Handle = ReturnType<OpenedProduct['client']['workflow']['getHandle']>

async function amend(handle: Handle, { week, nowMs }: { week: number; nowMs: number }): Promise<void> {
  const opId = `amendment:${week}`
  const act = {
    opId,
    actId: randomUUID(),
    atMs: nowMs,
    kind: 'amend',
    stage: STAGE,
    actor: randomUUID(),
    dueMs: startOfDay(addDays(toHanoiDate(nowMs), 3)),
  } as const
  await handle.executeUpdate(actUpdate, { args: [act], updateId: opId })
}

/** Events of each run of a process, the oldest first. */
async function runsOf({ client }: OpenedProduct, processId: string): Promise<readonly number[]> {
  const lengths: number[] = []
  let runId: string | undefined = (await client.workflow.getHandle(processId).describe()).runId
  while (runId !== undefined) {
    const history = await client.workflow.getHandle(processId, runId).fetchHistory()
    lengths.unshift(history.events?.length ?? 0)
    runId = history.events?.[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId || undefined
  }
  return lengths
}

/** Files are named after the kind of process and the number of its events. */
function recordedHistories(): readonly Fact[] {
  const recorded = readdirSync(HISTORIES).flatMap((file) => {
    const [, kind, events] = /^(\w+)-(\d+)\.json$/.exec(file) ?? []
    return kind === 'localityWorkflow' ? [Number(events)] : []
  })
  return [
    {
      name: 'recorded runs of bodies, one per stage or less: events',
      value: recorded.toSorted((one, other) => one - other).join(', '),
    },
  ]
}

async function until(isThere: () => Promise<boolean>): Promise<void> {
  const untilMs = Date.now() + 60_000
  while (!(await isThere())) {
    if (Date.now() > untilMs) throw new Error('It did not come within a minute.')
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
