import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { join } from 'node:path'
import { asyncLocalStorage, Context } from '@temporalio/activity'
import { sql } from 'drizzle-orm'
import { z } from 'zod'
import { createRecordActivities } from '../../activities/records.ts'
import { buildApp, type AppDeps } from '../../api/app.ts'
import { createEvents } from '../../api/events.ts'
import { approvalProcesses } from '../../api/temporal/process-names.ts'
import { createTokens, newTokenKey } from '../../api/tokens.ts'
import { ACTIONS, isLocalRole, type Action, type Role } from '../../domain/access.ts'
import { beginLocality } from '../../domain/localities-process.ts'
import { STAGES } from '../../domain/stages.ts'
import { LIVE_CLOCK } from '../../domain/clock.ts'
import { CHANGES, listen } from '../../drizzle/listen.ts'
import { createStores } from '../../drizzle/stores/index.ts'
import { createApprovalStore } from '../../drizzle/stores/localities-approvals.ts'
import { createScheduleStore } from '../../drizzle/stores/sync-schedule.ts'
import { createTestDatabase } from '../support/database.ts'

const METHODS = ['GET', 'POST', 'PUT', 'DELETE'] as const
export interface Route {
  readonly method: (typeof METHODS)[number]
  /** As the description has it: `/v1/intakes/{intakeId}`. */
  readonly path: string
  readonly action: Action
}
const document = z.object({
  paths: z.record(z.string(), z.record(z.string(), z.object({ 'x-action': z.string().optional() }))),
})

/** Every route that wants to know who asks, as the API describes itself. */
export function readRoutes(app: { swagger: () => object }): readonly Route[] {
  return Object.entries(document.parse(app.swagger()).paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([name, route]) => {
      const action = ACTIONS.find((known) => known === route['x-action'])
      const method = METHODS.find((known) => known === name.toUpperCase())
      return action === undefined || method === undefined ? [] : [{ method, path, action }]
    }),
  )
}
export const nameOf = ({ method, path }: Route) => `${method} ${path}`

/** An engine that takes every act and knows every process: who may ask it is what is tested here. */
const willingEngine = {
  localityControl: {
    act: async () => ({ sequence: 0, openStage: null }),
    readProcess: async (campaignId: string, localityCode: string) =>
      beginLocality({
        campaignId,
        localityCode,
        rules: { letterIntervalDays: 7, escalationDays: null },
        clock: LIVE_CLOCK,
        launchedMs: 0,
        dues: STAGES.map((stage) => ({ stage, dueMs: 1 })),
      }),
    lookAgain: async () => {},
    decide: async () => {},
  },
  campaignControl: { amend: async () => {}, end: async () => {} },
  clockControl: { tell: async () => {} },
  retryControl: { changed: async () => {} },
  signingControl: { changed: async () => {} },
}

/** The API with tokens as in production, on a PostgreSQL of its own. */
export async function startApi(
  more: Pick<AppDeps, 'timeLimits' | 'streamLimits' | 'webFolder'> &
    Partial<Pick<AppDeps, 'readyChecks' | 'installation'>> = {},
) {
  const database = await createTestDatabase()
  const { db, keyring } = database
  const stores = createStores(db, keyring)
  const folder = mkdtempSync(join(tmpdir(), 'dongbo-key-'))
  const tokenKey = newTokenKey()
  writeFileSync(join(folder, 'token-key.pem'), tokenKey, { mode: 0o600 })
  const tokens = await createTokens(join(folder, 'token-key.pem'), stores.access)
  const events = createEvents()
  const ears = await listen(database.url, { [CHANGES]: events.heard })
  const app = await buildApp({
    ...stores,
    ...willingEngine,
    approvals: createApprovalStore(db, approvalProcesses),
    schedule: createScheduleStore(db, approvalProcesses),
    tokens,
    installation: { mode: 'live', rehearsalLogIns: [] },
    events,
    readyChecks: [],
    ...more,
  })
  await app.ready()

  /** Somebody with one role, logged in. */
  async function logIn(role: Role, localityCode: string | null = null) {
    const name = `${role}-${randomUUID()}`
    const account = { name, password: name, role, documentNo: 'test' }
    await stores.access.createAccounts([
      { ...account, localityCode: isLocalRole(role) ? localityCode : null },
    ])
    const subject = (await stores.access.checkPassword(name, name)) ?? ''
    return { role, name, subject, authorization: `Bearer ${await tokens.issue(subject)}` }
  }

  return {
    app,
    db,
    ownerUrl: database.ownerUrl,
    stores,
    keyring,
    tokenKey,
    logIn,
    async [Symbol.asyncDispose]() {
      await app.close()
      await ears.close()
      await database[Symbol.asyncDispose]()
      rmSync(folder, { recursive: true })
    },
  }
}
export type Api = Awaited<ReturnType<typeof startApi>>
export type Person = Awaited<ReturnType<Api['logIn']>>

