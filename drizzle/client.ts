import { createConnection } from 'node:net'
import { drizzle } from 'drizzle-orm/postgres-js'
import postgres from 'postgres'

/**
 * A pool of connections to the records. Statements run through drizzle; the few that copy go through {@link rawConnection}.
 * The own socket factory sets TCP_NODELAY, without which every COPY waits 40 ms for an acknowledgement.
 * After an outage a connection is tried anew within a second: the driver's own pauses grow to 20 s.
 */
export function connectDatabase(url: string, options: { readonly connectionsMax: number }) {
  const { hostname, port } = new URL(url)
  // postgres.js calls `socket` for each connection; its types do not know the option.
  const settings = {
    max: options.connectionsMax,
    onnotice: () => {},
    backoff: (failures: number) => Math.min(2 ** failures / 100, 1),
    socket: () => createConnection({ host: hostname, port: Number(port || 5432), noDelay: true }),
  }
  const sql = postgres(url, settings)
  return { db: drizzle(sql), close: () => sql.end({ timeout: 5 }) }
}
export type Database = ReturnType<typeof connectDatabase>['db']
export type Transaction = Parameters<Parameters<Database['transaction']>[0]>[0]
/** Where a statement may run: on the pool, or inside somebody's transaction. */
export type Executor = Database | Transaction

/** Nobody is there, the connection broke, or PostgreSQL is going down, coming up or full. */
const AWAY =
  /^(ECONNREFUSED|ECONNRESET|EPIPE|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|CONNECT_TIMEOUT|CONNECTION_\w+|08\w{3}|57P0[1-5]|53\w{3})$/
/** Whether a statement failed because the database could not be asked, not because of what was asked. */
export const isDatabaseAway = (error: unknown): boolean => AWAY.test(databaseCodeOf(error))

/** The driver's or PostgreSQL's code of an error, which may be wrapped once; empty where it has none. */
export function databaseCodeOf(error: unknown): string {
  const cause: unknown = error instanceof Error ? (error.cause ?? error) : error
  return typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : ''
}
