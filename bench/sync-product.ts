import { randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Client, Connection } from '@temporalio/client'
import postgres from 'postgres'
import { windowList } from '../api/contract/sync-windows.ts'
import { createClockControl } from '../api/temporal/clock.ts'
import { newTokenKey } from '../api/tokens.ts'
import type { Role } from '../domain/access.ts'
import { connectDatabase } from '../drizzle/client.ts'
import { createKeyring } from '../drizzle/keyring.ts'
import { createStores } from '../drizzle/stores/index.ts'
import type { Dossier } from '../drizzle/stores/sync-windows.ts'
import { DOSSIER_BATCH_MAX } from '../gateways/personnel-database/contract.ts'
import { createUser } from '../sandbox/bots-client.ts'
import { plansOf } from '../start/plans.ts'
import { findFree } from '../start/ports.ts'
import { DURABLE_SETTINGS } from '../start/postgres.ts'
import { createSupervisor } from '../start/processes.ts'
import { startServers, type Servers } from '../test/chaos/servers.ts'
import { bringAllTo, hireCrew } from '../test/support/campaign.ts'
import { bundleWorkflows } from '../worker/bundle.ts'
import { say } from './servers.ts'

const SECRET = 'only-for-tests-0123456789'
const KEY = Buffer.alloc(32, 7)
const SEED = 1
/** None of them is hopeless with this seed. */
const CODES = ['G09', 'H14', 'H18', 'H24']
export const BODIES_MAX = CODES.length
/** By then every body is past the first day on which it would take up a stage. */
const DAY = '2025-09-06'
const PHASE_MS = 3_600_000

export interface WindowAhead {
  readonly windowId: string
  readonly localityCode: string
  /** Lets the moment come. */
  readonly open: () => Promise<void>
}
export interface ItemCounts {
  readonly accepted: number
  readonly rejected: number
  readonly pending: number
}
/** What a body sends in its window, as the receiver is told. */
export interface SyncWindow {
  readonly windowId: string
  readonly localityCode: string
  readonly sessionIds: readonly string[]
  readonly connectionKey: string
  readonly dossiers: readonly Dossier[]
}

/** PostgreSQL with the settings of `npm start` and the engine, for the time of a bench. */
export async function withServers<T>(work: (servers: Servers) => Promise<T>): Promise<T> {
  const servers = await startServers(say, {
    settings: DURABLE_SETTINGS,
    bundle: async () => (await bundleWorkflows()).code,
  })
  try {
    return await work(servers)
  } finally {
    await servers.stop()
  }
}

/**
 * The product's own processes with bodies whose windows are about to open. The workers send to `sync-receiver.ts`, which
 * counts and disturbs, or without `isDisturbed` straight to the sandbox.
 */
