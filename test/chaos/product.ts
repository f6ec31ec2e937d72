import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Client, Connection } from '@temporalio/client'
import { tokenView } from '../../api/contract/access.ts'
import { createClockControl } from '../../api/temporal/clock.ts'
import { newTokenKey } from '../../api/tokens.ts'
import type { Role } from '../../domain/access.ts'
import { connectDatabase } from '../../drizzle/client.ts'
import { createKeyring } from '../../drizzle/keyring.ts'
import { createStores } from '../../drizzle/stores/index.ts'
import { createUser } from '../../sandbox/bots-client.ts'
import type { Say } from '../../start/failure.ts'
import { plansOf } from '../../start/plans.ts'
import { findFree } from '../../start/ports.ts'
import { createSupervisor } from '../../start/processes.ts'
import { signalProcess } from '../../start/process-table.ts'
import type { Target } from './schedules.ts'
import type { Servers } from './servers.ts'

const SECRET = 'only-for-tests-0123456789'
const KEY = Buffer.alloc(32, 7)
const OURS = ['API', 'workflow worker', 'work worker', 'sandbox'] as const

export interface ProductOptions {
  readonly codes: readonly string[]
  readonly seed: number
  readonly records: number
  /** How many processes of the `work` role share its queue. */
  readonly workers?: number
  readonly say: Say
}

/**
 * The product as `npm start` runs it: the same processes under the same supervisor, on databases of its own, with nobody
 * playing the bodies yet.
 */
