import { writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { connectDatabase } from '../drizzle/client.ts'
import { createKeyring } from '../drizzle/keyring.ts'
import { createStores } from '../drizzle/stores/index.ts'
import { createApprovalStore } from '../drizzle/stores/localities-approvals.ts'
import { createScheduleStore } from '../drizzle/stores/sync-schedule.ts'
import { Refusal } from '../domain/errors.ts'
import { buildApp } from './app.ts'
import { createEvents } from './events.ts'
import { approvalProcesses } from './temporal/process-names.ts'

export const OPENAPI_FILE = new URL('./openapi.json', import.meta.url)

const unreachable = () => Promise.reject(new Refusal('outcome-unknown'))

/** The API without an engine behind it: reads answer, acts end with `outcome-unknown`. For its description and for tests. */
export async function buildWithoutEngine(databaseUrl: string) {
  const { db, close } = connectDatabase(databaseUrl, { connectionsMax: 4 })
  const stores = createStores(db, createKeyring(new Uint8Array(32)))
  const app = await buildApp({
    ...stores,
    approvals: createApprovalStore(db, approvalProcesses),
    schedule: createScheduleStore(db, approvalProcesses),
    tokens: {
      issue: async (subject) => subject,
      // Whoever is named by the token, with the grants that the database has.
      async identify({ headers }) {
        const subject = headers.authorization?.replace('Bearer ', '') ?? ''
        if (!/^[0-9a-f-]{36}$/.test(subject)) return null
        const grants = await stores.access.readGrants(subject)
        return grants.length === 0 ? null : { subject, grants }
      },
    },
    localityControl: {
      act: unreachable,
      readProcess: unreachable,
      lookAgain: unreachable,
      decide: unreachable,
    },
    campaignControl: { amend: unreachable, end: unreachable },
    clockControl: { tell: async () => {} },
    retryControl: { changed: unreachable },
    signingControl: { changed: unreachable },
    installation: { mode: 'live', rehearsalLogIns: [] },
    events: createEvents(),
    readyChecks: [async () => 'engine'],
  })
  await app.ready()
  return { app, stores, close }
}

/** The document as it is committed. */
export const describe = (app: { swagger: () => object }): string =>
  `${JSON.stringify(app.swagger(), null, 1)}\n`

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { app, close } = await buildWithoutEngine('postgres://nobody@127.0.0.1:1/none')
  await writeFile(OPENAPI_FILE, describe(app))
  await close()
}
