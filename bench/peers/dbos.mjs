import { DBOS } from '@dbos-inc/dbos-sdk'
import { CONCURRENCY, databaseUrl, keep, listBatches, opened, send } from './window.mjs'

/** One queued workflow per batch of two steps; what a dead process left is taken up at its launch. */
const queueName = 'batches'
DBOS.setConfig({ name: 'sync-window', systemDatabaseUrl: databaseUrl, logLevel: 'error' })
const retries = { retriesAllowed: true, intervalSeconds: 1, maxAttempts: 100, backoffRate: 2 }
const sendBatch = DBOS.registerWorkflow(
  async (batch) => {
    const key = DBOS.workflowID ?? ''
    const results = await DBOS.runStep(() => send(batch, key), { name: 'send', ...retries })
    await DBOS.runStep(() => keep(batch, results), { name: 'keep', ...retries })
  },
  { name: 'sendBatch' },
)
await DBOS.launch()
await DBOS.registerQueue(queueName, { workerConcurrency: CONCURRENCY, minPollingIntervalMs: 100 })
await opened()
await Promise.all((await listBatches()).map((batch) => DBOS.startWorkflow(sendBatch, { queueName })(batch)))
