import { randomUUID } from 'node:crypto'
import { Client, Connection } from '@temporalio/client'
import { buildApp } from '../api/app.ts'
import { createEvents } from '../api/events.ts'
import { createCampaignControl } from '../api/temporal/campaigns.ts'
import { createClockControl } from '../api/temporal/clock.ts'
import { createLocalityControl } from '../api/temporal/localities.ts'
import { approvalProcesses } from '../api/temporal/process-names.ts'
import { createRetryControl } from '../api/temporal/retries.ts'
import { createSigningControl } from '../api/temporal/signing.ts'
import { createTokens } from '../api/tokens.ts'
import type { Role } from '../domain/access.ts'
import { connectDatabase } from '../drizzle/client.ts'
import { openInstallation } from '../drizzle/installation.ts'
import { readKeyring } from '../drizzle/keyring.ts'
import { createStores } from '../drizzle/stores/index.ts'
import { createApprovalStore } from '../drizzle/stores/localities-approvals.ts'
import { createScheduleStore } from '../drizzle/stores/sync-schedule.ts'

export interface ProductOptions {
  readonly databaseUrl: string
  readonly keyring: string
  readonly tokenKey: string
  readonly mode: 'live' | 'rehearsal'
  /** Without it nobody answers there, as while the engine is away. */
  readonly temporalAddress?: string
}

/** The API and the stores in this process. */
export async function openProduct(options: ProductOptions) {
  const keyring = await readKeyring(options.keyring)
  const { db, close } = connectDatabase(options.databaseUrl, { connectionsMax: 10 })
  const stores = createStores(db, keyring)
  await openInstallation(stores.clock, keyring, options.mode)
  const connection = Connection.lazy({ address: options.temporalAddress ?? '127.0.0.1:9' })
  const client = new Client({ connection })
  const tokens = await createTokens(options.tokenKey, stores.access)
  const approvals = createApprovalStore(db, approvalProcesses)
  const app = await buildApp({
    ...stores,
    approvals,
    schedule: createScheduleStore(db, approvalProcesses),
    tokens,
    localityControl: createLocalityControl(client),
    campaignControl: createCampaignControl(client),
    clockControl: createClockControl(client),
    retryControl: createRetryControl(client),
    signingControl: createSigningControl(client),
    installation: { mode: options.mode, rehearsalLogIns: [] },
    events: createEvents(),
    readyChecks: [],
  })
  return {
    app,
    approvals,
    client,
    connection,
    keyring,
    stores,
    /** The header and the subject of somebody who is logged in. */
    async logIn(role: Role, localityCode: string | null = null) {
      const name = `${role}-${randomUUID()}`
      await stores.access.createAccounts([{ name, password: name, role, localityCode, documentNo: 'bench' }])
      const subject = await stores.access.checkPassword(name, name)
      if (subject === null) throw new Error('The account that was just made does not open.')
      return { subject, authorization: `Bearer ${await tokens.issue(subject)}` }
    },
    async [Symbol.asyncDispose]() {
      await app.close()
      await connection.close()
      await close()
    },
  }
}
export type OpenedProduct = Awaited<ReturnType<typeof openProduct>>
