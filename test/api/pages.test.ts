import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startApi, type Api } from './fixture.ts'

const INDEX = '<!doctype html><title>Đồng bộ</title>'
const folder = mkdtempSync(join(tmpdir(), 'dongbo-pages-'))
let api: Api
let bare: Api
beforeAll(async () => {
  mkdirSync(join(folder, 'assets'))
  writeFileSync(join(folder, 'index.html'), INDEX)
  writeFileSync(join(folder, 'assets/index-abc.js'), 'console.log(1)')
  writeFileSync(join(folder, '..', 'dongbo-outside.txt'), 'secret')
  api = await startApi({ webFolder: folder })
  bare = await startApi({ webFolder: join(folder, 'none') })
})
afterAll(async () => {
  await api[Symbol.asyncDispose]()
  await bare[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true })
})

const HTML = { accept: 'text/html,*/*' }
const get = (url: string, headers: Readonly<Record<string, string>> = HTML, of: Api = api) =>
  of.app.inject({ url, headers })

test.each(['/', '/log-in', '/campaigns/0198a1b2-0000-7000-8000-000000000001/board?q=ha'])(
  'an address of the pages is answered with the first of them, which loads nothing from elsewhere: %s',
  async (url) => {
    const { statusCode, body, headers } = await get(url)
    expect([statusCode, body]).toEqual([200, INDEX])
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-cache',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    })
    const policy = String(headers['content-security-policy'])
    expect(policy).toContain("default-src 'self'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toContain('unsafe')
  },
)

test('what is named after its content is kept for a year, compressed for whoever takes that, and not sent twice', async () => {
  const { headers, rawPayload } = await get('/assets/index-abc.js', { 'accept-encoding': 'gzip' })
  expect(gunzipSync(rawPayload).toString()).toBe('console.log(1)')
  expect(headers).toMatchObject({
    'content-encoding': 'gzip',
    'cache-control': 'public, max-age=31536000, immutable',
    vary: 'accept-encoding',
  })
  const again = await get('/assets/index-abc.js', { 'if-none-match': String(headers.etag) })
  expect([again.statusCode, again.body]).toEqual([304, ''])
})

test('an address of the API that is not there stays a problem, also for a browser', async () => {
  for (const url of ['/v1/no-such-route', '/v1']) {
    const { statusCode, headers } = await get(url)
    expect([url, statusCode]).toEqual([url, 404])
    expect(headers['content-type']).toContain('application/problem+json')
  }
})

test.each(['/assets/none.js', '/../dongbo-outside.txt', '/%2e%2e/dongbo-outside.txt', '/assets/'])(
  'nothing outside of the pages is served, and a part that is missing is no page: %s',
  async (url) => {
    const { statusCode, body } = await get(url, { accept: '*/*' })
    expect(statusCode).toBe(404)
    expect(body).not.toContain('secret')
  },
)

test('where no pages were built the API is there without them', async () => {
  expect((await get('/', HTML, bare)).statusCode).toBe(404)
  expect((await get('/healthz', HTML, bare)).statusCode).toBe(200)
})
