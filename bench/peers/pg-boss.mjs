import { PgBoss } from 'pg-boss'
import { CONCURRENCY, databaseUrl, keep, listBatches, opened, send } from './window.mjs'

/** One job per batch; a heartbeat and a supervisor at their shortest, so that a dead worker is noticed soon. */
const QUEUE = 'batches'
const boss = new PgBoss({
  connectionString: databaseUrl,
  superviseIntervalSeconds: 1,
  monitorIntervalSeconds: 1,
})
boss.on('error', console.error)
await boss.start()
await boss.createQueue(QUEUE, {
  retryLimit: 100,
  retryDelay: 1,
  retryBackoff: true,
  retryDelayMax: 10,
  heartbeatSeconds: 10,
})
await boss.work(
  QUEUE,
  {
    localConcurrency: CONCURRENCY / 2,
    // Two at a time: only then does it fetch without a pause while there is more.
    batchSize: 2,
    burstWhenBatchFull: true,
    perJobResults: true,
    pollingIntervalSeconds: 0.5,
  },
  (jobs) =>
    Promise.all(
      jobs.map(async ({ id, data }) => {
        try {
          await keep(data, await send(data, id))
          return { id, status: 'completed' }
        } catch (error) {
          return { id, status: 'failed', output: { message: String(error) } }
        }
      }),
    ),
)
await opened()
await boss.insert(
  QUEUE,
  (await listBatches()).map((data) => ({ data })),
)
