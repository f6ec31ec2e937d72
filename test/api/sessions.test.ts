import { randomUUID } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { ACTIONS, isLocalRole, mayAct, ROLES, type Role } from '../../domain/access.ts'
import { recordLine, recordsFile } from './bodies.ts'
import { nameOf, readRoutes, startApi, type Api, type Person } from './fixture.ts'
import { expectProblem } from './problems.ts'

let api: Api
let officer: Person
let coordinator: Person
const BODY = 'H26'
beforeAll(async () => {
  api = await startApi()
  officer = await api.logIn('locality-officer', BODY)
  coordinator = await api.logIn('ministry-coordinator')
})
afterAll(() => api[Symbol.asyncDispose]())

const COOKIE = '__Host-dongbo-session'
const OWN_PAGE = { 'sec-fetch-site': 'same-origin' }
const JSON_TYPE = { 'content-type': 'application/json' }
type Headers = Readonly<Record<string, string>>
type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'

async function send(method: Method, url: string, headers: Headers = {}, payload?: string, of: Api = api) {
  const response = await of.app.inject({
    method,
    url,
    headers,
    ...(payload === undefined ? {} : { payload }),
  })
  const { statusCode: status, body } = response
  return { status, body, headers: response.headers, code: codeOf(body) }
}
const coded = z.object({ code: z.string() })
function codeOf(body: string): string {
  if (!body.startsWith('{')) return ''
  const told = coded.safeParse(JSON.parse(body))
  return told.success ? told.data.code : ''
}
const withCookie = (id: string): Headers => ({ cookie: `${COOKIE}=${id}` })
const idIn = (headers: { readonly 'set-cookie'?: unknown }): string =>
  /^__Host-dongbo-session=([\w-]{43});/.exec(String(headers['set-cookie']))?.[1] ?? ''

/** Logs a browser in by the form of the page; `browser` is what it brings along. */
const logIn = ({ name }: Pick<Person, 'name'>, password = name, browser: Headers = {}, of: Api = api) =>
  send(
    'POST',
    '/v1/sessions',
    { ...OWN_PAGE, ...JSON_TYPE, ...browser },
    JSON.stringify({ name, password }),
    of,
  )
async function sessionOf(person: Person): Promise<string> {
  const id = idIn((await logIn(person)).headers)
  expect(id).not.toBe('')
  return id
}
const whoAmI = (id: string) => send('GET', '/v1/who-am-i', withCookie(id))
/** Everything that happened to the sessions and log-ins of this person happened so much earlier. */
const letPass = ({ subject }: Person, minutes: number, column: 'last_used_at' | 'created_at') =>
  api.db.execute(sql`
    update browser_sessions set ${sql.identifier(column)} = now() - make_interval(mins => ${minutes}) where subject = ${subject}`)

test('whoever logs in gets a cookie that only pages of this host can use, and is told who they are and what they may do', async () => {
  const { status, body, headers } = await logIn(officer)
  expect(status).toBe(201)
  const id = idIn(headers)
  const attributes = String(headers['set-cookie']).split('; ').slice(1).toSorted()
  expect(attributes).toEqual(['HttpOnly', 'Path=/', 'SameSite=Lax', 'Secure'])
  const who = {
    subject: officer.subject,
    name: officer.name,
    grants: [{ role: 'locality-officer', localityCode: BODY }],
    mode: 'live',
    actions: ACTIONS.filter((action) => mayAct('locality-officer', action)),
  }
  expect(JSON.parse(body)).toEqual(who)
  const asked = await whoAmI(id)
  expect([asked.status, JSON.parse(asked.body)]).toEqual([200, who])
  const byToken = await send('GET', '/v1/who-am-i', { authorization: officer.authorization })
  expect(JSON.parse(byToken.body)).toEqual(who)
  // Whoever reads the table can not be anybody.
  const rows = await api.db.execute(sql`select encode(id_sha256, 'escape') as kept from browser_sessions`)
  expect(JSON.stringify(rows)).not.toContain(id)
})

test('a wrong password and an unknown name are answered alike, and as for a token', async () => {
  const nobody = { name: `nobody-${randomUUID()}` }
  const asked = [await logIn(officer, 'wrong'), await logIn(nobody)]
  const forToken = JSON.stringify({ name: officer.name, password: 'wrong' })
  asked.push(await send('POST', '/v1/access-tokens', JSON_TYPE, forToken))
  for (const { status, code, headers } of asked)
    expect([status, code, headers['set-cookie']]).toEqual([401, 'wrong-password', undefined])
})

test('an id that somebody put into the browser is never taken over, and a new log-in ends the session before it', async () => {
  const planted = 'A'.repeat(43)
  const first = idIn((await logIn(officer, officer.name, withCookie(planted))).headers)
  expect(first).not.toBe(planted)
  expect((await whoAmI(planted)).status).toBe(401)
  const second = idIn((await logIn(officer, officer.name, withCookie(first))).headers)
  expect([second === first, (await whoAmI(first)).status, (await whoAmI(second)).status]).toEqual([
    false,
    401,
    200,
  ])
})

