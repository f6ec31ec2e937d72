import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { EXIT } from '../../cli/exit-codes.ts'
import { findFree } from '../../start/ports.ts'
import { startSandbox, type Sandbox } from '../support/sandbox.ts'
import { ownFolder, type, type Folder } from './scene.ts'

let sandbox: Sandbox
let folder: Folder
beforeAll(async () => {
  sandbox = await startSandbox()
})
afterAll(() => sandbox[Symbol.asyncDispose]())
beforeEach(() => {
  folder = ownFolder()
  sandbox.faults.set('personnel-database', null)
})
afterEach(() => folder[Symbol.dispose]())

const atSandbox = () => ({ environment: { DONGBO_SANDBOX_URL: sandbox.url, DONGBO_HOME: folder.path } })
const typed = (words: string, circumstances = atSandbox()) => type(words.split(' '), circumstances)
const present = () => sandbox.faults.get('personnel-database')

test.each([
  ['too-many-requests --times 3 --retry-after-seconds 7', { times: 3, retryAfterSeconds: 7 }],
  ['latency --delay-ms 20', { delayMs: 20 }],
  ['partial-answers --share 0.25 --seed 4', { share: 0.25, seed: 4 }],
  ['poisoned-records --records H26-1/HS-1,H26-1/HS-2', { records: ['H26-1/HS-1', 'H26-1/HS-2'] }],
])('a fault is switched on, shown among all, and lifted: %s', async (words, settings) => {
  const [kind = ''] = words.split(' ')
  const set = await typed(`sandbox fault personnel-database ${words} --language en`)
  expect(set).toMatchObject({ code: EXIT.done, err: '', out: expect.stringContaining(kind) })
  expect(present()).toMatchObject({ kind, ...settings })
  const list = await typed('sandbox faults --language vi')
  expect(list.out).toMatch(new RegExp(`^personnel-database +${kind} `, 'm'))
  expect(list.out).toMatch(/^Hệ thống +Sự cố +Chi tiết$/m)
  expect(list.out).toMatch(/^notices +none$/m)
  expect(await typed('sandbox fault personnel-database none')).toMatchObject({ code: EXIT.done })
  expect(present()).toBeNull()
})

test('a script gets what the sandbox answers', async () => {
  const set = await typed('sandbox fault personnel-database outage --json')
  expect(JSON.parse(set.out)).toEqual({ system: 'personnel-database', fault: { kind: 'outage' } })
  const list = await typed('sandbox faults --json')
  expect(JSON.parse(list.out)).toMatchObject({ 'personnel-database': { kind: 'outage' }, notices: null })
})

test('the sandbox is found by its address, by the variable, or where the rehearsal of this machine put it', async () => {
  const home = { DONGBO_HOME: folder.path }
  const nowhere = { ...home, DONGBO_SANDBOX_URL: `http://127.0.0.1:${await findFree()}` }
  const byAddress = await typed(`sandbox faults --sandbox ${sandbox.url}/`, { environment: nowhere })
  const byVariable = await typed('sandbox faults')
  writeFileSync(folder.file('ports.json'), JSON.stringify({ sandbox: Number(new URL(sandbox.url).port) }))
  const byHome = await type(['sandbox', 'faults'], { environment: home })
  expect([byAddress, byVariable, byHome].map(({ code }) => code)).toEqual([EXIT.done, EXIT.done, EXIT.done])
  expect(await typed('sandbox faults --language en', { environment: nowhere })).toMatchObject({
    code: EXIT.noAnswer,
    out: '',
    err: expect.stringContaining('No sandbox answers at'),
  })
})

test.each([
  ['vi', 'Hệ thống thật không có hệ thống mô phỏng'],
  ['en', 'A live installation has no sandbox'],
])(
  'where there is no rehearsal the command is refused, in the reader’s language: %s',
  async (language, says) => {
    const environment = { DONGBO_HOME: folder.path }
    const refused = await type(['sandbox', 'fault', 'notices', 'outage', '--language', language], {
      environment,
    })
    expect(refused).toMatchObject({ code: EXIT.refused, out: '', err: expect.stringContaining(says) })
  },
)

test.each([
  ['fault personnel-database flood', 'kind is one of: outage'],
  ['fault tax-office outage', 'personnel-database'],
  ['fault notices poisoned-records', 'notices takes no poisoned-records; these do: personnel-database'],
  ['fault notices outage --times many', 'times'],
  ['fault notices', 'Missing required argument'],
  ['faults --sandbox here', 'sandbox'],
])('%s is wrong usage, and what is wrong is named', async (words, says) => {
  const wrong = await typed(`sandbox ${words} --language en`)
  expect(wrong).toMatchObject({ code: EXIT.wrongUsage, out: '', err: expect.stringContaining(says) })
  expect(sandbox.faults.get('notices')).toBeNull()
})

test('what answers at the address and is no sandbox is told apart', async () => {
  const other = createServer((_request, response) => response.writeHead(404).end('{"status":404}'))
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  const address = other.address()
  const port = typeof address === 'object' ? address?.port : 0
  const answer = await typed(`sandbox faults --language en --sandbox http://127.0.0.1:${port}`)
  other.close()
  expect(answer).toMatchObject({
    code: EXIT.unexpected,
    err: expect.stringContaining('is no sandbox of this version (404)'),
  })
})
