import { readFile } from 'node:fs/promises'
import { Client, Connection } from '@temporalio/client'
import { loadClientConnectConfig } from '@temporalio/envconfig'
import { pino } from 'pino'
import { readConfig } from '../config.ts'
import { connectDatabase } from '../drizzle/client.ts'
import { openInstallation } from '../drizzle/installation.ts'
import { readKeyring } from '../drizzle/keyring.ts'
import { CHANGES, listen } from '../drizzle/listen.ts'
import { createStores } from '../drizzle/stores/index.ts'
import { createApprovalStore } from '../drizzle/stores/localities-approvals.ts'
import { createScheduleStore } from '../drizzle/stores/sync-schedule.ts'
import { endWith, tellReady } from '../process-life.ts'
import { buildApp } from './app.ts'
import { rehearsalLogIn } from './contract/access.ts'
import { createEvents } from './events.ts'
import { createCampaignControl } from './temporal/campaigns.ts'
import { createClockControl } from './temporal/clock.ts'
import { createLocalityControl } from './temporal/localities.ts'
import { createRetryControl } from './temporal/retries.ts'
import { createSigningControl } from './temporal/signing.ts'
import { readyChecks } from './temporal/processes.ts'
import { approvalProcesses } from './temporal/process-names.ts'
import { createTokens } from './tokens.ts'

const config = readConfig('api')
const { connectionOptions, namespace = 'default' } = loadClientConnectConfig()
// Lazy: the API answers from the database while the engine is away.
const connection = Connection.lazy({
  ...connectionOptions,
  address: connectionOptions.address ?? config.TEMPORAL_ADDRESS,
  connectTimeout: '2s',
})
const client = new Client({ connection, namespace })
const { db, close } = connectDatabase(config.DATABASE_URL, {
  connectionsMax: config.DATABASE_CONNECTIONS_MAX,
})
const keyring = await readKeyring(config.DONGBO_KEYRING)
const stores = createStores(db, keyring)
await openInstallation(stores.clock, keyring, config.DONGBO_MODE)
const { DONGBO_MODE: mode, REHEARSAL_LOG_INS: logInsFile } = config
// A live installation does not even look at it.
const rehearsalLogIns =
  mode === 'live' || logInsFile === undefined
    ? []
    : rehearsalLogIn.array().parse(JSON.parse(await readFile(logInsFile, 'utf8')))
const events = createEvents()
const app = await buildApp({
  ...stores,
  approvals: createApprovalStore(db, approvalProcesses),
  schedule: createScheduleStore(db, approvalProcesses),
  tokens: await createTokens(config.API_TOKEN_KEY, stores.access),
  localityControl: createLocalityControl(client),
  campaignControl: createCampaignControl(client),
  clockControl: createClockControl(client),
  retryControl: createRetryControl(client),
  signingControl: createSigningControl(client),
  installation: { mode, rehearsalLogIns },
  events,
  webFolder: config.WEB_FOLDER,
  readyChecks: readyChecks(client, () => stores.clock.now()),
  logger: pino({ name: 'api', level: config.LOG_LEVEL }),
})
const ears = await listen(config.DATABASE_URL, { [CHANGES]: events.heard })
await app.listen({ host: config.API_HOST, port: config.API_PORT })
tellReady()

endWith(async () => {
  await app.close()
  await ears.close()
  await connection.close()
  await close()
})