export async function startKillable(servers: Servers, options: ProductOptions) {
  const { codes, seed, records, say } = options
  const databases = await servers.createDatabases()
  const file = (name: string) => join(databases.home, name)
  writeFileSync(file('keyring.json'), KEY.toString('base64'), { mode: 0o600 })
  writeFileSync(file('token-key.pem'), newTokenKey(), { mode: 0o600 })
  const ports = await Promise.all(Array.from({ length: 4 }, findFree))
  const [apiPort = 0, sandboxPort = 0, workflowHealthPort = 0, workHealthPort = 0] = ports
  const plans = plansOf(
    { keyring: file('keyring.json'), tokenKey: file('token-key.pem'), logIns: null },
    {
      databaseUrl: databases.url,
      sandboxDatabaseUrl: databases.sandboxUrl,
      temporalAddress: servers.temporalAddress,
      apiPort,
      sandboxPort,
      workflowHealthPort,
      workHealthPort,
    },
    { records, seed, bodies: [...codes], sandboxSecret: SECRET, empty: true },
  ).map((plan) => ({
    ...plan,
    environment: { ...plan.environment, LOG_LEVEL: 'warn', WORKFLOW_BUNDLE: servers.bundleFile },
  }))
  const more = await Promise.all(
    Array.from({ length: (options.workers ?? 1) - 1 }, async (_, index) => {
      const [work] = plans.filter(({ name }) => name === 'work worker')
      if (work === undefined) throw new Error('no plan of a work worker')
      const port = await findFree()
      return {
        ...work,
        name: `work worker ${index + 2}`,
        environment: { ...work.environment, WORKER_HEALTH_PORT: String(port) },
        readyUrl: `http://127.0.0.1:${port}/healthz`,
      }
    }),
  )
  const { db, close } = connectDatabase(databases.url, { connectionsMax: 4 })
  const keyring = createKeyring(KEY)
  const stores = createStores(db, keyring)
  await stores.clock.install('rehearsal', keyring.seal('installation', Buffer.from('dongbo')))
  const supervisor = createSupervisor({
    say,
    logFileOf: (name) => join(databases.home, 'logs', `${name}.log`),
    mark: `--dongbo-home=${databases.home}`,
  })
  await Promise.all([...plans, ...more].map((plan) => supervisor.start(plan)))
  const connection = await Connection.connect({ address: servers.temporalAddress })
  const client = new Client({ connection })
  const apiUrl = `http://127.0.0.1:${apiPort}`
  const sandboxUrl = `http://127.0.0.1:${sandboxPort}`
  const control = `${sandboxUrl}/control/v1/faults`

  async function createAccount(role: Role, localityCode: string | null) {
    const name = `${role}-${crypto.randomUUID()}`
    const account = { name, password: `${name}-password`, role, localityCode }
    await stores.access.createAccounts([{ ...account, documentNo: 'test' }])
    return account
  }
  /** The processes that a target is now. */
  function pidsOf(target: Target): readonly number[] {
    if (target === 'PostgreSQL') return servers.databaseProcesses()
    if (target === 'engine') return [servers.enginePid()]
    const pid = supervisor.pidOf(target)
    return pid === undefined ? [] : [pid]
  }
  return {
    home: databases.home,
    ownerUrl: databases.ownerUrl,
    apiUrl,
    sandboxUrl,
    client,
    stores,
    pidsOfOurs: () =>
      [...OURS, ...more.map(({ name }) => name)].map((name) => ({ name, pid: supervisor.pidOf(name) ?? 0 })),
    /** `kill -9`; of PostgreSQL the postmaster, as when it runs out of memory. */
    kill(target: Target): void {
      const pids = target === 'PostgreSQL' ? [servers.postmaster()] : pidsOf(target)
      for (const pid of pids) signalProcess(pid, 'SIGKILL')
    },
    async hang(target: Target, forMs: number): Promise<void> {
      const pids = pidsOf(target)
      for (const pid of pids) signalProcess(pid, 'SIGSTOP')
      await pause(forMs)
      for (const pid of pids) signalProcess(pid, 'SIGCONT')
    },
    /** Switches a fault of a system on, or with null off; tries until the sandbox answers. */
    async disturb(system: string, fault: object | null): Promise<void> {
      await persist(async () => {
        const response = await fetch(`${control}/${system}`, {
          method: fault === null ? 'DELETE' : 'PUT',
          ...(fault === null
            ? {}
            : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(fault) }),
          signal: AbortSignal.timeout(2_000),
        })
        if (!response.ok) throw new Error(`the sandbox answered ${response.status}`)
      })
    },
    logIn: async (role: Role, localityCode: string | null = null) =>
      createUser(apiUrl, await createAccount(role, localityCode)),
    /** What stands in the header `authorization` of somebody who asks without a bot. */
    async token(role: Role, localityCode: string | null = null): Promise<string> {
      const { name, password } = await createAccount(role, localityCode)
      const answer = await fetch(`${apiUrl}/v1/access-tokens`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ name, password }),
      })
      return `Bearer ${tokenView.parse(await answer.json()).accessToken}`
    },
    /** The clock of the rehearsal stands at an instant, and everybody is told, however often that takes. */
    async standAt(instant: string): Promise<void> {
      const clock = await persist(() =>
        stores.clock.anchor({
          speed: 0,
          runningSpeed: 86_400,
          cause: 'pause',
          actor: null,
          campaignMs: Date.parse(instant),
        }),
      )
      await persist(() => createClockControl(client).tell(clock))
    },
    async [Symbol.asyncDispose]() {
      await supervisor.stop()
      await persist(async () => {
        for await (const { workflowId, runId } of client.workflow.list({
          query: `ExecutionStatus = 'Running'`,
        }))
          await client.workflow
            .getHandle(workflowId, runId)
            .terminate('the schedule is over')
            .catch(() => {})
      })
      await connection.close()
      await close()
      await persist(() => databases.drop())
    },
  }
}
export type Killable = Awaited<ReturnType<typeof startKillable>>

const TRY_AGAIN_AFTER_MS = 200
/** What we ourselves ask of a server that may be dead or hung just now. */
export async function persist<T>(step: () => Promise<T>, withinMs = 60_000): Promise<T> {
  const untilMs = Date.now() + withinMs
  for (;;) {
    try {
      return await step()
    } catch (error) {
      if (Date.now() > untilMs) throw error
      await pause(TRY_AGAIN_AFTER_MS)
    }
  }
}