test('a session ends half an hour after its last use, and eight hours after it began however much it is used', async () => {
  const id = await sessionOf(coordinator)
  await letPass(coordinator, 29, 'last_used_at')
  expect((await whoAmI(id)).status).toBe(200)
  // That was a use: it counts from now on.
  await letPass(coordinator, 0, 'created_at')
  const [row] = await api.db.execute<{ fresh: boolean }>(
    sql`select last_used_at > now() - interval '1 minute' as fresh from browser_sessions where subject = ${coordinator.subject}`,
  )
  expect(row?.fresh).toBe(true)
  await letPass(coordinator, 31, 'last_used_at')
  expect((await whoAmI(id)).status).toBe(401)
  const another = await sessionOf(coordinator)
  await letPass(coordinator, 8 * 60 - 1, 'created_at')
  expect((await whoAmI(another)).status).toBe(200)
  await letPass(coordinator, 8 * 60 + 1, 'created_at')
  expect((await whoAmI(another)).status).toBe(401)
  // What is over does not stay in the table.
  await sessionOf(officer)
  expect(
    await api.db.execute(sql`select 1 from browser_sessions where subject = ${coordinator.subject}`),
  ).toEqual([])
})

test('a log-out ends the session here and in the browser, whoever kept a copy of the cookie, and no other session', async () => {
  const [id, elsewhere] = [await sessionOf(officer), await sessionOf(officer)]
  const leave = () =>
    send('DELETE', '/v1/sessions/current', { ...OWN_PAGE, 'x-csrf': '1', ...withCookie(id) })
  const left = await leave()
  expect([left.status, left.body]).toEqual([204, ''])
  const cookie = String(left.headers['set-cookie'])
  expect(cookie).toContain(`${COOKIE}=;`)
  expect(Date.parse(/Expires=([^;]+)/.exec(cookie)?.[1] ?? '')).toBeLessThan(Date.now())
  for (const attribute of ['Path=/', 'Secure', 'HttpOnly']) expect(cookie).toContain(attribute)
  expect([(await whoAmI(id)).status, (await whoAmI(elsewhere)).status]).toEqual([401, 200])
  expect((await leave()).status).toBe(204)
})

test('a role that was taken away is gone at the next request, and an account that was ended as well', async () => {
  const person = await api.logIn('ministry-operator')
  await api.db.execute(
    sql`insert into grants (subject, role, document_no) values (${person.subject}, 'auditor', 'test')`,
  )
  const id = await sessionOf(person)
  const entries = () => send('GET', '/v1/audit', withCookie(id))
  expect((await entries()).status).toBe(200)
  const take = (role: Role) =>
    api.db.execute(
      sql`update grants set valid_to = now() where subject = ${person.subject} and role = ${role}`,
    )
  await take('auditor')
  expect([(await entries()).code, (await whoAmI(id)).status]).toEqual(['action-not-allowed', 200])
  await take('ministry-operator')
  expect((await whoAmI(id)).code).toBe('not-authenticated')
  const other = await api.logIn('auditor')
  const otherId = await sessionOf(other)
  await api.db.execute(sql`update accounts set ended_at = now() where subject = ${other.subject}`)
  expect((await whoAmI(otherId)).status).toBe(401)
  expect((await logIn(other)).status).toBe(401)
})

const ORDER = JSON.stringify({ fullName: 'Lê Văn Ba', contact: '024' })
const FORM = { 'content-type': 'application/x-www-form-urlencoded' }
const MARK = { 'x-csrf': '1' }
const HOST = { host: 'dongbo.example:5034' }
const foreign: readonly (readonly [what: string, headers: Headers])[] = [
  ['a page of another site', { 'sec-fetch-site': 'cross-site', ...JSON_TYPE, ...MARK }],
  ['a page of a neighbouring host', { 'sec-fetch-site': 'same-site', ...JSON_TYPE, ...MARK }],
  ['nobody’s page', { 'sec-fetch-site': 'none', ...JSON_TYPE, ...MARK }],
  ['who does not say where it comes from', { ...JSON_TYPE, ...MARK }],
  ['another origin', { ...HOST, origin: 'https://dongbo.example', ...JSON_TYPE, ...MARK }],
  ['an origin that is hidden', { ...HOST, origin: 'null', ...JSON_TYPE, ...MARK }],
  [
    'another site with an origin like ours',
    { ...HOST, 'sec-fetch-site': 'cross-site', origin: 'http://dongbo.example:5034', ...JSON_TYPE },
  ],
  ['a form, even of our own', { ...OWN_PAGE, ...FORM }],
  ['our own page without a mark', { ...OWN_PAGE }],
  ['a form that disguises itself as text', { ...OWN_PAGE, 'content-type': 'text/plain; application/json' }],
]

