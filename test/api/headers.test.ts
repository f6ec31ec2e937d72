import { randomUUID } from 'node:crypto'
import { createConnection } from 'node:net'
import { text } from 'node:stream/consumers'
import postgres from 'postgres'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildWithoutEngine } from '../../api/openapi.ts'
import { isLocalRole, mayAct, ROLES, type Role } from '../../domain/access.ts'
import { createBody, launch, type Body } from './bodies.ts'
import { ask, nameOf, readRoutes, startApi, type Api, type Person } from './fixture.ts'
import { expectProblem, PLANTED, type Answer } from './problems.ts'
import { requestFor } from './requests.ts'

let api: Api
let body: Body
let listening: Promise<string>
const people = new Map<Role, Person>()
beforeAll(async () => {
  api = await startApi()
  const campaignId = await launch(api, ['H26'])
  body = await createBody(api, campaignId, 'H26')
  for (const person of [body.officer, body.signer, body.machine]) people.set(person.role, person)
  for (const role of ROLES.filter((each) => !isLocalRole(each))) people.set(role, await api.logIn(role))
  listening = api.app.listen({ host: '127.0.0.1', port: 0 })
})
afterAll(() => api[Symbol.asyncDispose]())

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const
type Method = (typeof METHODS)[number]
async function send(
  method: Method,
  url: string,
  headers: Readonly<Record<string, string>> = {},
  payload = '',
) {
  const response = await api.app.inject({
    method,
    url,
    headers,
    ...(payload === '' ? {} : { payload }),
  })
  return { status: response.statusCode, body: response.body, headers: response.headers }
}
const officer = () => ({ authorization: body.officer.authorization })
const json = { 'content-type': 'application/json' }

function expectSafe({ headers }: Answer): void {
  expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' })
  expect(
    Object.keys(headers).filter((name) => /^server$|powered|^access-control|^allow$/.test(name)),
  ).toEqual([])
}

test('every answer of every route forbids guessing its type and keeping it, and does not say what made it', async () => {
  for (const route of readRoutes(api.app)) {
    const role = ROLES.find((each) => mayAct(each, route.action)) ?? 'auditor'
    const { request } = requestFor(route, role, body.objects)
    for (const person of [people.get(role) ?? null, null]) {
      const answer = await ask(api, person, request)
      expectSafe(answer)
      if (answer.status < 400) continue
      expect(nameOf(route) + String(answer.headers['content-type'])).toContain('application/problem+json')
    }
  }
  for (const url of ['/healthz', '/readyz', '/metrics', '/openapi.json', '/v1/no-such-route'])
    expectSafe(await send('GET', url))
})

test.each([
  ['vi', 'Yêu cầu quá lớn.'],
  ['en', 'The request is too large.'],
] as const)('a body over the limit is told so in the caller’s language: %s', async (language, title) => {
  const url = `/v1/localities/H26/key-administrators`
  const large = JSON.stringify({ fullName: 'x'.repeat(1_048_577), contact: '024' })
  const answer = await send('POST', url, { ...officer(), ...json, 'accept-language': language }, large)
  expect(answer.status).toBe(413)
  expectProblem(answer, language)
  expect(answer.body).toContain(title)
  const units = 'x'.repeat(8 * 1_048_576 + 1)
  const csv = { ...officer(), 'content-type': 'text/csv', 'accept-language': language }
  const file = await send('POST', '/v1/localities/H26/units', csv, units)
  expect(file.status).toBe(413)
  expectProblem(file, language)
})

test('an upload that is not CSV is refused by its type before a byte of it is read', async () => {
  for (const url of ['/v1/localities/H26/intakes?source=H26-1', '/v1/localities/H26/units'])
    for (const type of ['application/json', 'text/plain', 'application/vnd.ms-excel']) {
      const answer = await send('POST', url, { ...officer(), 'content-type': type }, '{"not": "closed')
      expect([url, type, answer.status]).toEqual([url, type, 415])
      expectProblem(answer, 'vi')
    }
})

