import { randomUUID } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { sql } from 'drizzle-orm'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { FINDINGS, recordLine, recordsFile, unitsFile } from './bodies.ts'
import { ask, startApi, type Api, type Person } from './fixture.ts'
import { expectProblem } from './problems.ts'

const LIMITS = { headersMs: 400, bodyMs: 400, uploadIdleMs: 500, lingerMs: 5_000, renewalMs: 50 }
const MEGABYTE = 1_048_576
/** What a client sends that does not look at the answers before it is done. */
const LARGE = 100 * MEGABYTE

let api: Api
let officer: Person
let port: number
const sockets: Socket[] = []
beforeEach(async () => {
  api = await startApi({ timeLimits: LIMITS })
  officer = await api.logIn('locality-officer', 'H26')
  const at = '/v1/localities/H26'
  const system = { code: 'H26-1', name: 'Phần mềm', vendor: 'A', predecessorCode: 'H26' }
  for (const [path, body] of [
    ['source-systems', system],
    ['software-assessments', { source: 'H26-1', findings: FINDINGS }],
  ] as const)
    await ask(api, officer, { method: 'POST', url: `${at}/${path}`, body })
  port = Number(new URL(await api.app.listen({ host: '127.0.0.1', port: 0 })).port)
})
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  await api[Symbol.asyncDispose]()
})

const INTAKES = 'POST /v1/localities/H26/intakes?source=H26-1'
function head(line: string, length: number, headers: Readonly<Record<string, string>> = {}): string {
  const all = {
    host: 'x',
    'content-type': 'text/csv',
    authorization: officer.authorization,
    'idempotency-key': randomUUID(),
    'content-length': String(length),
    ...headers,
  }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  return `${line} HTTP/1.1\r\n${lines.join('')}\r\n`
}

/** A connection that keeps what it is told, and knows when it ends. */
function dial() {
  const socket = connect(port, '127.0.0.1')
  sockets.push(socket)
  let heard = ''
  socket.setEncoding('utf8')
  socket.on('data', (text: string) => {
    heard += text
  })
  socket.on('error', () => {})
  const ended = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  async function answer() {
    while (!/\r\n\r\n.*\}$/s.test(heard)) {
      if (socket.closed) throw new Error(`ended after: ${heard}`)
      await wait(10)
    }
    const [top = '', body = ''] = heard.split('\r\n\r\n', 2)
    const [line = '', ...lines] = top.split('\r\n')
    const headers = Object.fromEntries(
      lines.map((each) => each.split(': ', 2)).map(([name = '', value = '']) => [name.toLowerCase(), value]),
    )
    return { status: Number(line.split(' ')[1]), body, headers }
  }
  return { socket, ended, answer, heard: () => heard }
}

async function trickle(socket: Socket, text: string, { parts, everyMs }: { parts: number; everyMs: number }) {
  const size = Math.ceil(text.length / parts)
  for (let at = 0; at < text.length && !socket.destroyed; at += size) {
    socket.write(text.slice(at, at + size))
    await wait(everyMs)
  }
}
/** Sends without looking, as fast as it is taken; ends when the connection does. */
async function pour(socket: Socket, bytes: number, everyMs = 0): Promise<void> {
  const chunk = Buffer.alloc(MEGABYTE, 'x')
  const ended = new Promise((resolve) => socket.once('close', resolve))
  for (let sent = 0; sent < bytes && !socket.destroyed; sent += chunk.length) {
    if (!socket.write(chunk))
      await Promise.race([new Promise((resolve) => socket.once('drain', resolve)), ended])
    if (everyMs > 0) await wait(everyMs)
  }
}

async function timeToClose(): Promise<number> {
  const startedMs = performance.now()
  await api.app.close()
  return performance.now() - startedMs
}
const kept = async () =>
  (
    await api.db.execute<{ n: string; claimed: string }>(sql`
      select (select count(*) from intakes) + (select count(*) from intake_pages) as n,
        (select count(*) from http_requests where claimed_at is not null) as claimed`)
  )[0]
