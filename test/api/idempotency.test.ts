import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { sql } from 'drizzle-orm'
import Fastify from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { answerOnce } from '../../api/plugins/idempotency.ts'
import { Refusal } from '../../domain/errors.ts'
import { createRequestStore } from '../../drizzle/stores/access-requests.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { until } from '../support/product.ts'

const SUBJECT = randomUUID()
let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database[Symbol.asyncDispose]())

/** An API with one order, whose database is away while `away` says so, from the end of the order on. */
async function startOrdering(renewalMs = 3_000) {
  const store = createRequestStore(database.db)
  const state = { away: false, orders: 0, held: new AbortController() }
  const unless =
    <Input>(write: (input: Input) => Promise<void>) =>
    (input: Input) =>
      state.away ? Promise.reject(new Error('CONNECTION_CLOSED')) : write(input)
  const app = Fastify()
  app.setErrorHandler((error, _request, reply) =>
    reply.code(error instanceof Refusal && error.code === 'request-in-progress' ? 409 : 500).send({}),
  )
  app.decorateRequest('actor')
  app.addHook('onRequest', async (request) => {
    request.actor = { subject: SUBJECT, grants: [] }
  })
  answerOnce(app, {
    requests: {
      ...store,
      release: unless((key: Parameters<typeof store.release>[0]) => store.release(key)),
      answer: (key, answer) => unless((one: typeof answer) => store.answer(key, one))(answer),
    },
    now: async () => Date.now(),
    renewalMs,
  })
  app.post('/orders', { config: { action: 'stage.submit' } }, async () => {
    state.orders += 1
    return { orders: state.orders }
  })
  app.post('/held', { config: { action: 'stage.submit' } }, async () => {
    await once(state.held.signal, 'abort')
    return {}
  })
  app.post('/refused', { config: { action: 'stage.submit' } }, async (_request, reply) =>
    reply.code(422).send({ refused: true }),
  )
  const key = randomUUID()
  const post = async (url: string) => {
    const { statusCode } = await app.inject({ method: 'POST', url, headers: { 'idempotency-key': key } })
    return statusCode
  }
  return { state, post }
}
const repeated = (post: () => Promise<number>, wanted: number) => until(post, (status) => status === wanted)

test('an order whose answer could not be kept is not waited for once the database is back', async () => {
  const { state, post } = await startOrdering()
  state.away = true
  expect(await post('/orders')).toBe(500)
  state.away = false
  expect(await repeated(() => post('/orders'), 200)).toBe(200)
  expect(state.orders).toBe(2)
})

test('nor is one that was refused meanwhile, and the refusal is still said', async () => {
  const { state, post } = await startOrdering()
  state.away = true
  expect(await post('/refused')).toBe(422)
  state.away = false
  expect(await repeated(() => post('/refused'), 422)).toBe(422)
})

test('an order that lasts long is not taken for dead: its repetition is told to wait', async () => {
  const { state, post } = await startOrdering(20)
  const first = post('/held')
  const claims = () =>
    database.db.execute<{ isFresh: boolean }>(
      sql`select claimed_at > now() - interval '5 seconds' as "isFresh" from http_requests where route = '/held'`,
    )
  await until(claims, ([claim]) => claim !== undefined)
  await database.db.execute(
    sql`update http_requests set claimed_at = now() - interval '1 minute' where route = '/held'`,
  )
  await until(claims, ([claim]) => claim?.isFresh === true)
  expect(await post('/held')).toBe(409)
  state.held.abort()
  expect(await first).toBe(200)
})