export async function openSyncProduct(
  servers: Servers,
  options: { readonly bodies: number; readonly records: number; readonly isDisturbed: boolean },
) {
  const { records } = options
  const codes = CODES.slice(0, options.bodies)
  const databases = await servers.createDatabases()
  const file = (name: string) => join(databases.home, name)
  writeFileSync(file('keyring.json'), KEY.toString('base64'), { mode: 0o600 })
  writeFileSync(file('token-key.pem'), newTokenKey(), { mode: 0o600 })
  const ports = await Promise.all(Array.from({ length: 5 }, findFree))
  const [apiPort = 0, sandboxPort = 0, workflowHealthPort = 0, workHealthPort = 0, receiverPort = 0] = ports
  const [apiUrl, sandboxUrl] = [`http://127.0.0.1:${apiPort}`, `http://127.0.0.1:${sandboxPort}`]
  const receiverUrl = options.isDisturbed ? `http://127.0.0.1:${receiverPort}` : sandboxUrl
  const personnelUrl = `${receiverUrl}/personnel-database`
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
    { records: records * codes.length, seed: SEED, bodies: codes, sandboxSecret: SECRET, empty: true },
  ).map(({ environment, ...plan }) => ({
    ...plan,
    environment: {
      ...environment,
      LOG_LEVEL: 'warn',
      WORKFLOW_BUNDLE: servers.bundleFile,
      ...('PERSONNEL_DATABASE_URL' in environment ? { PERSONNEL_DATABASE_URL: personnelUrl } : {}),
    },
  }))
  const receiver = {
    name: 'receiver',
    file: fileURLToPath(new URL('sync-receiver.ts', import.meta.url)),
    environment: {
      PATH: process.env['PATH'] ?? '',
      RECEIVER_PORT: String(receiverPort),
      SANDBOX_URL: sandboxUrl,
    },
  }
  const { db, close } = connectDatabase(databases.url, { connectionsMax: 4 })
  const keyring = createKeyring(KEY)
  const stores = createStores(db, keyring)
  await stores.clock.install('rehearsal', keyring.seal('installation', Buffer.from('dongbo')))
  const supervisor = createSupervisor({
    say,
    logFileOf: (name) => join(databases.home, 'logs', `${name}.log`),
    mark: `--dongbo-home=${databases.home}`,
  })
  await Promise.all(
    [...plans, ...(options.isDisturbed ? [receiver] : [])].map((plan) => supervisor.start(plan)),
  )
  const connection = await Connection.connect({ address: servers.temporalAddress })
  const clockControl = createClockControl(new Client({ connection }))
  const [ours, theirs] = [databases.ownerUrl, databases.sandboxUrl].map((url) =>
    postgres(url, { max: 2, onnotice: () => {} }),
  )
  if (ours === undefined || theirs === undefined) throw new Error('no connection')

  async function standAt(instant: string): Promise<void> {
    const stand = { speed: 0, runningSpeed: 86_400, cause: 'pause', actor: null } as const
    await clockControl.tell(await stores.clock.anchor({ ...stand, campaignMs: Date.parse(instant) }))
  }
  async function logIn(role: Role, localityCode: string | null = null) {
    const name = `${role}-${randomUUID()}`
    const account = { name, password: `${name}-password`, role, localityCode }
    await stores.access.createAccounts([{ ...account, documentNo: 'bench' }])
    return createUser(apiUrl, account)
  }
  return {
    receiverUrl,
    personnelUrl,
    pidOf: (name: string) => supervisor.pidOf(name) ?? 0,
    /** Carries every body to the day before its window; answers what opens each window, in the order of their days. */
    async approachWindows(): Promise<readonly WindowAhead[]> {
      await standAt(`${DAY}T09:00:00+07:00`)
      const crew = await hireCrew(logIn, { codes, seed: SEED, sandboxUrl })
      // Room for all of them on any day: what is measured is not the waiting for a slot.
      const settings = { bodiesPerHour: codes.length, recordsPerHour: records * codes.length }
      const launched = await crew.coordinator.post('/campaigns', { localityCodes: codes, settings })
      const campaignId = String(launched['campaignId'])
      await bringAllTo(crew, campaignId, 'sync-records', { day: DAY, withinMs: PHASE_MS })
      const path = `/campaigns/${campaignId}/sync-windows?limit=200`
      const { windows } = await crew.operator.get(windowList, path)
      return windows
        .toSorted((one, other) => (one.opensAt < other.opensAt ? -1 : 1))
        .map(({ windowId, localityCode, opensAt }) => ({
          windowId,
          localityCode,
          open: () => standAt(opensAt.replace('T00:', 'T08:')),
        }))
    },
    /** Whether everything of a window is settled. @throws Error when it waits for a person */
    async isComplete(windowId: string): Promise<boolean> {
      const [window] =
        await ours`select completed_at, parked_reason from sync_windows where window_id = ${windowId}`
      if (window?.['parked_reason'] != null) throw new Error(`Parked: ${String(window['parked_reason'])}.`)
      return window?.['completed_at'] != null
    },
    /** When the first batch of a window was sent and the last answer kept, in epoch milliseconds. */
    async readSending(windowId: string): Promise<{ firstMs: number; lastMs: number }> {
      const [times] = await ours<{ firstMs: number; lastMs: number }[]>`
        select (extract(epoch from min(uuid_extract_timestamp(idempotency_key))) * 1000)::float8 as "firstMs",
          (extract(epoch from max(answered_at)) * 1000)::float8 as "lastMs" from sync_batches where window_id = ${windowId}`
      return times ?? { firstMs: Number.NaN, lastMs: Number.NaN }
    },
    /** How many items of a window stand in each state. */
    async countItems(windowId: string): Promise<ItemCounts> {
      const [counts] = await ours<ItemCounts[]>`
        select count(*) filter (where state = 'a')::int as accepted, count(*) filter (where state = 'r')::int as rejected,
          count(*) filter (where state = 'p')::int as pending from sync_items where window_id = ${windowId}`
      return counts ?? { accepted: 0, rejected: 0, pending: 0 }
    },
    /** What was sent in a window; only once its versions are listed. */
    async readWindow({ windowId, localityCode }: WindowAhead): Promise<SyncWindow> {
      const items = await ours<{ id: string }[]>`
        select record_id as id from sync_items where window_id = ${windowId} order by record_id`
      const dossiers: Dossier[] = []
      for (let from = 0; from < items.length; from += DOSSIER_BATCH_MAX) {
        const ids = items.slice(from, from + DOSSIER_BATCH_MAX).map(({ id }) => Number(id))
        dossiers.push(...(await stores.windows.readDossiers(windowId, ids)))
      }
      const sessions = await stores.windows.readSessions(windowId)
      return {
        windowId,
        localityCode,
        dossiers,
        sessionIds: sessions.map(({ session_id }) => session_id),
        connectionKey: (await stores.keys.readActiveSecret(localityCode)) ?? '',
      }
    },
    /** What the receiver applied: how often, and how many versions. */
    async countApplied(localityCode: string): Promise<{ rows: number; versions: number }> {
      const [counts] = await theirs<{ rows: number; versions: number }[]>`
        select count(*)::int as rows, count(distinct (record, version_no))::int as versions from journal
        where locality_code = ${localityCode}`
      return counts ?? { rows: 0, versions: 0 }
    },
    /**
     * The receiver has forgotten every dossier, nobody pays for another's writes, and the planner knows the tables, as it
     * does by itself a minute after they were filled.
     */
    async settle(): Promise<void> {
      await theirs`truncate dossiers, journal, dossier_batches`
      await ours`analyze`
      await theirs`checkpoint`
    },
    async [Symbol.asyncDispose]() {
      await supervisor.stop()
      await connection.close()
      await Promise.all([close(), ours.end({ timeout: 1 }), theirs.end({ timeout: 1 })])
    },
  }
}
export type SyncProduct = Awaited<ReturnType<typeof openSyncProduct>>
