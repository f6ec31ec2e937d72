import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { isLocalRole, mayAct, ROLES, type Role } from '../../domain/access.ts'
import { createBody, launch, type Body } from './bodies.ts'
import { nameOf, readRoutes, startApi, type Api, type Person, type Route } from './fixture.ts'
import { brokenBodies, HOSTILE_PARAMETERS, HOSTILE_SEGMENTS, schema, type Schema } from './hostile.ts'
import { expectProblem, LANGUAGES, PLANTED, type Answer } from './problems.ts'
import { addressOf, requestFor } from './requests.ts'

const described = z.object({
  paths: z.record(
    z.string(),
    z.record(
      z.string(),
      z.object({
        parameters: z.array(z.object({ in: z.string(), name: z.string() })).default([]),
        requestBody: z.object({ content: z.record(z.string(), z.object({ schema })) }).optional(),
      }),
    ),
  ),
})
interface Described {
  readonly route: Route
  readonly body: Schema | undefined
  readonly queries: readonly string[]
}

let api: Api
let body: Body
let routes: readonly Described[]
let logIn: Described
const people = new Map<Role, Person>()

beforeAll(async () => {
  api = await startApi()
  const campaignId = await launch(api, ['H26'])
  body = await createBody(api, campaignId, 'H26')
  for (const person of [body.officer, body.signer, body.machine]) people.set(person.role, person)
  for (const role of ROLES.filter((each) => !isLocalRole(each))) people.set(role, await api.logIn(role))
  const { paths } = described.parse(api.app.swagger())
  const describe = (route: Route) => {
    const found = paths[route.path]?.[route.method.toLowerCase()]
    return {
      route,
      body: found?.requestBody?.content['application/json']?.schema,
      queries: (found?.parameters ?? []).flatMap((each) => (each.in === 'query' ? [each.name] : [])),
    }
  }
  routes = readRoutes(api.app).map(describe)
  // It asks nobody who they are; whoever is logged in may log in as well.
  logIn = describe({ method: 'POST', path: '/v1/access-tokens', action: 'clock.read' })
})
afterAll(() => api[Symbol.asyncDispose]())

/** Somebody who may call it, the body's own people first. */
function somebodyFor({ action }: Route): Person {
  const role = ROLES.toReversed().find((each) => mayAct(each, action) && people.has(each))
  const person = role === undefined ? undefined : people.get(role)
  if (person === undefined) throw new Error(`nobody may ${action}`)
  return person
}

interface Sent {
  readonly method: Route['method']
  readonly url: string
  readonly headers?: Readonly<Record<string, string | undefined>>
  readonly payload?: string | Buffer | undefined
}
async function send({ method, url, headers = {}, payload }: Sent): Promise<Answer> {
  const given = Object.entries({ 'idempotency-key': randomUUID(), ...headers })
  const response = await api.app.inject({
    method,
    url,
    headers: Object.fromEntries(
      given.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
    ),
    ...(payload === undefined ? {} : { payload }),
  })
  return { status: response.statusCode, body: response.body, headers: response.headers }
}

/** What was tried, and how often it happened to be valid after all. */
const tally = { sent: 0, taken: 0 }
beforeEach(() => Object.assign(tally, { sent: 0, taken: 0 }))
const shareTaken = () => tally.taken / tally.sent
function judge(answer: Answer, language: 'vi' | 'en', what: string): void {
  tally.sent += 1
  if (answer.status < 300) tally.taken += 1
  try {
    expect(answer.status).toBeLessThan(500)
    if (answer.status >= 300) expectProblem(answer, language)
  } catch (error) {
    throw new Error(`${what}: ${answer.status} ${answer.body.slice(0, 300)}`, { cause: error })
  }
}

test('300 malformed bodies, made after each route’s own schema: each is a problem of the sender, told in the sender’s language', async () => {
  const taking = [...routes.filter((each) => each.body !== undefined), logIn]
  expect(taking.length).toBeGreaterThan(25)
  const requests = fc
    .constantFrom(...taking)
    .chain(({ route, body: of }) => fc.tuple(fc.constant(route), brokenBodies(of ?? {})))
  await fc.assert(
    fc.asyncProperty(requests, fc.constantFrom(...LANGUAGES), async ([route, broken], [spoken, heard]) => {
      const person = somebodyFor(route)
      const answer = await send({
        method: route.method,
        url: addressOf(route, person.role, body.objects),
        headers: {
          authorization: person.authorization,
          'accept-language': spoken,
          'content-type': broken.type,
        },
        payload: broken.payload,
      })
      judge(answer, heard, `${nameOf(route)}, ${broken.fault}`)
    }),
    { numRuns: 500 },
  )
  expect(tally.sent).toBeGreaterThanOrEqual(300)
  expect(shareTaken()).toBeLessThan(0.25)
})

