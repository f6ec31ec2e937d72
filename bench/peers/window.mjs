import pg from 'pg'

/**
 * What every peer does alike: a table of records with their states, one request per batch, its answer kept in one
 * statement. The process is told by a message that the window opened; started again it has to go on by itself.
 */

const TIMEOUT_MS = 4_000
const { DATABASE_URL, RECEIVER_URL, CONNECTION_KEY, WINDOW } = process.env
/** @type {{ windowId: string, localityCode: string, sessionIds: string[], batchSize: number }} */
const window = JSON.parse(WINDOW ?? '{}')

export const databaseUrl = DATABASE_URL ?? ''
process.on('disconnect', () => process.exit())

/** How many batches are under way at once. */
export const CONCURRENCY = 4
const pool = new pg.Pool({ connectionString: databaseUrl, max: 2 * CONCURRENCY })

/** Tells that the worker is ready, and waits for the order to open the window; never answers in a restarted process. */
export async function opened() {
  const order = new Promise((resolve) => process.once('message', resolve))
  process.send?.('ready')
  await order
}

/**
 * @typedef {{ first: number, last: number }} Batch The records from the first to the last number.
 * @typedef {{ record: string, outcome: string, receipt?: string, reason?: string }} Result
 * @returns {Promise<Batch[]>}
 */
export async function listBatches() {
  const { rows } = await pool.query('select count(*)::int as n from records')
  const { batchSize } = window
  return Array.from({ length: Math.ceil(rows[0].n / batchSize) }, (_, index) => ({
    first: index * batchSize + 1,
    last: (index + 1) * batchSize,
  }))
}

/**
 * Sends what is still pending of a batch; the key is the same at every attempt.
 * @param {Batch} batch
 * @param {string} key
 * @returns {Promise<Result[]>}
 */
export async function send({ first, last }, key) {
  const { rows } = await pool.query(
    `select record, version_no as "versionNo", unit_code as "unitCode", salt, content from records
     where record_id between $1 and $2 and state = 'pending' order by record_id`,
    [first, last],
  )
  if (rows.length === 0) return []
  const { windowId, localityCode, sessionIds } = window
  const response = await fetch(`${RECEIVER_URL}/v1/localities/${localityCode}/dossier-batches`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${CONNECTION_KEY}`,
      'content-type': 'application/json',
      'idempotency-key': key,
    },
    body: JSON.stringify({ windowId, sessionIds, dossiers: rows }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  })
  if (!response.ok) throw new Error(`the receiver answered ${response.status}`)
  return (await response.json()).results
}

/**
 * @param {Batch} batch
 * @param {Result[]} results
 */
export async function keep({ first, last }, results) {
  if (results.length === 0) return
  await pool.query(
    `update records r set state = x.outcome, receipt = x.receipt, reason = x.reason
     from unnest($3::text[], $4::text[], $5::uuid[], $6::text[]) as x (record, outcome, receipt, reason)
     where r.record_id between $1 and $2 and r.record = x.record`,
    [
      first,
      last,
      results.map(({ record }) => record),
      results.map(({ outcome }) => outcome),
      results.map(({ receipt }) => receipt ?? null),
      results.map(({ reason }) => reason ?? null),
    ],
  )
}
