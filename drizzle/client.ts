import { createConnection } from 'node:net'
import { drizzle } from 'drizzle-orm/postgres-js'
import postgres from 'postgres'

/**
 * A pool of connections to the records. Statements run through drizzle; the few that copy go through {@link rawConnection}.
 * The own socket factory sets TCP_NODELAY, without which every COPY waits 40 ms for an acknowledgement.
 */
export function connectDatabase(url: string, options: { readonly connectionsMax: number }) {
  const { hostname, port } = new URL(url)
  // postgres.js calls `socket` for each connection; its types do not know the option.
  const settings = {
    max: options.connectionsMax,
    onnotice: () => {},
    socket: () => createConnection({ host: hostname, port: Number(port || 5432), noDelay: true }),
  }
  const sql = postgres(url, settings)
  return { db: drizzle(sql), close: () => sql.end({ timeout: 5 }) }
}
export type Database = ReturnType<typeof connectDatabase>['db']
export type Transaction = Parameters<Parameters<Database['transaction']>[0]>[0]
/** Where a statement may run: on the pool, or inside somebody's transaction. */
export type Executor = Database | Transaction
