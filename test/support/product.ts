import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Client, Connection } from '@temporalio/client'
import {
  DefaultLogger,
  NativeConnection,
  Runtime,
  Worker,
  type ActivityInterceptorsFactory,
  type WorkflowBundleOption,
} from '@temporalio/worker'
import { inject } from 'vitest'
import { createActivities, type ActivityDeps } from '../../activities/index.ts'
import { TASK_QUEUES } from '../../activities/contract/task-queues.ts'
import { buildApp } from '../../api/app.ts'
import { createEvents } from '../../api/events.ts'
import { createCampaignControl } from '../../api/temporal/campaigns.ts'
import { createClockControl } from '../../api/temporal/clock.ts'
import { createLocalityControl } from '../../api/temporal/localities.ts'
import { createRetryControl } from '../../api/temporal/retries.ts'
import { createSigningControl } from '../../api/temporal/signing.ts'
import { approvalProcesses } from '../../api/temporal/process-names.ts'
import { readyChecks } from '../../api/temporal/processes.ts'
import { createTokens, newTokenKey } from '../../api/tokens.ts'
import type { Role } from '../../domain/access.ts'
import { createStores } from '../../drizzle/stores/index.ts'
import { createApprovalStore } from '../../drizzle/stores/localities-approvals.ts'
import { createScheduleStore } from '../../drizzle/stores/sync-schedule.ts'
import { CHANGES, listen } from '../../drizzle/listen.ts'
import { createPersonnelDatabase } from '../../gateways/personnel-database/client.ts'
import { createPopulationDatabase } from '../../gateways/population-database/client.ts'
import { createSignatureService } from '../../gateways/signature-service/client.ts'
import { bundleWorkflows } from '../../worker/bundle.ts'
import { createProcesses } from '../../worker/processes.ts'
import { waitForDatabase } from '../../worker/patience.ts'
import { scrubFailures, type FailureLine } from '../../worker/scrub.ts'
import { keepSweeping, sweepStarts } from '../../worker/sweeps.ts'
import { createTestDatabase } from './database.ts'
import { ownNamespace } from './temporal-server.ts'

let bundle: WorkflowBundleOption | undefined

const PAGES = fileURLToPath(new URL('../../web/dist', import.meta.url))

export type Gateways = Omit<ActivityDeps, keyof ReturnType<typeof createStores> | 'processes'>

/** Clients of the four outside systems below one address; by default nobody answers there. */
export function gatewaysTo(url = 'http://127.0.0.1:9', secret = 'only-for-tests-0123456789'): Gateways {
  const options = (system: string) => ({ url: `${url}/${system}`, secret, timeoutMs: 3_000 })
  return {
    personnel: createPersonnelDatabase(options('personnel-database')),
    population: createPopulationDatabase(options('population-database')),
    signatures: createSignatureService(options('signature-service')),
  }
}

/**
 * The whole product in this process, on a real PostgreSQL and a real Temporal server: API, both workers, sweep.
 * `disturb` stands between an activity and the gate through which its errors leave.
 */