test.each(foreign)('with a cookie nothing is changed on the word of %s', async (_what, headers) => {
  const id = await sessionOf(officer)
  const cookie = withCookie(id)
  const url = `/v1/localities/${BODY}/key-administrators`
  const key = { 'idempotency-key': randomUUID() }
  const order = await send('POST', url, { ...headers, ...cookie, ...key }, ORDER)
  const leave = await send('DELETE', '/v1/sessions/current', { ...headers, ...cookie })
  const enter = await send(
    'POST',
    '/v1/sessions',
    headers,
    JSON.stringify({ name: officer.name, password: officer.name }),
  )
  for (const answer of [order, leave, enter]) {
    expect([answer.status, answer.code, answer.headers['set-cookie']]).toEqual([403, 'cross-site', undefined])
    expectProblem(answer, 'vi')
  }
  expect((await whoAmI(id)).status).toBe(200)
  // Reading changes nothing, and the answer is for no other page.
  const read = await send('GET', '/v1/who-am-i', { ...headers, ...cookie })
  expect([read.status, read.headers['access-control-allow-origin']]).toEqual([200, undefined])
})

test.each([
  ['by the browser’s word and JSON', { ...OWN_PAGE, ...JSON_TYPE }],
  ['by the browser’s word and a mark', { ...OWN_PAGE, ...MARK, ...JSON_TYPE }],
  [
    'by its origin, where a browser says no more',
    { ...HOST, origin: 'https://dongbo.example:5034', ...JSON_TYPE },
  ],
])('our own pages are believed %s', async (_what, headers) => {
  const id = await sessionOf(officer)
  const order = { ...headers, ...withCookie(id), 'idempotency-key': randomUUID() }
  const url = `/v1/localities/${BODY}/key-administrators`
  expect((await send('POST', url, order, ORDER)).status).toBe(201)
})

test('every route that changes something looks where a cookie’s request comes from, and every route refuses cookie and token together', async () => {
  const ids = new Map<Role, string>()
  for (const role of ROLES)
    ids.set(role, await sessionOf(await api.logIn(role, isLocalRole(role) ? BODY : null)))
  const wrong: string[] = []
  const routes = readRoutes(api.app)
  expect(routes.length).toBeGreaterThan(40)
  for (const route of routes) {
    const role = ROLES.find((each) => mayAct(each, route.action)) ?? 'auditor'
    const url = route.path.replace('{code}', BODY).replaceAll(/\{\w+\}/g, randomUUID())
    const cookie = withCookie(ids.get(role) ?? '')
    const both = await send(route.method, url, {
      ...OWN_PAGE,
      ...MARK,
      ...cookie,
      authorization: officer.authorization,
    })
    if (both.code !== 'two-credentials') wrong.push(`${nameOf(route)} with both: ${both.status}`)
    if (route.method === 'GET') continue
    const { code } = await send(route.method, url, { 'sec-fetch-site': 'cross-site', ...MARK, ...cookie })
    if (code !== 'cross-site') wrong.push(`${nameOf(route)} from another site: ${code}`)
  }
  expect(wrong).toEqual([])
})

test('a token is shown by no browser of its own accord: where such a request comes from is not asked', async () => {
  for (const [, headers] of foreign.slice(0, 4)) {
    const order = { ...headers, authorization: officer.authorization, 'idempotency-key': randomUUID() }
    const url = `/v1/localities/${BODY}/key-administrators`
    expect((await send('POST', url, order, ORDER)).status).toBe(201)
  }
})

test('with a cookie an order is done once under its key, also under the key of a token, and a file is taken', async () => {
  const id = await sessionOf(officer)
  const key = { 'idempotency-key': randomUUID() }
  const url = `/v1/localities/${BODY}/source-systems`
  const body = JSON.stringify({ code: 'H26-1', name: 'Phần mềm', vendor: 'A', predecessorCode: BODY })
  const browser = { ...OWN_PAGE, ...withCookie(id) }
  const first = await send('POST', url, { ...browser, ...key, ...JSON_TYPE }, body)
  const again = await send('POST', url, { ...browser, ...key, ...JSON_TYPE }, body)
  const byToken = { ...key, ...JSON_TYPE, authorization: officer.authorization }
  const third = await send('POST', url, byToken, body)
  expect([first.status, first.headers['idempotency-replayed']]).toEqual([201, undefined])
  for (const answer of [again, third])
    expect([answer.body, answer.headers['idempotency-replayed']]).toEqual([first.body, 'true'])
  const csv = { ...browser, 'content-type': 'text/csv', 'idempotency-key': randomUUID() }
  const file = recordsFile(recordLine(BODY, 11))
  expect((await send('POST', `/v1/localities/${BODY}/intakes?source=H26-1`, csv, file)).status).toBe(202)
})
