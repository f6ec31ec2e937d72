import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { buildWithoutEngine, describe, OPENAPI_FILE } from '../../api/openapi.ts'
import { ACTIONS, isLocalRole, mayAct, ROLES, type Action, type Role } from '../../domain/access.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'

const A = 'H26'
const B = 'H29'
const document = z.object({
  openapi: z.literal('3.1.0'),
  paths: z.record(
    z.string(),
    z.record(z.string(), z.object({ 'x-action': z.string().optional(), summary: z.string().optional() })),
  ),
})
interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly path: string
  readonly action: Action
}

let database: TestDatabase
let api: Awaited<ReturnType<typeof buildWithoutEngine>>
let routes: readonly Route[]
const tokens = new Map<Role, string>()

beforeAll(async () => {
  database = await createTestDatabase()
  api = await buildWithoutEngine(database.url)
  const { paths } = document.parse(api.app.swagger())
  routes = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, route]) => {
      const action = ACTIONS.find((known) => known === route['x-action'])
      const name = (['GET', 'POST', 'PUT', 'DELETE'] as const).find((known) => known === method.toUpperCase())
      return action === undefined || name === undefined ? [] : [{ method: name, path, action }]
    }),
  )
  for (const role of ROLES) {
    const name = `${role}-${randomUUID()}`
    await api.stores.access.createAccounts([
      { name, password: name, role, localityCode: isLocalRole(role) ? A : null, documentNo: 'test' },
    ])
    tokens.set(role, (await api.stores.access.checkPassword(name, name)) ?? '')
  }
})
afterAll(async () => {
  await api.app.close()
  await api.close()
  await database[Symbol.asyncDispose]()
})

const addressOf = ({ path }: Route, code: string) =>
  path
    .replace('{code}', code)
    .replace('{stage}', 'select-software')
    .replace('{name}', 'a-hold')
    .replace('{day}', '2025-09-11')
    .replaceAll(/\{\w+\}/g, '018f0000-0000-7000-8000-000000000001')

async function call(route: Route, role: Role | null, code = A, payload: unknown = {}) {
  const response = await api.app.inject({
    method: route.method,
    url: addressOf(route, code),
    headers: {
      'idempotency-key': randomUUID(),
      ...(role === null ? {} : { authorization: `Bearer ${tokens.get(role)}` }),
      ...(route.method === 'GET' ? {} : { 'content-type': 'application/json' }),
    },
    ...(route.method === 'GET' ? {} : { payload: JSON.stringify(payload) }),
  })
  return { status: response.statusCode, type: String(response.headers['content-type']), body: response.body }
}
const nameOf = ({ method, path }: Route) => `${method} ${path}`

test('the committed description is the one of today’s routes', () => {
  expect(readFileSync(OPENAPI_FILE, 'utf8')).toBe(describe(api.app))
})

test('every route but log-in and health wants to know who asks', async () => {
  expect(routes.length).toBeGreaterThan(40)
  for (const route of routes)
    expect([nameOf(route), (await call(route, null)).status]).toEqual([nameOf(route), 401])
})

test('a role that the matrix does not name gets 403 from every route, and one that it names does not', async () => {
  // Who approves depends on the stage as well: there the rule itself says 403.
  const ruled = ['stage.approve', 'stage.return']
  const wrong: string[] = []
  for (const route of routes)
    for (const role of ROLES) {
      const refused = (await call(route, role)).status === 403
      const may = mayAct(role, route.action)
      if (may === refused && !(may && ruled.includes(route.action))) wrong.push(`${nameOf(route)} as ${role}`)
    }
  expect(wrong).toEqual([])
})

test('another body does not exist for a body’s own people, on any route', async () => {
  for (const route of routes.filter(({ path }) => path.includes('{code}')))
    for (const role of ROLES.filter((local) => isLocalRole(local) && mayAct(local, route.action)))
      expect([nameOf(route), role, (await call(route, role, B)).status]).toEqual([nameOf(route), role, 404])
})

const somebody = (action: Action) => ROLES.find((role) => mayAct(role, action)) ?? null

test('whatever is sent, the answer is a problem of the caller and never of ours', async () => {
  const unsafe = routes.filter(({ method }) => method !== 'GET')
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...unsafe), fc.jsonValue(), async (route, payload) => {
      const { status, type } = await call(route, somebody(route.action), A, payload)
      if (status < 400) return
      expect(status === 503 || status < 500).toBe(true)
      expect(type).toContain('application/problem+json')
    }),
    { numRuns: 300 },
  )
})

test.each([
  ['a header that is no header', 'x,y\n1,2\n', 'file-header'],
  ['no line of data', 'record_code,personal_id,full_name,birth_date,gender,unit_code\n', 'file-empty'],
  ['an open quote', 'record_code,personal_id,full_name,birth_date,gender,unit_code\n"1,2', 'file-shape'],
  [
    'bytes that are no UTF-8',
    Buffer.from([
      ...Buffer.from('record_code,personal_id,full_name,birth_date,gender,unit_code\nA,'),
      0xff,
      0xfe,
    ]),
    'file-not-utf8',
  ],
])('a file of records with %s is refused whole, and nothing of it is kept', async (_what, payload, code) => {
  const officer = tokens.get('locality-officer') ?? ''
  await api.stores.software.register({
    localityCode: A,
    code: 'H26-1',
    name: 'A',
    vendor: 'A',
    predecessorCode: A,
    actor: officer,
    occurredMs: 0,
  })
  const response = await api.app.inject({
    method: 'POST',
    url: `/v1/localities/${A}/intakes?source=H26-1`,
    headers: {
      authorization: `Bearer ${officer}`,
      'idempotency-key': randomUUID(),
      'content-type': 'text/csv',
    },
    payload,
  })
  expect(response.json()).toMatchObject({ status: 422, code })
  const kept = await database.db.execute(
    'select (select count(*) from intakes) + (select count(*) from intake_pages) as n',
  )
  expect(kept).toMatchObject([{ n: '0' }])
})
