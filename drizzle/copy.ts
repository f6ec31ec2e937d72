import { EventEmitter } from 'node:events'
import postgres from 'postgres'
import type { Executor } from './client.ts'

const COPY_DEADLINE_MS = 60_000
const SIGNATURE = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1')

/** The postgres.js connection beneath a drizzle handle: inside a transaction the one that the transaction holds. */
function rawConnection(executor: Executor): postgres.Sql | postgres.TransactionSql {
  if (!('session' in executor)) throw new Error('drizzle no longer shows its session: see drizzle/copy.ts')
  const { session } = executor
  if (typeof session !== 'object' || session === null || !('client' in session))
    throw new Error('drizzle no longer shows its connection: see drizzle/copy.ts')
  const { client } = session
  if (!isConnection(client)) throw new Error('drizzle runs on another driver: see drizzle/copy.ts')
  return client
}

const isConnection = (value: unknown): value is postgres.Sql | postgres.TransactionSql =>
  typeof value === 'function' && 'unsafe' in value

/** One value of a binary COPY row. `null`, or its bytes as PostgreSQL's binary format writes them. */
export type Field = Uint8Array | null

const textEncoder = new TextEncoder()
/** `text`, `jsonb` is not supported. */
export const textField = (value: string): Field => textEncoder.encode(value)
export function intField(value: number): Field {
  const field = Buffer.allocUnsafe(4)
  field.writeInt32BE(value)
  return field
}
export function bigintField(value: number): Field {
  const field = Buffer.allocUnsafe(8)
  field.writeBigInt64BE(BigInt(value))
  return field
}
export const uuidField = (value: string): Field => Buffer.from(value.replaceAll('-', ''), 'hex')
/** `timestamptz`: microseconds since 1 January 2000 UTC. */
export function instantField(valueMs: number): Field {
  const field = Buffer.allocUnsafe(8)
  field.writeBigInt64BE(BigInt(Math.round((valueMs - 946_684_800_000) * 1_000)))
  return field
}
function encodeRows(rows: readonly (readonly Field[])[]): Buffer {
  let size = SIGNATURE.length + 2
  for (const row of rows) {
    size += 2
    for (const field of row) size += 4 + (field?.length ?? 0)
  }
  const body = Buffer.allocUnsafe(size)
  let at = SIGNATURE.copy(body)
  for (const row of rows) {
    at = body.writeInt16BE(row.length, at)
    for (const field of row) {
      at = body.writeInt32BE(field?.length ?? -1, at)
      if (field !== null) {
        body.set(field, at)
        at += field.length
      }
    }
  }
  body.writeInt16BE(-1, at)
  return body
}

/**
 * The only place that copies: binary COPY of whole rows into one table, inside the caller's transaction. postgres.js
 * 3.4.9 never settles the stream of a COPY that fails (its issue 1173), so the statement after it is what fails:
 * whatever the cause, this rejects and the transaction rolls back. Check the data before; the first cause is lost.
 */
export async function copyIn(
  executor: Executor,
  table: string,
  columns: readonly string[],
  rows: readonly (readonly Field[])[],
): Promise<void> {
  if (rows.length === 0) return
  const connection = rawConnection(executor)
  const names = columns.map((column) => `"${column}"`).join(', ')
  const stream = await connection.unsafe(`copy "${table}" (${names}) from stdin (format binary)`).writable()
  const { promise: failed, reject } = rejection()
  stream.on('error', reject)
  const body = encodeRows(rows)
  await Promise.race([
    new Promise<void>((resolve) => {
      stream.write(body, () => {
        stream.end()
        setImmediate(resolve)
      })
    }),
    failed,
  ])
  const deadline = setTimeout(
    () => reject(new Error(`COPY into ${table} did not end in time`)),
    COPY_DEADLINE_MS,
  )
  try {
    await Promise.race([connection.unsafe('select 1'), failed])
  } finally {
    clearTimeout(deadline)
  }
}

function rejection(): { readonly promise: Promise<never>; readonly reject: (error: Error) => void } {
  const failing = new EventEmitter()
  const promise = new Promise<never>((_resolve, reject) => {
    failing.once('failed', reject)
  })
  // Without a listener a late failure would end the process.
  promise.catch(() => {})
  return { promise, reject: (error) => failing.emit('failed', error) }
}
