import { fork, type ChildProcess } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Client, Connection } from '@temporalio/client'
import postgres from 'postgres'
import { inject } from 'vitest'
import { createClockControl } from '../../api/temporal/clock.ts'
import { newTokenKey } from '../../api/tokens.ts'
import type { Role } from '../../domain/access.ts'
import { createStores } from '../../drizzle/stores/index.ts'
import { createUser } from '../../sandbox/bots-client.ts'
import { findFree } from '../../start/ports.ts'
import { createTestDatabase } from './database.ts'
import { bundleImpatiently } from './impatient-bundle.ts'
import { SANDBOX_SECRET } from './sandbox.ts'
import { ownNamespace } from './temporal-server.ts'

export const PROCESSES = ['api', 'workflow', 'work'] as const
export type ProcessName = (typeof PROCESSES)[number]
const MAINS = { api: '../../api/main.ts', workflow: '../../worker/main.ts', work: '../../worker/main.ts' }

let bundleFile: string | undefined
async function prebuiltBundle(): Promise<string> {
  if (bundleFile === undefined) {
    bundleFile = join(mkdtempSync(join(tmpdir(), 'dongbo-bundle-')), 'workflow-bundle.js')
    const file = bundleFile
    process.once('exit', () => rmSync(join(file, '..'), { recursive: true, force: true }))
    writeFileSync(file, await bundleImpatiently())
  }
  return bundleFile
}

/** The product as it is deployed: processes of their own that can be killed, on a database and a namespace of the test. */
export async function createProcesses(options: {
  readonly mode: 'live' | 'rehearsal'
  readonly sandboxUrl?: string
}) {
  const { mode, sandboxUrl = 'http://127.0.0.1:9' } = options
  const database = await createTestDatabase()
  const folder = mkdtempSync(join(tmpdir(), 'dongbo-processes-'))
  const fileWith = (name: string, text: string) => {
    writeFileSync(join(folder, name), text, { mode: 0o600 })
    return join(folder, name)
  }
  const namespace = ownNamespace()
  const apiPort = await findFree()
  const product = {
    PATH: process.env['PATH'] ?? '',
    LOG_LEVEL: 'warn',
    DATABASE_URL: database.url,
    DONGBO_MODE: mode,
    DONGBO_KEYRING: fileWith('keyring.json', Buffer.alloc(32, 7).toString('base64')),
    TEMPORAL_ADDRESS: inject('temporalAddress'),
    TEMPORAL_NAMESPACE: namespace,
  }
  const system = (name: string, path: string) => ({
    [`${name}_URL`]: `${sandboxUrl}/${path}`,
    [`${name}_SECRET`]: SANDBOX_SECRET,
  })
  const worker = async (role: string) => ({
    ...product,
    WORKER_ROLE: role,
    WORKER_HEALTH_PORT: String(await findFree()),
    WORKER_HEARTBEAT_MS: '3000',
    WORKFLOW_BUNDLE: await prebuiltBundle(),
    ...system('PERSONNEL_DATABASE', 'personnel-database'),
    ...system('POPULATION_DATABASE', 'population-database'),
    ...system('SIGNATURE_SERVICE', 'signature-service'),
    ...system('NOTICES', 'notices'),
  })
  const environments = {
    api: {
      ...product,
      API_PORT: String(apiPort),
      API_TOKEN_KEY: fileWith('token-key.pem', newTokenKey()),
    },
    workflow: await worker('workflow'),
    work: await worker('work'),
  }
  const stores = createStores(database.db, database.keyring)
  const connection = await Connection.connect({ address: inject('temporalAddress') })
  const client = new Client({ connection, namespace })
  const running = new Map<ProcessName, ChildProcess>()
  const logFile = (name: ProcessName) => join(folder, `${name}.log`)

  async function start(...names: readonly ProcessName[]): Promise<void> {
    await Promise.all(
      names.map(async (name) => {
        const log = openSync(logFile(name), 'a')
        const child = fork(fileURLToPath(new URL(MAINS[name], import.meta.url)), [], {
          execArgv: ['--import', import.meta.resolve('tsx')],
          env: environments[name],
          stdio: ['ignore', log, log, 'ipc'],
        })
        closeSync(log)
        running.set(name, child)
        const outcome = await new Promise<string>((resolve) => {
          child.once('message', () => resolve('ready'))
          child.once('exit', () => resolve('ended'))
        })
        if (outcome !== 'ready')
          throw new Error(`${name} ended: ${readFileSync(logFile(name), 'utf8').slice(-2_000)}`)
      }),
    )
  }
  async function end(signal: NodeJS.Signals, names: readonly ProcessName[]): Promise<void> {
    await Promise.all(
      names.map(async (name) => {
        const child = running.get(name)
        running.delete(name)
        if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
        const ended = new Promise((resolve) => child.once('exit', resolve))
        child.kill(signal)
        await ended
      }),
    )
  }

  return {
    ...database,
    stores,
    client,
    apiUrl: `http://127.0.0.1:${apiPort}`,
    start,
    /** As the role that owns the schema. */
    async ownerSql(statements: string) {
      const owner = postgres(database.ownerUrl, { max: 1, onnotice: () => {} })
      await owner.unsafe(statements)
      await owner.end()
    },
    async ownerRows<Row extends object>(statement: string): Promise<Row[]> {
      const owner = postgres(database.ownerUrl, { max: 1, onnotice: () => {} })
      const rows = await owner.unsafe<Row[]>(statement)
      await owner.end()
      return [...rows]
    },
    /** `kill -9`. */
    kill: (...names: readonly ProcessName[]) => end('SIGKILL', names),
    async logIn(
      role: Role,
      localityCode: string | null = null,
      name: string = `${role}-${crypto.randomUUID()}`,
    ) {
      await stores.access.createAccounts([
        { name, password: `${name}-password`, role, localityCode, documentNo: 'test' },
      ])
      return createUser(`http://127.0.0.1:${apiPort}`, {
        name,
        password: `${name}-password`,
        role,
        localityCode,
      })
    },
    /** Makes the clock of a rehearsal stand at an instant, and tells every process. */
    async standAt(instant: string) {
      const clock = await stores.clock.anchor({
        speed: 0,
        runningSpeed: 86_400,
        cause: 'pause',
        actor: null,
        campaignMs: Date.parse(instant),
      })
      await createClockControl(client).tell(clock)
    },
    async [Symbol.asyncDispose]() {
      await end('SIGTERM', PROCESSES)
      for await (const { workflowId } of client.workflow.list({ query: `ExecutionStatus = 'Running'` }))
        await client.workflow
          .getHandle(workflowId)
          .terminate('the test is over')
          .catch(() => {})
      for await (const { scheduleId } of client.schedule.list())
        await client.schedule
          .getHandle(scheduleId)
          .delete()
          .catch(() => {})
      await connection.close()
      await database[Symbol.asyncDispose]()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
export type ProductProcesses = Awaited<ReturnType<typeof createProcesses>>
