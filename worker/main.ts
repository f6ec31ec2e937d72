import { Client, Connection } from '@temporalio/client'
import { loadClientConnectConfig } from '@temporalio/envconfig'
import { NativeConnection, Worker } from '@temporalio/worker'
import { TASK_QUEUES } from '../activities/contract/task-queues.ts'
import { createActivities } from '../activities/index.ts'
import { readConfig, type Config } from '../config.ts'
import { connectDatabase } from '../drizzle/client.ts'
import { openInstallation } from '../drizzle/installation.ts'
import { readKeyring } from '../drizzle/keyring.ts'
import { listen } from '../drizzle/listen.ts'
import { createStores } from '../drizzle/stores/index.ts'
import { createNoticeChannel } from '../gateways/notices/client.ts'
import { createPersonnelDatabase } from '../gateways/personnel-database/client.ts'
import { createPopulationDatabase } from '../gateways/population-database/client.ts'
import { createSignatureService } from '../gateways/signature-service/client.ts'
import { endWith, tellReady } from '../process-life.ts'
import { readBundle } from './bundle.ts'
import { keepClock } from './clock-keeper.ts'
import { sweepMatchingSchedules } from './matching-schedules.ts'
import { createProcesses, tellSleepers } from './processes.ts'
import { scrubFailures } from './scrub.ts'
import { waitForDatabase } from './patience.ts'
import { keepSweeping, sweepNotices, sweepStarts } from './sweeps.ts'
import { createLogger, installRuntime, serveHealth } from './telemetry.ts'

const SWEEP_EVERY_MS = 5_000
const SCHEDULES_EVERY_MS = 60_000
const FORGET_EVERY_MS = 3_600_000
const CACHED_WORKFLOWS_MAX = 500

const config = readConfig('worker')
const logger = createLogger(`worker-${config.WORKER_ROLE}`, config.LOG_LEVEL)
installRuntime(logger)
const gateway = { timeoutMs: config.GATEWAY_TIMEOUT_MS }
const notices = createNoticeChannel({ ...gateway, url: config.NOTICES_URL, secret: config.NOTICES_SECRET })

const { connectionOptions, namespace = 'default' } = loadClientConnectConfig()
const address = { ...connectionOptions, address: connectionOptions.address ?? config.TEMPORAL_ADDRESS }
const connection = await NativeConnection.connect(address)
const client = new Client({ connection: await Connection.connect(address), namespace })
const { db, close } = connectDatabase(config.DATABASE_URL, {
  connectionsMax: config.DATABASE_CONNECTIONS_MAX,
})
const keyring = await readKeyring(config.DONGBO_KEYRING)
const stores = createStores(db, keyring)
await openInstallation(stores.clock, keyring, config.DONGBO_MODE)
const processes = createProcesses(client)
const activities = createActivities({
  ...stores,
  processes,
  personnel: createPersonnelDatabase({
    ...gateway,
    url: config.PERSONNEL_DATABASE_URL,
    secret: config.PERSONNEL_DATABASE_SECRET,
  }),
  population: createPopulationDatabase({
    ...gateway,
    url: config.POPULATION_DATABASE_URL,
    secret: config.POPULATION_DATABASE_SECRET,
  }),
  signatures: createSignatureService({
    ...gateway,
    url: config.SIGNATURE_SERVICE_URL,
    secret: config.SIGNATURE_SERVICE_SECRET,
  }),
})

const worker = await Worker.create({
  connection,
  namespace,
  taskQueue: TASK_QUEUES[config.WORKER_ROLE],
  activities,
  interceptors: {
    activity: [scrubFailures((line) => logger.warn(line, 'activity failed')), waitForDatabase],
  },
  shutdownGraceTime: '4s',
  ...(config.WORKER_ROLE === 'workflow' ? await workflowOptions(config) : workOptions()),
})
const running = worker.run()
const health = await serveHealth(config.WORKER_HEALTH_PORT, () => worker.getState() === 'RUNNING')
const duties = config.WORKER_ROLE === 'workflow' ? await takeUpDuties() : []
logger.info({ role: config.WORKER_ROLE }, 'worker runs')
tellReady()

endWith(async () => {
  worker.shutdown()
  await running
  for (const duty of duties) await duty.stop()
  health.close()
  await close()
  await client.connection.close()
  await connection.close()
})
await running

async function workflowOptions({ WORKFLOW_BUNDLE }: Config<'worker'>) {
  return {
    workflowBundle: await readBundle(WORKFLOW_BUNDLE),
    maxCachedWorkflows: CACHED_WORKFLOWS_MAX,
    maxConcurrentWorkflowTaskExecutions: 20,
    maxConcurrentActivityTaskExecutions: Math.max(2, config.DATABASE_CONNECTIONS_MAX - 2),
    // After a worker's death its cached workflows would wait for 10 s.
    stickyQueueScheduleToStartTimeout: '1s',
  }
}

function workOptions() {
  return {
    maxConcurrentActivityTaskExecutions: Math.max(2, Math.min(6, config.DATABASE_CONNECTIONS_MAX - 2)),
    // Heartbeats must be told at least three times within the shortest time-out.
    maxHeartbeatThrottleInterval: config.WORKER_HEARTBEAT_MS / 4,
    defaultHeartbeatThrottleInterval: config.WORKER_HEARTBEAT_MS / 4,
  }
}

function onError(error: unknown): void {
  logger.warn(
    { code: error instanceof Error ? error.name : 'unknown' },
    'a sweep failed, the next one goes on',
  )
}

/** What only one role does: starting ordered processes, delivering notices, keeping the clock. */
async function takeUpDuties(): Promise<{ stop: () => Promise<void> }[]> {
  const starts = keepSweeping(() => sweepStarts(stores.processStarts, processes), {
    everyMs: SWEEP_EVERY_MS,
    onError,
  })
  const deliveries = keepSweeping(() => sweepNotices(stores.notices, notices), {
    everyMs: SWEEP_EVERY_MS,
    onError,
  })
  const forgetting = keepSweeping(() => stores.requests.forget(), { everyMs: FORGET_EVERY_MS, onError })
  const schedules =
    config.DONGBO_MODE === 'live'
      ? [
          keepSweeping(() => sweepMatchingSchedules(stores.campaigns, client), {
            everyMs: SCHEDULES_EVERY_MS,
            onError,
          }),
        ]
      : []
  const nudge = () => {
    starts.nudge()
    for (const sweep of schedules) sweep.nudge()
  }
  const ears = await listen(config.DATABASE_URL, { process_starts: nudge, notices: deliveries.nudge })
  return [
    starts,
    deliveries,
    forgetting,
    ...schedules,
    { stop: ears.close },
    keepClock({ ...stores, tell: tellSleepers(client) }, onError),
  ]
}
