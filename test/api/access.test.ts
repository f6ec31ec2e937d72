import { createPrivateKey, randomUUID } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { SignJWT, type JWTPayload } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { isLocalRole, mayAct, ROLES, type Role } from '../../domain/access.ts'
import { newTokenKey } from '../../api/tokens.ts'
import { createBody, launch, recordLine, recordsFile, unitsFile, type Body } from './bodies.ts'
import {
  ask,
  nameOf,
  readFingerprints,
  readOwnedIds,
  readRoutes,
  startApi,
  type Api,
  type Person,
  type Route,
} from './fixture.ts'
import { requestFor } from './requests.ts'

let api: Api
let a: Body
let b: Body
let routes: readonly Route[]
const nation = new Map<Role, Person>()

beforeAll(async () => {
  api = await startApi()
  routes = readRoutes(api.app)
  const campaignId = await launch(api, ['H26', 'H29'])
  a = await createBody(api, campaignId, 'H26')
  b = await createBody(api, campaignId, 'H29')
  for (const role of ROLES.filter((each) => !isLocalRole(each))) nation.set(role, await api.logIn(role))
})
afterAll(() => api[Symbol.asyncDispose]())

const peopleOf = ({ officer, signer, machine }: Body) => [officer, signer, machine]
/** Every route with everybody of a body who may call it. */
const callsOf = (body: Body) =>
  routes.flatMap((route) =>
    peopleOf(body).flatMap((person) => (mayAct(person.role, route.action) ? [{ route, person }] : [])),
  )
/** Routes that belong to nobody: whoever may call them sees the same. */
const OF_NOBODY = [
  '/v1/clock',
  '/v1/events',
  '/v1/matching-runs',
  '/v1/campaigns',
  '/v1/campaigns/{campaignId}',
]
const belongsToABody = ({ path }: Route) => !OF_NOBODY.includes(path) && path !== '/v1/who-am-i'
/** Named in the address and not only in the token. */
const namesABody = ({ path }: Route) => /\{(?!campaignId|day)\w+\}/.test(path)

const codeOf = (body: string): unknown => z.object({ code: z.string() }).parse(JSON.parse(body)).code

test('what a body’s people read is theirs alone: nothing of another body stands in it, and something of their own does', async () => {
  const wrong: string[] = []
  for (const [own, other] of [
    [a, b],
    [b, a],
  ] as const) {
    const [ownIds, otherIds] = [await readOwnedIds(api, own.code), await readOwnedIds(api, other.code)]
    const foreign = [other.code, ...[...otherIds].filter((id) => !ownIds.has(id))]
    const mine = [own.code, ...[...ownIds].filter((id) => !otherIds.has(id))]
    expect(foreign.length).toBeGreaterThan(20)
    for (const { route, person } of callsOf(own).filter((call) => call.route.method === 'GET')) {
      const { request } = requestFor(route, person.role, own.objects)
      const { status, body } = await ask(api, person, request)
      if (status !== 200) wrong.push(`${nameOf(route)} as ${person.role}: ${status}`)
      const leaked = foreign.filter((id) => body.includes(id))
      if (leaked.length > 0) wrong.push(`${nameOf(route)} as ${person.role} shows ${leaked.join(' ')}`)
      if (belongsToABody(route) && !mine.some((id) => body.includes(id)))
        wrong.push(`${nameOf(route)} as ${person.role} shows nothing`)
    }
  }
  expect(wrong).toEqual([])
})

const withoutInstance = (body: string) => body.replace(/"instance":"[^"]+"/, '')

test('another body’s objects do not exist for a body’s people, on any route, and are not changed by their asking', async () => {
  const before = await readFingerprints(api, b.code)
  const unknown = await ask(api, a.officer, { url: '/v1/no-such-route' })
  const wrong: string[] = []
  const calls = callsOf(a).filter(({ route }) => namesABody(route) && !route.path.startsWith('/v1/clock'))
  for (const { route, person } of calls) {
    const { request } = requestFor(route, person.role, b.objects)
    const { status, body } = await ask(api, person, request)
    // Not only the status: nothing tells what is hidden from what is not there.
    if (status !== 404 || withoutInstance(body) !== withoutInstance(unknown.body))
      wrong.push(`${nameOf(route)} as ${person.role}: ${status} ${body}`)
  }
  expect(wrong).toEqual([])
  expect(calls.length).toBeGreaterThan(45)
  expect(await readFingerprints(api, b.code)).toEqual(before)
})

test('every route lets those act who may, on objects that are theirs', async () => {
  const seen: string[] = []
  for (const route of routes)
    for (const role of ROLES.filter((each) => mayAct(each, route.action))) {
      const person = nation.get(role) ?? peopleOf(a).find((each) => each.role === role)
      if (person === undefined) throw new Error(`nobody is ${role}`)
      const { request, statuses } = requestFor(route, role, a.objects)
      const { status, body } = await ask(api, person, request)
      if (!statuses.includes(status))
        seen.push(`${nameOf(route)} as ${role}: ${status} ${body.slice(0, 200)}`)
    }
  expect(seen).toEqual([])
})