/** Asks as somebody; a text is sent as CSV, anything else as JSON. */
export async function ask(
  { app }: Pick<Api, 'app'>,
  person: Pick<Person, 'authorization'> | null,
  request: {
    readonly method?: Route['method']
    readonly url: string
    readonly body?: string | object | undefined
    readonly key?: string
  },
) {
  const { method = 'GET', url, body } = request
  const response = await app.inject({
    payloadAsStream: true,
    method,
    url,
    headers: {
      'idempotency-key': request.key ?? randomUUID(),
      ...(person === null ? {} : { authorization: person.authorization }),
      ...(body === undefined
        ? {}
        : { 'content-type': typeof body === 'string' ? 'text/csv' : 'application/json' }),
    },
    ...(body === undefined ? {} : { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const { statusCode: status, headers } = response
  return { status, body: await readBody(response.stream(), headers['content-type']), headers }
}

/** A stream of events has no end: what it says first is its answer. */
async function readBody(stream: Readable, type: unknown): Promise<string> {
  if (type !== 'text/event-stream') return text(stream)
  for await (const first of stream) return String(first)
  return ''
}

/** Rewritten by {@link convert} only where the activity looks at its context. */
const outsideOfTheEngine: Context = Object.assign(Object.create(Context.prototype), {
  cancellationSignal: new AbortController().signal,
  heartbeat() {},
})

/** Converts a received file with the product's own activity, without an engine that would call it. */
export async function convert(
  { stores, keyring }: Pick<Api, 'stores' | 'keyring'>,
  intake: { readonly intakeId: string; readonly localityCode: string },
): Promise<void> {
  const activities = createRecordActivities({ ...stores, keyring })
  await asyncLocalStorage.run(outsideOfTheEngine, async () => {
    while ((await activities.convertPages(intake)).pagesLeft > 0);
    await activities.finishIntake(intake)
  })
}

/** The ids of a table's rows that belong to one body: of everything that has an owner, whatever is added later. */
export async function readOwnedIds({ db }: Pick<Api, 'db'>, code: string): Promise<ReadonlySet<string>> {
  const columns = await db.execute<{ table_name: string; column_name: string }>(sql`
    select c.table_name, c.column_name from information_schema.columns c
    join information_schema.columns o on o.table_name = c.table_name and o.column_name = 'locality_code'
    where c.table_schema = 'public' and c.data_type = 'uuid'
    union all select 'audit_entries', 'subject'`)
  const ids = await Promise.all(
    columns.map(({ table_name, column_name }) => {
      const owner = sql.raw(table_name === 'audit_entries' ? 'scope' : 'locality_code')
      const column = sql.identifier(column_name)
      return db.execute<{ id: string }>(
        sql`select distinct ${column}::text as id from ${sql.identifier(table_name)} where ${owner} = ${code} and ${column}::text ~ '^[0-9a-f-]{36}$'`,
      )
    }),
  )
  return new Set(ids.flat().map(({ id }) => id))
}

/** What a body's rows are, in one line for each table: nobody changed them if it is the same later. */
export async function readFingerprints({ db }: Pick<Api, 'db'>, code: string) {
  const tables = await db.execute<{ table_name: string }>(sql`
    select c.table_name from information_schema.columns c
    where c.table_schema = 'public' and c.column_name = 'locality_code' order by 1`)
  return Promise.all(
    tables.map(async ({ table_name }) => {
      const [row] = await db.execute<{ print: string }>(sql`
        select count(*) || ' ' || coalesce(md5(string_agg(r::text, '' order by r::text)), '') as print
        from ${sql.identifier(table_name)} as r where locality_code = ${code}`)
      return `${table_name}: ${row?.print}`
    }),
  )
}
