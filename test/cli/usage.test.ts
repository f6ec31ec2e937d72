import { execFile } from 'node:child_process'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as listenOn } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { EXIT } from '../../cli/exit-codes.ts'
import { ownFolder, type, type Folder } from './scene.ts'

let folder: Folder
beforeEach(() => {
  folder = ownFolder()
})
afterEach(() => folder[Symbol.dispose]())

const spawnCommand = (argv: readonly string[], environment: Record<string, string> = {}) =>
  new Promise<{ code: number | string | null | undefined; out: string; err: string }>((resolve) => {
    const env = { ...process.env, LANG: 'C.UTF-8', LC_ALL: '', ...environment }
    execFile(process.execPath, ['--import', 'tsx', 'cli/main.ts', ...argv], { env }, (error, out, err) =>
      resolve({ code: error === null ? 0 : error.code, out, err }),
    )
  })

/** An API that answers as it is told, and remembers what it was asked. */
async function answerWith(answer: (request: IncomingMessage, response: ServerResponse, no: number) => void) {
  const asked: { key: string; body: string }[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString()
    })
    request.on('end', () => {
      asked.push({ key: String(request.headers['idempotency-key']), body })
      answer(request, response, asked.length)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return {
    asked,
    environment: { DONGBO_API_URL: `http://127.0.0.1:${address.port}`, DONGBO_TOKEN: 'a-token-for-tests' },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
const problem = (response: ServerResponse, status: number, code: string) =>
  response
    .writeHead(status, { 'content-type': 'application/problem+json', 'retry-after': '0.01' })
    .end(JSON.stringify({ type: 'about:blank', title: 'Chưa biết', status, code, instance: 'i' }))

/** A port at which nobody listens. */
async function deafPort(): Promise<number> {
  const server = listenOn()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

test('the real command shows its help with every exit code, in the language of the machine', async () => {
  const english = await spawnCommand(['--help'])
  expect(english).toMatchObject({ code: 0, err: '' })
  expect(english.out).toContain('Usage: dongbo')
  expect(english.out).toContain('6  finished, but something was rejected or failed')
  const vietnamese = await spawnCommand(['--help'], { LANG: 'vi_VN.UTF-8' })
  expect(vietnamese.out).toContain('Cách dùng: dongbo')
  expect(vietnamese.out).toContain('3  bị từ chối theo quy tắc')
})

test('the real command answers a wrong command line with 2, and says what is wrong', async () => {
  expect(await spawnCommand(['campaign', 'lanch'])).toMatchObject({
    code: 2,
    out: '',
    err: expect.stringContaining("Unknown command 'lanch'"),
  })
})

test.each([
  [['campaign', 'amend', '--stage', 'sign-records'], 'Thiếu tùy chọn bắt buộc --date', 'Required option'],
  [['sign'], 'Thiếu tham số code', 'Missing required argument'],
  [['sign', 'H2'], 'code: ', 'code: '],
  [['intake', 'upload', 'H26', 'nowhere.csv', '--source', 'H26-1'], 'Không đọc được tệp', 'can not be read'],
  [['windows', 'retry', 'not-an-id', '--reason', 'because'], 'windowId.0: ', 'windowId.0: '],
  [['match', 'run', '--day', '31/02/2025'], 'day: ', 'day: '],
])('%j is wrong usage, and nothing is sent', async (argv, vi, en) => {
  const environment = { DONGBO_API_URL: 'http://127.0.0.1:9', DONGBO_TOKEN: 'a-token' }
  const vietnamese = await type([...argv, '--language', 'vi'], { environment })
  expect(vietnamese).toMatchObject({ code: EXIT.wrongUsage, out: '', err: expect.stringContaining(vi) })
  const english = await type([...argv, '--language=en'], { environment })
  expect(english).toMatchObject({ code: EXIT.wrongUsage, out: '', err: expect.stringContaining(en) })
})

test('an API that nobody can reach ends with 5, and says that nothing was changed', async () => {
  const environment = {
    DONGBO_API_URL: `http://127.0.0.1:${await deafPort()}`,
    DONGBO_TOKEN: 'a-token-for-tests',
    LANG: 'vi_VN.UTF-8',
  }
  const read = await type(['campaign', 'list', '--patience', '0'], { environment })
  expect(read).toMatchObject({ code: EXIT.noAnswer, out: '', err: expect.stringContaining('Không kết nối') })
  const act = await type(['clock', 'pause', '--patience', '0', '--language', 'en'], { environment })
  expect(act).toMatchObject({ code: EXIT.noAnswer, err: expect.stringContaining('nothing was changed') })
})

test('an act without a clear outcome is asked again with the same key until it is answered', async () => {
  const clock = {
    mode: 'rehearsal',
    now: '2025-07-11T09:00:00+07:00',
    daysPerSecond: 1,
    standing: 'paused',
    owed: [],
    holds: [],
  }
  await using api = await answerWith((_request, response, no) => {
    if (no === 1) response.socket?.destroy()
    else if (no === 2) problem(response, 503, 'outcome-unknown')
    else if (no === 3) problem(response, 409, 'request-in-progress')
    else response.writeHead(200).end(JSON.stringify(clock))
  })
  const paused = await type(['clock', 'pause', '--language', 'vi'], api)
  expect(paused).toMatchObject({ code: EXIT.done, err: expect.stringContaining('chưa trả lời') })
  expect(paused.out).toContain('11/07/2025 09:00')
  expect(api.asked).toHaveLength(4)
  expect(new Set(api.asked.map(({ key }) => key)).size).toBe(1)
})

test('when the outcome stays unknown the command ends with 5 and names the command that asks again', async () => {
  await using api = await answerWith((_request, response) => problem(response, 503, 'outcome-unknown'))
  const argv = [
    ...['campaign', 'cancel', '0198f3f0-0000-7000-8000-000000000000', '--reason', 'The letter was withdrawn'],
    ...['--document', '1/BNV', '--patience', '0'],
  ]
  const unknown = await type(argv, api)
  const [key = ''] = api.asked.map((request) => request.key)
  expect(unknown).toMatchObject({ code: EXIT.noAnswer, out: '' })
  expect(unknown.err).toContain(
    `--reason 'The letter was withdrawn' --document 1/BNV --patience 0 --key ${key}`,
  )
  await type([...argv, '--key', key], api)
  expect(api.asked.map((request) => request.key)).toEqual([key, key])
})

test('several windows: after one that waited in vain, the others are asked once, and each has its line', async () => {
  await using api = await answerWith((_request, response) => problem(response, 503, 'outcome-unknown'))
  const ids = [1, 2, 3].map((no) => `0198f3f0-0000-7000-8000-00000000000${no}`)
  const retried = await type(
    ['windows', 'retry', ...ids, '--reason', 'The outage is over', '--patience', '0.1'],
    api,
  )
  expect(retried.code).toBe(EXIT.noAnswer)
  for (const id of ids) expect(retried.out).toContain(id)
})

test('a log-in of a rehearsal is used by its name, and an unknown name is wrong usage', async () => {
  writeFileSync(
    folder.file('log-ins.json'),
    JSON.stringify([
      { name: 'coordinator-1', password: 'secret', role: 'ministry-coordinator', localityCode: null },
    ]),
  )
  await using api = await answerWith((request, response) =>
    request.url === '/v1/access-tokens'
      ? response.writeHead(201).end(JSON.stringify({ accessToken: 'given', tokenType: 'Bearer', grants: [] }))
      : response.writeHead(200).end(
          JSON.stringify({
            subject: '0198f3f0-0000-4000-8000-000000000000',
            name: 'coordinator-1',
            grants: [],
            mode: 'rehearsal',
            actions: [],
          }),
        ),
  )
  const environment = { DONGBO_API_URL: api.environment.DONGBO_API_URL, DONGBO_HOME: folder.path }
  expect(await type(['who-am-i', '--as', 'coordinator-1'], { environment })).toMatchObject({
    code: EXIT.done,
    out: expect.stringContaining('coordinator-1 (0198f3f0-0000-4000-8000-000000000000)'),
  })
  expect(api.asked.map(({ body }) => body)).toEqual(['{"name":"coordinator-1","password":"secret"}', ''])
  expect(await type(['who-am-i', '--as', 'nobody'], { environment })).toMatchObject({
    code: EXIT.wrongUsage,
    err: expect.stringContaining('no log-in named nobody'),
  })
})

test('a password is typed unseen; its token is kept for its owner only, and forgotten by log-out', async () => {
  await using api = await answerWith((_request, response) =>
    response.writeHead(201).end(JSON.stringify({ accessToken: 'given', tokenType: 'Bearer', grants: [] })),
  )
  const environment = { DONGBO_API_URL: api.environment.DONGBO_API_URL, XDG_STATE_HOME: folder.path }
  const loggedIn = await type(['log-in', '--name', 'coordinator-1'], {
    environment,
    typed: 'a secret word\n',
    atTerminal: true,
  })
  expect(loggedIn).toMatchObject({ code: EXIT.done, out: '' })
  expect(loggedIn.err).not.toContain('secret')
  expect(api.asked[0]?.body).toContain('a secret word')
  const file = folder.file('dongbo/log-ins.json')
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(readFileSync(file, 'utf8')).toContain('given')
  await type(['log-out'], { environment })
  expect(readFileSync(file, 'utf8')).not.toContain('given')
  expect(await type(['who-am-i'], { environment })).toMatchObject({
    code: EXIT.notAllowed,
    err: expect.stringContaining('Not logged in'),
  })
})