test('a body’s own key under another body’s address, and another’s key under the own, is no key', async () => {
  const operator = nation.get('ministry-operator') ?? null
  const before = await readFingerprints(api, b.code)
  for (const step of ['activate', 'cancel'])
    for (const [code, keyId] of [
      [a.code, b.objects['keyId']],
      [b.code, a.objects['keyId']],
      [a.code, randomUUID()],
    ]) {
      const url = `/v1/localities/${code}/connection-keys/${keyId}/${step}`
      expect([step, (await ask(api, operator, { method: 'POST', url, body: {} })).status]).toEqual([
        step,
        404,
      ])
    }
  expect(await readFingerprints(api, b.code)).toEqual(before)
})

test('what another body registered can not be named in a body of a request either', async () => {
  const at = `/v1/localities/${a.code}`
  const source = `${b.code}-1`
  const asked = [
    { url: `${at}/intakes?source=${source}`, body: recordsFile(recordLine(a.code, 17)) },
    { url: `${at}/software-assessments`, body: { source, findings: {} } },
    { url: `${at}/software-choice`, body: { source, scenario: 'same-vendor' } },
  ]
  for (const request of asked) {
    const foreign = await ask(api, a.officer, { method: 'POST', ...request })
    const { url, body } = request
    const missing = await ask(api, a.officer, {
      method: 'POST',
      url: url.replace(source, 'NO-SUCH'),
      body: typeof body === 'string' ? body : { ...body, source: 'NO-SUCH' },
    })
    expect([foreign.status, codeOf(foreign.body)]).toEqual([422, 'unknown-source'])
    expect([missing.status, codeOf(missing.body)]).toEqual([422, 'unknown-source'])
  }
  const foreignUnits = await ask(api, a.officer, {
    method: 'POST',
    url: `${at}/units`,
    body: unitsFile(b.code),
  })
  expect(codeOf(foreignUnits.body)).toBe('unit-tree-invalid')
})

test('people of a body find the campaigns in which it takes part, and no other is there for them', async () => {
  const { campaignId } = a.objects
  const other = await launch(api, ['H56'])
  const stranger = await api.logIn('locality-officer', 'H11')
  const third = await api.logIn('locality-signer', 'H56')
  const listed = async (person: Person, query = '') => {
    const { status, body } = await ask(api, person, { url: `/v1/campaigns${query}` })
    expect(status).toBe(200)
    const list = z.object({ campaigns: z.array(z.object({ campaignId: z.uuid() })) })
    return list.parse(JSON.parse(body)).campaigns.map((each) => each.campaignId)
  }
  for (const person of peopleOf(a)) {
    expect(await listed(person)).toEqual([campaignId])
    // The newest of all is another’s.
    expect(await listed(person, '?limit=1')).toEqual([campaignId])
    expect((await ask(api, person, { url: `/v1/campaigns/${campaignId}` })).status).toBe(200)
    const hidden = await ask(api, person, { url: `/v1/campaigns/${other}` })
    const missing = await ask(api, person, { url: `/v1/campaigns/${randomUUID()}` })
    expect([hidden.status, withoutInstance(hidden.body)]).toEqual([404, withoutInstance(missing.body)])
    // The reports are of all bodies.
    expect((await ask(api, person, { url: `/v1/campaigns/${campaignId}/reports` })).status).toBe(403)
  }
  expect(await listed(third)).toEqual([other])
  expect(await listed(stranger)).toEqual([])
  const auditor = nation.get('auditor')
  const all = auditor === undefined ? [] : await listed(auditor)
  expect(all).toEqual(expect.arrayContaining([other, campaignId]))
})

test('whoever is logged in is told their name; the subject alone is nobody’s word for themselves', async () => {
  for (const person of [...peopleOf(a), ...nation.values()]) {
    const { body } = await ask(api, person, { url: '/v1/who-am-i' })
    expect(JSON.parse(body)).toMatchObject({ subject: person.subject, name: person.name })
  }
})

test('a campaign that a body has no part in has nothing of it, whoever asks', async () => {
  const stage = `/v1/campaigns/${randomUUID()}/localities/${a.code}/stages/select-software`
  const reason = { reason: 'Theo công văn', documentNo: '1' }
  const coordinator = nation.get('ministry-coordinator') ?? null
  const before = await readFingerprints(api, a.code)
  const submitted = await ask(api, a.officer, { method: 'POST', url: `${stage}/submit`, body: {} })
  const overridden = await ask(api, coordinator, { method: 'POST', url: `${stage}/override`, body: reason })
  expect([submitted.status, overridden.status]).toEqual([404, 404])
  expect(await readFingerprints(api, a.code)).toEqual(before)
})

