import { randomUUID } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { until } from '../support/product.ts'
import { createBody, launch, type Body } from './bodies.ts'
import { ask, startApi, type Api, type Person } from './fixture.ts'
import { requestFor } from './requests.ts'

let api: Api
let campaignId: string
let hanoi: Body
let coordinator: Person
beforeAll(async () => {
  api = await startApi({ streamLimits: { commentMs: 50, askAgainMs: 50 } })
  campaignId = await launch(api, ['H26', 'H29'])
  hanoi = await createBody(api, campaignId, 'H26')
  coordinator = await api.logIn('ministry-coordinator')
})
afterAll(() => api[Symbol.asyncDispose]())

interface Heard {
  readonly text: string
  readonly isOver: boolean
}
const heardBy = async (heard: Heard, isEnough: (text: string) => boolean): Promise<string> =>
  until(async () => heard.text, isEnough)

/** What a person is told from now on. */
async function listenAs(person: Person, query = `?campaignId=${campaignId}`) {
  const response = await api.app.inject({
    url: `/v1/events${query}`,
    headers: { authorization: person.authorization },
    payloadAsStream: true,
  })
  const heard = { text: '', isOver: false }
  const stream = response.stream()
  stream.on('data', (chunk: Buffer) => {
    heard.text += chunk.toString()
  })
  stream.on('close', () => {
    heard.isOver = true
  })
  await heardBy(heard, (text) => text.startsWith(':'))
  return { status: response.statusCode, heard, [Symbol.dispose]: () => void stream.destroy() }
}
const change = (table: string, code: string) =>
  api.db.execute(
    sql`update ${sql.identifier(table)} set locality_code = locality_code where locality_code = ${code} and campaign_id = ${campaignId}`,
  )
const told = (heard: Heard, event: string) => heardBy(heard, (text) => text.includes(event))

test('a change of a body’s stages is told to the ministry and to that body, by the body’s code and nothing more', async () => {
  using ministry = await listenAs(coordinator)
  using officer = await listenAs(hanoi.officer)
  await change('locality_stages', 'H26')
  const board = 'event: board\ndata: H26\n\n'
  expect(await told(ministry.heard, board)).toContain('event: localities\ndata: H26\n\n')
  expect(await told(officer.heard, board)).not.toContain('H29')
})

test('a body hears nothing of another one', async () => {
  using officer = await listenAs(hanoi.officer)
  await change('locality_stages', 'H29')
  await change('locality_stages', 'H26')
  expect(await told(officer.heard, 'event: board')).not.toContain('H29')
})

test('whoever listens to one campaign hears nothing of another, and of one that is not there or not theirs is told so', async () => {
  for (const person of [coordinator, hanoi.officer]) {
    const { status } = await ask(api, person, { url: `/v1/events?campaignId=${randomUUID()}` })
    expect(status).toBe(404)
  }
  const stranger = await api.logIn('locality-officer', 'H49')
  expect((await ask(api, stranger, { url: `/v1/events?campaignId=${campaignId}` })).status).toBe(404)
})

test('fifty changes at once are told once, or twice where a second passes between', async () => {
  using ministry = await listenAs(coordinator)
  for (let time = 0; time < 50; time += 1) await change('locality_stages', 'H26')
  await told(ministry.heard, 'event: board')
  const times = ministry.heard.text.split('event: board').length - 1
  expect(times).toBeLessThanOrEqual(2)
})

test('a stream that says nothing shows that it lives, and ends when its listener loses the right to it', async () => {
  const stranger = await api.logIn('auditor')
  using auditor = await listenAs(stranger, '')
  await heardBy(auditor.heard, (text) => text.split(':\n\n').length > 3)
  expect(auditor.heard.isOver).toBe(false)
  await api.db.execute(sql`update accounts set ended_at = now() where subject = ${stranger.subject}`)
  await until(
    async () => auditor.heard.isOver,
    (isOver) => isOver,
  )
  expect((await ask(api, stranger, { url: '/v1/who-am-i' })).status).toBe(401)
})

test('a board that did not change is not sent again, and one that did is', async () => {
  const url = `/v1/campaigns/${campaignId}/board`
  const look = (tag?: string) =>
    api.app.inject({
      url,
      headers: {
        authorization: coordinator.authorization,
        ...(tag === undefined ? {} : { 'if-none-match': tag }),
      },
    })
  const first = await look()
  const tag = String(first.headers.etag)
  const again = await look(tag)
  expect([first.statusCode, again.statusCode, again.body]).toEqual([200, 304, ''])
  await api.db.execute(
    sql`update campaign_localities set sequence = sequence + 1 where campaign_id = ${campaignId} and locality_code = 'H29'`,
  )
  expect((await look(tag)).statusCode).toBe(200)
  // Another's board is another one, however alike its version is.
  const theirs = await api.app.inject({
    url,
    headers: { authorization: hanoi.officer.authorization, 'if-none-match': tag },
  })
  expect(theirs.statusCode).toBe(200)
})

test('any other answer that a client has already comes without its body too', async () => {
  const { request } = requestFor(
    { method: 'GET', path: '/v1/clock', action: 'clock.read' },
    'auditor',
    hanoi.objects,
  )
  const { headers } = await ask(api, coordinator, request)
  const again = await api.app.inject({
    url: '/v1/clock',
    headers: { authorization: coordinator.authorization, 'if-none-match': String(headers.etag) },
  })
  expect([again.statusCode, again.body]).toEqual([304, ''])
})