const NOTHING = { n: '0', claimed: '0' }
async function untilNothingIsKept(): Promise<void> {
  for (const untilMs = performance.now() + 5_000; performance.now() < untilMs; await wait(20)) {
    const now = await kept()
    if (now?.n === '0' && now.claimed === '0') return
  }
  expect(await kept()).toEqual(NOTHING)
}

const FILE = recordsFile(recordLine('H26', 11), recordLine('H26', 12), recordLine('H26', 13))
const BYTES = Buffer.byteLength(FILE)

test('an upload may last as long as it likes, while bytes come', async () => {
  const { socket, answer } = dial()
  socket.write(head(INTAKES, BYTES))
  const startedMs = performance.now()
  await trickle(socket, FILE, { parts: 12, everyMs: 150 })
  expect(performance.now() - startedMs).toBeGreaterThan(3 * LIMITS.uploadIdleMs)
  expect(await answer()).toMatchObject({ status: 202, body: expect.stringContaining('"rows":3') })
})

test('a file of units may be as slow', async () => {
  const { socket, answer } = dial()
  const units = unitsFile('H26')
  socket.write(head('POST /v1/localities/H26/units', Buffer.byteLength(units)))
  await trickle(socket, units, { parts: 8, everyMs: 150 })
  expect((await answer()).status).toBe(201)
})

test.each([
  ['in the middle of its lines', FILE.slice(0, -20)],
  ['in its header', FILE.slice(0, 5)],
  ['before its first byte', ''],
])('an upload that stops %s is told so, and nothing of it is kept', async (_where, text) => {
  const { socket, answer } = dial()
  socket.write(head(INTAKES, BYTES) + text)
  const startedMs = performance.now()
  const told = await answer()
  expect(performance.now() - startedMs).toBeGreaterThan(LIMITS.uploadIdleMs * 0.9)
  expect(told.status).toBe(408)
  expectProblem(told, 'vi')
  expect(await kept()).toEqual(NOTHING)
})

test('a JSON body has a limit as a whole, however steadily it trickles', async () => {
  const { socket, answer } = dial()
  const body = JSON.stringify({ fullName: 'Lê Văn Ba', contact: '024 0000 0000' })
  const line = 'POST /v1/localities/H26/key-administrators'
  socket.write(head(line, Buffer.byteLength(body), { 'content-type': 'application/json' }))
  await trickle(socket, body, { parts: 10, everyMs: 80 })
  const told = await answer()
  expect(told.status).toBe(408)
  expectProblem(told, 'vi')
})

test('headers that trickle for longer than their limit are answered and cut off', async () => {
  const { socket, answer, ended } = dial()
  socket.write('GET /v1/clock HTTP/1.1\r\n')
  void trickle(socket, 'x: 1\r\n'.repeat(200), { parts: 200, everyMs: 20 })
  const told = await answer()
  expect(told.status).toBe(408)
  expectProblem(told, 'vi')
  await ended
})

test('a second upload under the same key waits for the first, however long that lasts', async () => {
  const { socket, answer } = dial()
  const key = { 'idempotency-key': 'the-same-for-both' }
  socket.write(head(INTAKES, BYTES, key) + FILE.slice(0, 40))
  while ((await kept())?.claimed !== '1') await wait(10)
  await api.db.execute(sql`update http_requests set claimed_at = now() - interval '31 seconds'`)
  await wait(3 * LIMITS.renewalMs)
  const second = dial()
  second.socket.write(head(INTAKES, BYTES, key) + FILE)
  expect(await second.answer()).toMatchObject({ status: 409 })
  socket.write(FILE.slice(40))
  expect((await answer()).status).toBe(202)
})

