import { afterAll, beforeAll, expect, test } from 'vitest'
import { bulkRetryView } from '../../api/contract/retries.ts'
import { EXIT } from '../../cli/exit-codes.ts'
import {
  addCapacity,
  createCampaign,
  createReceiver,
  createWindow,
  orderWindow,
} from '../support/parked-windows.ts'
import { gatewaysTo, startProduct, until, type Product } from '../support/product.ts'
import { ownFolder, seatPeople, type Folder, type Person } from './scene.ts'

const [YESTERDAY, TODAY, TOMORROW] = ['2025-09-02', '2025-09-03', '2025-09-04'] as const
const receiver = createReceiver()

let product: Product
let folder: Folder
let operator: Person
let auditor: Person
let campaignId: string
/** The key of its body was refused; its slot is open. */
let refused: string
/** Its slot is over. */
let over: string

beforeAll(async () => {
  folder = ownFolder()
  product = await startProduct({ ...gatewaysTo(), personnel: receiver.personnel })
  const { seat } = await seatPeople(product, folder)
  operator = await seat('operator-1', 'ministry-operator')
  auditor = await seat('auditor-1', 'auditor')
  await product.standAt(`${TODAY}T08:00:00+07:00`)
  const { database } = product
  campaignId = await createCampaign(database, [YESTERDAY, TODAY], 1)
  const open = async (localityCode: string, day: string) => {
    const windowId = await createWindow(database, campaignId, { localityCode, day, pending: 3, accepted: 2 })
    await orderWindow(database, campaignId, windowId, localityCode)
    return windowId
  }
  refused = await open('G09', TODAY)
  over = await open('H26', YESTERDAY)
  await until(
    () => operator(['windows', 'list', '--language', 'vi']),
    ({ out }) => out.split('chờ xử lý').length === 3,
  )
})
afterAll(async () => {
  await product[Symbol.asyncDispose]()
  folder[Symbol.dispose]()
})

const retryAll = ['windows', 'retry-all', '--reason', 'The key is in force again']

test('nobody is asked without a terminal, and who says no changes nothing', async () => {
  expect(await operator(retryAll)).toMatchObject({ code: EXIT.wrongUsage, out: '' })
  const declined = await operator([...retryAll, '--language', 'vi'], { typed: 'k\n', atTerminal: true })
  expect(declined).toMatchObject({ code: EXIT.wrongUsage, out: '' })
  expect(declined.err).toMatch(/^Nguyên nhân +Loại +Số đợt +Sẽ gửi +Không gửi lại$/m)
  expect(declined.err).toMatch(/^key-refused +cần xử lý trước +1 +3 +2$/m)
  expect(declined.err).toMatch(/^slot-over +chạy tiếp là đủ +1 +3 +2$/m)
  expect(declined.err).toMatch(new RegExp(`^${refused} +G09 +key-refused +3 +2 +0$`, 'm'))
  expect(declined.err).toContain('! key-refused: khóa kết nối bị từ chối')
  expect(declined.err).toContain('Cho 2 đợt chạy tiếp và gửi 6 hồ sơ?')
  expect(await operator(['retries', 'list', '--language', 'en'])).toMatchObject({
    out: 'There is none yet.\n',
  })
})

test('what could not be retried makes it 6 and has its line; the rest went on, with progress', async () => {
  receiver.acceptKeys()
  const retried = await operator([...retryAll, '--per-minute', '600', '--language', 'en'], {
    typed: 'y\n',
    atTerminal: true,
  })
  expect(retried.code).toBe(EXIT.partly)
  expect(retried.err).toContain('Let 2 windows go on and send 6 records?')
  expect(retried.err).toMatch(/completed \[█+\] 100 %/)
  expect(retried.out).toMatch(/^Retried +1$/m)
  expect(retried.out).toMatch(new RegExp(`^${over} +H26 +slot-over +✗ +– +capacity-full$`, 'm'))
  expect(retried.out).not.toContain(refused)
  const taken = await until(
    async () => receiver.taken,
    ({ length }) => length > 0,
  )
  expect(taken).toHaveLength(3)
})

test('chosen by body and reason, as JSON, after room was made: nothing is left, and the next time it is refused', async () => {
  await addCapacity(product.database, campaignId, [TOMORROW])
  const chosen = [...retryAll, '--bodies', 'h26', '--reasons', 'slot-over', '--per-minute', '600', '--yes']
  const retried = await operator([...chosen, '--json'])
  expect(retried.code).toBe(EXIT.done)
  const retry = bulkRetryView.parse(JSON.parse(retried.out))
  expect(retry).toMatchObject({ state: 'completed', windows: 1, retried: 1, notRetried: 0 })
  const again = await operator([...chosen, '--language', 'en'])
  expect(again).toMatchObject({
    code: EXIT.refused,
    out: '',
    err: expect.stringContaining('[retry-set-empty]'),
  })

  const shown = await auditor(['retries', 'show', retry.retryId, '--language', 'vi'])
  expect(shown.code).toBe(EXIT.done)
  expect(shown.out).toContain('The key is in force again')
  expect(shown.out).toMatch(new RegExp(`^${over} +H26 +slot-over +✓ +04/09/2025 00:00$`, 'm'))
  const listed = await auditor(['retries', '--language', 'en'])
  expect(listed.out.match(/completed/g)).toHaveLength(2)
  expect(await operator(['retries', 'pause', retry.retryId])).toMatchObject({
    code: EXIT.refused,
    err: expect.stringContaining('[retry-not-running]'),
  })
  expect(await auditor(['retries', 'resume', retry.retryId])).toMatchObject({ code: EXIT.notAllowed })
})

test.each([
  [['windows', 'retry-all'], '--reason'],
  [['windows', 'retry-all', '--reason', 'because', '--per-minute', '0'], 'perMinute'],
  [['windows', 'retry-all', '--reason', 'no'], 'reason: '],
  [['windows', 'retry-all', '--reason', 'because', '--bodies', 'Hanoi'], 'bodies.0: '],
  [['retries', 'show', 'not-an-id'], 'retryId: '],
])('%j is wrong usage', async (argv, named) => {
  expect(await operator(argv)).toMatchObject({
    code: EXIT.wrongUsage,
    out: '',
    err: expect.stringContaining(named),
  })
})