export async function startProduct(gateways: Gateways, disturb?: ActivityInterceptorsFactory) {
  Runtime.install({
    logger: new DefaultLogger('ERROR'),
    telemetryOptions: { logging: { filter: 'ERROR', forward: {} } },
    shutdownSignals: [],
  })
  const database = await createTestDatabase()
  const { db, keyring } = database
  const stores = createStores(db, keyring)
  await stores.clock.install('live', keyring.seal('installation', Buffer.from('dongbo')))
  const address = inject('temporalAddress')
  const connection = await Connection.connect({ address })
  const namespace = ownNamespace()
  const client = new Client({ connection, namespace })
  const native = await NativeConnection.connect({ address })
  const processes = createProcesses(client)
  const failures: FailureLine[] = []
  bundle ??= await bundleWorkflows()
  const activities = createActivities({ ...stores, ...gateways, processes })
  const options = {
    connection: native,
    namespace,
    activities,
    interceptors: {
      activity: [
        scrubFailures((line) => failures.push(line)),
        waitForDatabase,
        ...(disturb === undefined ? [] : [disturb]),
      ],
    },
    stickyQueueScheduleToStartTimeout: '1s' as const,
  }
  const workers = [
    await Worker.create({ ...options, taskQueue: TASK_QUEUES.workflow, workflowBundle: bundle }),
    await Worker.create({ ...options, taskQueue: TASK_QUEUES.work }),
  ]
  const running = workers.map((worker) => worker.run())
  const sweep = keepSweeping(() => sweepStarts(stores.processStarts, processes), {
    everyMs: 500,
    onError: () => {},
  })
  const events = createEvents()
  const ears = await listen(database.url, { process_starts: sweep.nudge, [CHANGES]: events.heard })

  const keyFolder = mkdtempSync(join(tmpdir(), 'dongbo-key-'))
  const keyFile = join(keyFolder, 'token-key.pem')
  writeFileSync(keyFile, newTokenKey(), { mode: 0o600 })
  const tokens = await createTokens(keyFile, stores.access)
  /** Makes this a rehearsal whose clock stands at an instant; processes are told, as when a coordinator steers it. */
  const clockControl = createClockControl(client)
  async function standAt(instant: string) {
    const clock = await stores.clock.anchor({
      speed: 0,
      runningSpeed: 86_400,
      cause: 'pause',
      actor: null,
      campaignMs: Date.parse(instant),
    })
    await clockControl.tell(clock)
  }

  const app = await buildApp({
    ...stores,
    approvals: createApprovalStore(db, approvalProcesses),
    schedule: createScheduleStore(db, approvalProcesses),
    tokens,
    localityControl: createLocalityControl(client),
    campaignControl: createCampaignControl(client),
    clockControl,
    retryControl: createRetryControl(client),
    signingControl: createSigningControl(client),
    installation: { mode: 'live', rehearsalLogIns: [] },
    events,
    readyChecks: readyChecks(client, () => stores.clock.now()),
    // Served where a test has had them built.
    webFolder: PAGES,
  })

  /** Somebody who is logged in, and asks by method and path. */
  async function logIn(role: Role, localityCode: string | null = null) {
    const name = `${role}-${randomUUID()}`
    await stores.access.createAccounts([{ name, password: name, role, localityCode, documentNo: 'test' }])
    const subject = await stores.access.checkPassword(name, name)
    if (subject === null) throw new Error('no account')
    const authorization = `Bearer ${await tokens.issue(subject)}`
    return {
      subject,
      get: (url: string) => app.inject({ method: 'GET', url, headers: { authorization } }),
      upload: (url: string, csv: string, key: string = randomUUID()) =>
        app.inject({
          method: 'POST',
          url,
          headers: { authorization, 'idempotency-key': key, 'content-type': 'text/csv' },
          payload: csv,
        }),
      post: (url: string, payload: object = {}, key: string = randomUUID()) =>
        app.inject({
          method: 'POST',
          url,
          headers: { authorization, 'idempotency-key': key, 'accept-language': 'en' },
          payload,
        }),
    }
  }

  return {
    database,
    db,
    stores,
    client,
    connection,
    namespace,
    app,
    failures,
    logIn,
    standAt,
    async [Symbol.asyncDispose]() {
      await app.close()
      await ears.close()
      await sweep.stop()
      for await (const { workflowId } of client.workflow.list({ query: `ExecutionStatus = 'Running'` }))
        await client.workflow
          .getHandle(workflowId)
          .terminate('the test is over')
          .catch(() => {})
      for (const worker of workers) worker.shutdown()
      await Promise.all(running)
      await native.close()
      await connection.close()
      rmSync(keyFolder, { recursive: true, force: true })
      await database[Symbol.asyncDispose]()
    },
  }
}
export type Product = Awaited<ReturnType<typeof startProduct>>

/** Waits for a condition, never for a time; says what it last saw when it gives up. */
export async function until<T>(
  look: () => Promise<T>,
  isThere: (seen: T) => boolean,
  withinMs = 30_000,
): Promise<T> {
  const deadline = Date.now() + withinMs
  for (;;) {
    const seen = await look()
    if (isThere(seen)) return seen
    if (Date.now() > deadline) throw new Error(`not there in time: ${JSON.stringify(seen)}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