const refusals = [
  ['without a log-in', 401, INTAKES, () => ({ authorization: 'Bearer x' })],
  ['of another role', 403, INTAKES, (auditor: string) => ({ authorization: auditor })],
  ['to another body', 404, 'POST /v1/localities/H29/intakes?source=H29-1', () => ({})],
  ['to no address at all', 404, 'POST /v1/no-such-route', () => ({})],
  ['to an address that can not be read', 400, 'POST /v1/%e1%bb', () => ({})],
  ['by a method that is not known there', 405, 'PUT /v1/clock', () => ({})],
  ['that is no CSV', 415, INTAKES, () => ({ 'content-type': 'application/zip' })],
  ['without a key', 400, INTAKES, () => ({ 'idempotency-key': 'x' })],
  ['of a source that is not there', 422, INTAKES.replace('H26-1', 'NO-SUCH'), () => ({})],
  ['with a header that is none', 422, INTAKES, () => ({})],
  ['that is too large', 413, 'POST /v1/localities/H26/units', () => ({})],
  [
    'that is too large for JSON',
    413,
    'POST /v1/access-tokens',
    () => ({ 'content-type': 'application/json' }),
  ],
] as const

test.each(refusals)(
  'an upload %s is answered with %i while 100 MB still come, and does not keep the API from ending',
  async (_what, status, line, headersOf) => {
    const auditor = await api.logIn('auditor')
    const { socket, answer, ended } = dial()
    socket.write(head(line, LARGE, headersOf(auditor.authorization)))
    socket.write('no,header\n')
    const poured = pour(socket, LARGE - MEGABYTE, 20)
    const told = await answer()
    expect(told.status).toBe(status)
    expectProblem(told, 'vi')
    expect(await timeToClose()).toBeLessThan(1_000)
    await ended
    await poured
    expect(await kept()).toEqual(NOTHING)
  },
)

test('whoever reads no answer before 100 MB are sent finds it then, on a connection that goes on', async () => {
  const { socket, heard } = dial()
  socket.pause()
  socket.write(head(INTAKES, LARGE, { authorization: 'Bearer x' }))
  await pour(socket, LARGE)
  socket.write('GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n')
  await wait(100)
  socket.resume()
  await new Promise((resolve) => socket.once('close', resolve))
  expect(heard().match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 401', 'HTTP/1.1 200'])
})

test('a client that vanishes in the middle of an upload leaves no row, no claim and no open handle', async () => {
  const large = recordsFile(...Array.from({ length: 5_000 }, (_, at) => recordLine('H26', at)))
  for (const how of ['destroy', 'resetAndDestroy', 'end'] as const) {
    const { socket } = dial()
    socket.write(head(INTAKES, 2 * Buffer.byteLength(large)) + large)
    while ((await kept())?.n === '0') await wait(10)
    socket[how]()
    await untilNothingIsKept()
  }
  expect(await timeToClose()).toBeLessThan(1_000)
})

test('an upload that still comes when the API ends is told to come again, and nothing of it is kept', async () => {
  const { socket, answer, ended } = dial()
  const large = recordsFile(...Array.from({ length: 5_000 }, (_, at) => recordLine('H26', at)))
  socket.write(head(INTAKES, 2 * Buffer.byteLength(large)) + large)
  while ((await kept())?.n === '0') await wait(10)
  const closing = timeToClose()
  expect(await answer()).toMatchObject({ status: 503, headers: { 'retry-after': '2' } })
  expect(await closing).toBeLessThan(1_000)
  await ended
  expect(await kept()).toEqual(NOTHING)
})

test('an answered upload gives its answer to the same bytes only, also where others are as many', async () => {
  const key = 'the-key-of-the-file'
  const url = '/v1/localities/H26/intakes?source=H26-1'
  const send = (body: string) => ask(api, officer, { method: 'POST', url, body, key })
  const first = await send(FILE)
  expect(first.status).toBe(202)
  const again = await send(FILE)
  expect([again.status, again.body, again.headers['idempotency-replayed']]).toEqual([202, first.body, 'true'])
  const longer = recordsFile(recordLine('H26', 11))
  for (const other of [FILE.replace('H26-11', 'H26-19'), longer]) {
    const answer = await send(other)
    expect(answer.status).toBe(422)
    expectProblem(answer, 'vi')
    expect(answer.body).toContain('idempotency-key-reused')
  }
  expect((await send(FILE)).body).toBe(first.body)
})
