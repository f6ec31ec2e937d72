import { expect, test } from 'vitest'
import { createRequestStore } from '../../drizzle/stores/access-requests.ts'
import { createTestDatabase } from '../support/database.ts'

const request = {
  subject: '018f0000-0000-7000-8000-00000000000a',
  route: '/v1/campaigns',
  key: 'a-key-of-mine',
}
const hash = (text: string, isBeforeBody = false) => ({
  sha256: Buffer.from(text.padEnd(32, '.')),
  isBeforeBody,
})

test('a repeated request gets the kept answer, and another body under the same key is refused', async () => {
  await using database = await createTestDatabase()
  const requests = createRequestStore(database.db)
  const first = await requests.claim(request, hash('one'), 1_000)
  expect(first.kind).toBe('go')
  expect((await requests.claim(request, hash('one'), 2_000)).kind).toBe('in-progress')
  expect((await requests.claim(request, hash('two'), 2_000)).kind).toBe('other-request')
  await requests.answer(request, { status: 201, response: '{"campaignId":"x"}' })
  expect(await requests.claim(request, hash('one'), 3_000)).toEqual({
    kind: 'answered',
    status: 201,
    response: '{"campaignId":"x"}',
    requestSha256: hash('one').sha256,
  })
})

test('a file that still comes is told apart by its length while it is handled, and by its bytes once it was answered', async () => {
  await using database = await createTestDatabase()
  const requests = createRequestStore(database.db)
  const claim = (length: string) => requests.claim(request, hash(length, true), 1_000)
  expect((await claim('length 5')).kind).toBe('go')
  expect((await claim('length 6')).kind).toBe('other-request')
  await requests.answer(request, { status: 202, response: '{}', requestSha256: hash('bytes').sha256 })
  expect(await claim('length 6')).toMatchObject({ kind: 'answered', requestSha256: hash('bytes').sha256 })
})

test('a claim that is renewed is not taken over, one that is left alone is', async () => {
  await using database = await createTestDatabase()
  const requests = createRequestStore(database.db)
  const claim = () => requests.claim(request, hash('one'), 1_000)
  await claim()
  const age = () => database.db.execute(`update http_requests set claimed_at = now() - interval '31 seconds'`)
  await age()
  await requests.renew(request)
  expect((await claim()).kind).toBe('in-progress')
  await age()
  expect((await claim()).kind).toBe('go')
})

test('a refusal is not kept, but the operation and the instant of its first sight are', async () => {
  await using database = await createTestDatabase()
  const requests = createRequestStore(database.db)
  const first = await requests.claim(request, hash('one'), 1_000)
  await requests.release(request)
  const again = await requests.claim(request, hash('one'), 9_000)
  expect(again).toEqual(first)
  expect(again).toMatchObject({ kind: 'go', occurredMs: 1_000 })
})

test('of forty simultaneous repetitions one goes on', async () => {
  await using database = await createTestDatabase()
  const requests = createRequestStore(database.db)
  const claims = await Promise.all(
    Array.from({ length: 40 }, () => requests.claim(request, hash('one'), 1_000)),
  )
  expect(claims.filter(({ kind }) => kind === 'go')).toHaveLength(1)
})
