import { Logger, makeWorkerUtils, run } from 'graphile-worker'
import { CONCURRENCY, databaseUrl, keep, listBatches, opened, send } from './window.mjs'

/** One job per batch. A dead worker's jobs stay locked for four hours unless they are unlocked by hand: done at start. */
const connectionString = databaseUrl
const logger = new Logger(() => (level, message) => {
  if (level === 'error') console.error(message)
})
const utils = await makeWorkerUtils({ connectionString, logger })
await utils.migrate()
await utils.withPgClient((client) =>
  client.query(`select graphile_worker.force_unlock_workers(array_agg(distinct locked_by))
    from graphile_worker.jobs where locked_by is not null having count(*) > 0`),
)
await run({
  connectionString,
  logger,
  concurrency: CONCURRENCY,
  taskList: {
    sendBatch: async (batch, { job }) => keep(batch, await send(batch, `batch-${job.id}`)),
  },
})
await opened()
await utils.addJobs(
  (await listBatches()).map((payload) => ({ identifier: 'sendBatch', payload, maxAttempts: 100 })),
)