const patternOf = (path: string) => new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`)

test('a method that an address does not know is answered with those it does, with a body or without, logged in or not', async () => {
  const routes = readRoutes(api.app)
  for (const { path } of routes) {
    const url = path.replaceAll(/\{\w+\}/g, 'x')
    // `GET /v1/campaigns/preview` asks for a campaign of that name.
    const declared = routes.flatMap((route) => (patternOf(route.path).test(url) ? [route.method] : []))
    // Whatever answers GET answers HEAD.
    const known: string[] = declared.includes('GET') ? [...declared, 'HEAD'] : declared
    const allow = [...new Set(known)].toSorted().join(', ')
    for (const method of METHODS.filter((each) => !known.includes(each)))
      for (const headers of [{}, { ...officer(), ...json }]) {
        const answer = await send(method, url, headers, 'authorization' in headers ? '{"a":1}' : '')
        expect([method, path, answer.status, answer.headers['allow']]).toEqual([method, path, 405, allow])
        if (method !== 'HEAD') expectProblem(answer, 'vi')
      }
  }
})

test('HEAD is guarded as GET is and says nothing more; OPTIONS is a method like others that no address knows', async () => {
  const url = `/v1/intakes/${body.objects['intakeId']}`
  expect((await send('HEAD', url)).status).toBe(401)
  const stranger = await api.logIn('locality-officer', 'H29')
  expect((await send('HEAD', url, { authorization: stranger.authorization })).status).toBe(404)
  const own = await send('HEAD', url, officer())
  expect([own.status, own.body]).toEqual([200, ''])
  expect((await send('HEAD', '/v1/no-such-route')).status).toBe(404)
  // No page of another origin is served, so nobody asks beforehand; no header invites one.
  const options = await send('OPTIONS', url, { ...officer(), origin: 'https://example.org' })
  expect([options.status, options.headers['allow']]).toEqual([405, 'GET, HEAD'])
  expect(Object.keys(options.headers).filter((name) => name.startsWith('access-control'))).toEqual([])
  expect((await send('OPTIONS', '/v1/no-such-route')).status).toBe(404)
})

test('an address that is no route is a problem like every other, and is not repeated', async () => {
  const address = `/v1/${encodeURIComponent(PLANTED)}?name=${encodeURIComponent(PLANTED)}`
  for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const)
    for (const language of ['vi', 'en'] as const) {
      const headers = { 'accept-language': language, ...json }
      const answer = await send(method, address, headers, method === 'GET' ? '' : '{}')
      expect([method, answer.status]).toEqual([method, 404])
      expectProblem(answer, language)
    }
})

const clockAt = (length: number) => '/v1/clock?x='.padEnd(length, 'x')

test('an address of more than 4,096 characters is refused before anybody is asked who they are', async () => {
  expect((await send('GET', clockAt(4_096), officer())).status).toBe(200)
  for (const url of [clockAt(4_097), clockAt(100_000), `/v1/no-such-route?${'y'.repeat(5_000)}`]) {
    const answer = await send('GET', url)
    expect(answer.status).toBe(414)
    expectProblem(answer, 'vi')
  }
})

test('every problem has an id of its own, made here and not by the caller', async () => {
  const given = { 'request-id': PLANTED, 'x-request-id': 'mine', ...officer() }
  const ids = new Set<string>()
  for (let time = 0; time < 20; time += 1) {
    const answer = await send('GET', '/v1/no-such-route', given)
    expectProblem(answer, 'vi')
    ids.add(/"instance":"([^"]+)"/.exec(answer.body)?.[1] ?? '')
  }
  expect(ids.size).toBe(20)
})

test.each([
  ['vi', 'Đã xảy ra lỗi ngoài dự kiến; hãy báo kèm mã yêu cầu.'],
  ['en', 'Something unexpected went wrong; quote the request’s id.'],
] as const)(
  'a fault of our own tells nothing but its id, in the caller’s language: %s',
  async (language, title) => {
    await using faulty = await startApi({ readyChecks: [() => Promise.reject(new Error(PLANTED))] })
    const {
      statusCode,
      body: told,
      headers,
    } = await faulty.app.inject({
      url: '/readyz',
      headers: { 'accept-language': language },
    })
    expect(statusCode).toBe(500)
    expectProblem({ status: statusCode, body: told, headers }, language)
    expect(JSON.parse(told)).toEqual({
      type: 'urn:dongbo:problem:unexpected',
      title,
      status: 500,
      code: 'unexpected',
      instance: expect.any(String),
    })
  },
)

test('a database that is not there is no fault of ours: 503, to be asked again', async () => {
  const broken = await buildWithoutEngine('postgres://nobody:secret@127.0.0.1:1/none')
  const authorization = `Bearer ${randomUUID()}`
  for (const method of ['GET', 'POST'] as const) {
    const url = method === 'GET' ? '/v1/clock' : '/v1/clock/pause'
    const {
      statusCode,
      body: told,
      headers,
    } = await broken.app.inject({
      method,
      url,
      headers: { authorization, 'idempotency-key': randomUUID() },
    })
    expect([statusCode, headers['retry-after']]).toEqual([503, '5'])
    expectProblem({ status: statusCode, body: told, headers }, 'vi')
    expect(told).toContain('database-unreachable')
  }
  await broken.app.close()
  await broken.close()
})

test('a database that ends in the middle of the work is the same, and the API goes on when it is back', async () => {
  await using own = await startApi()
  const person = await own.logIn('auditor')
  const asked = () => ask(own, person, { url: '/v1/clock' })
  expect((await asked()).status).toBe(200)
  const statuses: number[] = []
  const asking = (async () => {
    while (statuses.length < 200) statuses.push((await asked()).status)
  })()
  const owner = postgres(own.ownerUrl, { max: 1, onnotice: () => {} })
  for (let time = 0; time < 5; time += 1)
    await owner`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`
  await owner.end()
  await asking
  expect(statuses.filter((status) => status !== 200 && status !== 503)).toEqual([])
  expect((await asked()).status).toBe(200)
})

/** Sends bytes as they are, and listens to the end of the connection. */
async function sendRaw(bytes: string): Promise<Answer> {
  const address = new URL(await listening)
  const socket = createConnection(Number(address.port), address.hostname)
  socket.write(bytes)
  const [top = '', told = ''] = (await text(socket)).split('\r\n\r\n', 2)
  const [line = '', ...lines] = top.split('\r\n')
  const headers = lines.map((each) => each.split(': ', 2)).map(([name = '', value = '']) => [name, value])
  return { status: Number(line.split(' ')[1]), body: told, headers: Object.fromEntries(headers) }
}

test.each([
  ['headers of a megabyte', 431, `GET /v1/clock HTTP/1.1\r\nhost: x\r\nx: ${PLANTED.repeat(1_000)}\r\n\r\n`],
  ['what is no HTTP', 400, `${PLANTED}\r\n\r\n`],
  ['a header without a name', 400, `GET /v1/clock HTTP/1.1\r\n: ${PLANTED}\r\n\r\n`],
  ['two lengths', 400, 'GET / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n'],
  [
    'chunks that are none',
    400,
    `POST /v1/access-tokens HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n${PLANTED}`,
  ],
])('%s are answered with a problem like every other, and are not repeated', async (_what, status, bytes) => {
  const answer = await sendRaw(bytes)
  expect(answer.status).toBe(status)
  expectProblem(answer, 'vi')
  expectSafe(answer)
})

test.each([
  ['can not be decoded', 400, `/v1/localities/${encodeURIComponent(PLANTED)}%e1%bb/units`],
  [
    'has a part of more than 100 characters',
    414,
    `/v1/localities/${encodeURIComponent(PLANTED)}${'x'.repeat(101)}/units`,
  ],
])('an address that %s is a problem like every other, and is not repeated', async (_what, status, url) => {
  for (const language of ['vi', 'en'] as const) {
    const answer = await send('GET', url, { ...officer(), 'accept-language': language })
    expect(answer.status).toBe(status)
    expectProblem(answer, language)
    expectSafe(answer)
  }
})

test('a connection whose upload was refused half way answers the next request', async () => {
  const address = new URL(await listening)
  const socket = createConnection(Number(address.port), address.hostname)
  const csv = `no,header\n${'x,y\n'.repeat(200_000)}`
  socket.write(
    `POST /v1/localities/H26/intakes?source=H26-1 HTTP/1.1\r\nhost: x\r\ncontent-type: text/csv\r\n` +
      `authorization: ${body.officer.authorization}\r\nidempotency-key: refused-half-way\r\n` +
      `content-length: ${csv.length}\r\n\r\n${csv}`,
  )
  socket.write('GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n')
  const answers = await text(socket)
  expect(answers.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 422', 'HTTP/1.1 200'])
})