test('nobody, and whoever shows what is no token of ours, is told to log in, on every route', async () => {
  const claims = { iss: 'dongbo', aud: 'dongbo', sub: a.officer.subject }
  const key = createPrivateKey(api.tokenKey)
  const now = Math.floor(Date.now() / 1_000)
  const sign = (more: JWTPayload, typ = 'at+jwt', by = key) =>
    new SignJWT({ ...claims, iat: now, exp: now + 600, ...more })
      .setProtectedHeader({ alg: 'ES256', typ })
      .sign(by)
  const [header, payload, signature] = (await sign({})).split('.')
  const none = Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url')
  const credential = `${randomUUID()}_${'x'.repeat(43)}`
  const refused: readonly string[] = [
    ...['', 'Bearer', 'Bearer ', 'Bearer x', 'Basic dXNlcjpwYXNz', a.officer.authorization.toLowerCase()],
    ...[`${a.officer.authorization} ${b.officer.authorization}`, `${a.officer.authorization}x`],
    `Bearer ${await sign({ exp: now - 31 })}`,
    `Bearer ${await sign({ iss: 'another' })}`,
    `Bearer ${await sign({ aud: 'another' })}`,
    `Bearer ${await sign({ sub: randomUUID() })}`,
    `Bearer ${await sign({}, 'JWT')}`,
    `Bearer ${await sign({}, 'at+jwt', createPrivateKey(newTokenKey()))}`,
    `Bearer ${none}.${payload}.`,
    `Bearer ${header}.${payload}.${signature?.replace(/^./, (first) => (first === 'A' ? 'B' : 'A'))}`,
    `Bearer ${'x'.repeat(4_000)}`,
    ...[`Bearer dk_${credential}`, `Bearer dk_${'-'.repeat(36)}_${'x'.repeat(43)}`],
  ]
  expect(
    (await ask(api, { authorization: `Bearer ${await sign({})}` }, { url: '/v1/who-am-i' })).status,
  ).toBe(200)
  for (const authorization of refused)
    expect([authorization, (await ask(api, { authorization }, { url: '/v1/who-am-i' })).status]).toEqual([
      authorization,
      401,
    ])
  const expired = { authorization: `Bearer ${await sign({ exp: now - 31 })}` }
  for (const route of routes)
    for (const person of [null, expired]) {
      const { request } = requestFor(route, 'ministry-coordinator', a.objects)
      const { status, headers } = await ask(api, person, request)
      expect([nameOf(route), status, headers['www-authenticate']]).toEqual([nameOf(route), 401, 'Bearer'])
    }
})

test('a role that was taken away is gone at the next request, also for what is repeated', async () => {
  const officer = await api.logIn('locality-officer', a.code)
  const order = {
    method: 'POST',
    url: `/v1/localities/${a.code}/key-administrators`,
    body: { fullName: 'Lê Văn Ba', contact: '024' },
    key: 'one-key-of-mine',
  } as const
  expect((await ask(api, officer, order)).status).toBe(201)
  expect((await ask(api, officer, order)).headers['idempotency-replayed']).toBe('true')
  await api.db.execute(sql`update grants set valid_to = now() where subject = ${officer.subject}`)
  expect((await ask(api, officer, order)).status).toBe(401)
  expect((await ask(api, officer, { url: `/v1/localities/${a.code}/units` })).status).toBe(401)
})

test('one person’s Idempotency-Key gives nobody else the answer, and another request under it is refused', async () => {
  const key = 'the-same-key-for-all'
  const body = { fullName: 'Lê Văn Ba', contact: '024' }
  const order = (code: string, more: object = {}) => ({
    method: 'POST' as const,
    url: `/v1/localities/${code}/key-administrators`,
    body: { ...body, ...more },
    key,
  })
  const answers = [
    await ask(api, a.officer, order(a.code)),
    await ask(api, a.second, order(a.code)),
    await ask(api, b.officer, order(b.code)),
  ]
  expect(answers.map(({ status }) => status)).toEqual([201, 201, 201])
  expect(new Set(answers.map((answer) => answer.body)).size).toBe(3)
  expect(answers.filter(({ headers }) => 'idempotency-replayed' in headers)).toEqual([])
  const again = await ask(api, a.officer, order(a.code))
  expect([again.status, again.body]).toEqual([201, answers[0]?.body])
  const other = await ask(api, a.officer, order(a.code, { contact: '028' }))
  expect([other.status, codeOf(other.body)]).toEqual([422, 'idempotency-key-reused'])
  // Of the same length, so that only its bytes tell it apart.
  const tree = { method: 'POST', url: `/v1/localities/${a.code}/units`, key } as const
  expect((await ask(api, a.officer, { ...tree, body: unitsFile(a.code, 'Sở A') })).status).toBe(201)
  const otherTree = await ask(api, a.officer, { ...tree, body: unitsFile(a.code, 'Sở B') })
  expect([otherTree.status, codeOf(otherTree.body)]).toEqual([422, 'idempotency-key-reused'])
})