test('150 malformed ids and queries: each is a problem of the sender, or names nothing that is there', async () => {
  const addressed = fc.constantFrom(...routes).chain(({ route, queries }) => {
    const { role } = somebodyFor(route)
    const good = addressOf(route, role, body.objects)
    const [path = '', query = ''] = good.split('?')
    const names = [...queries, 'limit', 'fields[]', PLANTED]
    const bad = fc.constantFrom(...HOSTILE_PARAMETERS).map(encodeURIComponent)
    const inQuery = fc
      .tuple(fc.constantFrom(...names), bad, fc.option(bad))
      .map(([name, value, again]) =>
        [
          path,
          [query, `${encodeURIComponent(name)}=${value}`, again === null ? '' : `${name}=${again}`],
        ].flat(),
      )
      .map(([at = '', ...parts]) => `${at}?${parts.filter((part) => part !== '').join('&')}`)
    const holes = route.path.split('/').flatMap((part, at) => (part.startsWith('{') ? [at] : []))
    const inPath = fc
      .tuple(fc.constantFrom(...holes, 3), fc.constantFrom(...HOSTILE_SEGMENTS).map(encodeURIComponent))
      .map(([at, value]) =>
        path
          .split('/')
          .with(Math.min(at, path.split('/').length - 1), value)
          .join('/'),
      )
    const url =
      queries.length > 0 ? fc.oneof(inQuery, inPath) : fc.oneof({ weight: 3, arbitrary: inPath }, inQuery)
    return fc.tuple(fc.constant(route), url)
  })
  await fc.assert(
    fc.asyncProperty(addressed, fc.constantFrom(...LANGUAGES), async ([route, url], [spoken, heard]) => {
      const { authorization } = somebodyFor(route)
      const json = route.method === 'GET' ? {} : { 'content-type': 'application/json' }
      const answer = await send({
        method: route.method,
        url,
        headers: { authorization, 'accept-language': spoken, ...json },
        ...(route.method === 'GET' ? {} : { payload: '{}' }),
      })
      judge(answer, heard, `${route.method} ${url}`)
    }),
    { numRuns: 400 },
  )
  expect(tally.sent).toBeGreaterThanOrEqual(150)
  expect(shareTaken()).toBeLessThan(0.35)
})

test('an Idempotency-Key that is missing, too short, too long or unprintable is refused by every route that wants one', async () => {
  const posts = routes.filter(
    ({ route }) => route.method === 'POST' && route.path !== '/v1/campaigns/preview',
  )
  const keys = [
    undefined,
    '',
    '1234567',
    'x'.repeat(201),
    'a key with spaces',
    'key\u0001key1',
    'khóa-của-tôi',
  ]
  for (const { route } of posts)
    for (const key of keys) {
      const person = somebodyFor(route)
      const { request } = requestFor(route, person.role, body.objects)
      const isText = typeof request.body === 'string'
      const answer = await send({
        method: 'POST',
        url: request.url,
        headers: {
          authorization: person.authorization,
          'idempotency-key': key,
          'content-type': isText ? 'text/csv' : 'application/json',
        },
        payload: typeof request.body === 'string' ? request.body : JSON.stringify(request.body),
      })
      judge(answer, 'vi', `${nameOf(route)} with ${key}`)
      expect([nameOf(route), key, answer.status]).toEqual([nameOf(route), key, 400])
      expect(answer.body).toContain('idempotency-key-missing')
    }
  expect(posts.length).toBeGreaterThan(25)
})

const reason = 'Theo công văn'
const documentNo = '5034/BNV-CCVC'
const stage = '/v1/campaigns/{campaignId}/localities/{code}/stages/{stage}'
test.each([
  [
    'POST',
    '/v1/campaigns/{campaignId}/amendments',
    'namedDate',
    { stage: 'match-daily', reason, documentNo },
  ],
  ['POST', `${stage}/extend`, 'lastDay', { reason, documentNo }],
  ['POST', '/v1/localities/{code}/sync-slots', 'day', {}],
  ['POST', '/v1/sync-windows/{windowId}/retry', 'day', { reason }],
  ['PUT', '/v1/clock/holds/{name}', 'clearUntil', {}],
] as const)(
  'a day that no campaign has is refused before it is written, where it would make unreadable what it is written to: %s %s',
  async (method, path, field, rest) => {
    const route = routes.find((each) => each.route.path === path && each.route.method === method)?.route
    if (route === undefined) throw new Error('no such route')
    const { authorization, role } = somebodyFor(route)
    for (const day of ['0000-01-01', '1999-12-31', '2100-01-01', '9999-12-31']) {
      const value = field === 'clearUntil' ? `${day}T12:00:00Z` : day
      const answer = await send({
        method,
        url: addressOf(route, role, body.objects),
        headers: { authorization, 'content-type': 'application/json' },
        payload: JSON.stringify({ ...rest, [field]: value }),
      })
      expect([day, answer.status]).toEqual([day, 400])
      judge(answer, 'vi', day)
    }
  },
)

test('a launch with a date that no campaign has is refused, and what there is stays readable', async () => {
  const { authorization } = people.get('ministry-coordinator') ?? { authorization: '' }
  const stages = [{ stage: 'match-daily', namedDate: '9999-12-31', inclusive: true, dayOffPolicy: 'keep' }]
  for (const url of ['/v1/campaigns', '/v1/campaigns/preview']) {
    const headers = { authorization, 'content-type': 'application/json' }
    const payload = JSON.stringify({ stages, localityCodes: ['H49'] })
    expect([url, (await send({ method: 'POST', url, headers, payload })).status]).toEqual([url, 400])
  }
  for (const url of ['/v1/campaigns', `/v1/campaigns/${body.objects['campaignId']}/board`, '/v1/clock'])
    expect([url, (await send({ method: 'GET', url, headers: { authorization } })).status]).toEqual([url, 200])
})
