import { afterAll, beforeAll, expect, test } from 'vitest'
import { EXIT } from '../../cli/exit-codes.ts'
import { gatewaysTo, startProduct, until, type Product } from '../support/product.ts'
import { ownFolder, seatPeople, type, type Folder, type Person } from './scene.ts'

let product: Product
let folder: Folder
let coordinator: Person
let second: Person
let auditor: Person
let campaignId: string
let environmentOf: (name: string) => Record<string, string>

beforeAll(async () => {
  folder = ownFolder()
  product = await startProduct(gatewaysTo())
  await product.standAt('2025-07-11T09:00:00+07:00')
  const people = await seatPeople(product, folder)
  ;({ environmentOf } = people)
  coordinator = await people.seat('coordinator-1', 'ministry-coordinator')
  second = await people.seat('coordinator-2', 'ministry-coordinator')
  auditor = await people.seat('auditor-1', 'auditor')
})
afterAll(async () => {
  await product[Symbol.asyncDispose]()
  folder[Symbol.dispose]()
})

test('a wrong password ends with 4 and says so in the language that was asked for', async () => {
  const environment = environmentOf('stranger')
  const argv = ['log-in', '--name', 'coordinator-1']
  const typed = 'not the password\n'
  expect(await type([...argv, '--language', 'vi'], { environment, typed })).toMatchObject({
    code: EXIT.notAllowed,
    err: expect.stringContaining('Tên hoặc mật khẩu không đúng. [wrong-password]'),
  })
  expect(await type([...argv, '--language', 'en'], { environment, typed })).toMatchObject({
    code: EXIT.notAllowed,
    err: expect.stringContaining('Name or password is wrong. [wrong-password]'),
  })
})

test('somebody is told who they are, and what their role may not do ends with 4', async () => {
  expect(await auditor(['who-am-i'])).toMatchObject({
    code: EXIT.done,
    out: expect.stringContaining('auditor'),
  })
  expect(await auditor(['campaign', 'launch', '--yes'])).toMatchObject({
    code: EXIT.notAllowed,
    err: expect.stringContaining('[action-not-allowed]'),
  })
})

test('the preview names Sunday 20 July 2025, in both languages, and as the API’s own JSON', async () => {
  const vietnamese = await coordinator(['campaign', 'preview', '--language', 'vi'])
  expect(vietnamese).toMatchObject({ code: EXIT.done, err: '' })
  expect(vietnamese.out).toContain('54 cơ quan')
  expect(vietnamese.out).toMatch(/chủ nhật 20\/07\/2025/i)
  const english = await coordinator(['campaign', 'preview', '--bodies', 'H26,g09', '--language', 'en'])
  expect(english.out).toContain('2 bodies')
  expect(english.out).toContain('! The date in the letter, 20/07/2025, is a Sunday.')
  const json: unknown = JSON.parse((await coordinator(['campaign', 'preview', '--json'])).out)
  expect(json).toMatchObject({
    bodies: 54,
    findings: expect.arrayContaining([
      expect.objectContaining({ day: '2025-07-20', code: 'named-date-off' }),
    ]),
  })
})

test('a launch that nobody confirms launches nothing', async () => {
  expect(await coordinator(['campaign', 'launch', '--bodies', 'H26'])).toMatchObject({
    code: EXIT.wrongUsage,
    err: expect.stringContaining('add --yes'),
  })
  const refused = await coordinator(['campaign', 'launch', '--bodies', 'H26'], {
    typed: 'n\n',
    atTerminal: true,
  })
  expect(refused).toMatchObject({ code: EXIT.wrongUsage, out: '' })
  expect(refused.err).toContain('Launch the campaign over 1 body?')
  expect(await coordinator(['campaign', 'status', '--language', 'vi'])).toMatchObject({
    code: EXIT.refused,
    err: 'Chưa có chiến dịch nào.\n',
  })
})

test('a launch of two bodies is confirmed at the terminal, and their board shows both with seven stages', async () => {
  const launched = await coordinator(['campaign', 'launch', '--bodies', 'H26,G09'], {
    typed: 'y\n',
    atTerminal: true,
  })
  expect(launched).toMatchObject({ code: EXIT.done })
  ;[campaignId = ''] = /[0-9a-f-]{36}/.exec(launched.out) ?? []
  const board = await until(
    () => coordinator(['campaign', 'status']),
    ({ out }) => out.split('› 19/07').length === 3,
  )
  expect(board.out).toMatch(
    /^Code +Body +Software +Units +Records +Signing +Slot +Sync +Matching +Overdue +Letters$/m,
  )
  expect(board.out).toMatch(/^H26 +Ha ?Noi.* › 19\/07( +·){6} +0 +0$/im)
  expect(board.out).toContain('2 bodies, 0 overdue, 0 urging letters')
  const vietnamese = await coordinator(['campaign', 'status', campaignId, '--language', 'vi'])
  expect(vietnamese.out).toContain('11/07/2025 09:00: 2 cơ quan, 0 quá hạn')
})

test('status as JSON is the API’s document and nothing else', async () => {
  const status = await coordinator(['campaign', 'status', '--json'])
  expect(status.err).toBe('')
  expect(JSON.parse(status.out)).toMatchObject({
    campaignId,
    bodies: [
      { code: 'G09', openStage: 'select-software' },
      { code: 'H26', openStage: 'select-software' },
    ],
  })
})

test('one body is shown with what its stage lacks, from its rows and from its running process', async () => {
  const shown = await until(
    () => coordinator(['locality', 'show', 'h26', '--language', 'vi']),
    ({ out }) => out.includes('software-not-chosen'),
  )
  expect(shown.out).toContain('H26')
  expect(shown.out).toMatch(/Lựa chọn phần mềm.* đang mở +19\/07\/2025/)
  const asked = await coordinator(['locality', 'show', 'H26', '--process'])
  expect(asked.out).toContain(`locality:${campaignId}:H26`)
})

test('an act that a rule refuses ends with 3, with its sentence, code and details in either language', async () => {
  const argv = ['campaign', 'launch', '--bodies', 'H26,H14', '--yes']
  const vietnamese = await coordinator([...argv, '--language', 'vi'])
  expect(vietnamese).toMatchObject({ code: EXIT.refused, out: '' })
  expect(vietnamese.err).toContain('H26 đang tham gia một chiến dịch khác. [locality-in-other-campaign]')
  expect(vietnamese.err).toContain('  code: H26')
  const english = await coordinator([...argv, '--language', 'en'])
  expect(english.err).toContain('H26 takes part in another running campaign. [locality-in-other-campaign]')
  const json = await coordinator([...argv, '--json'])
  expect(json.code).toBe(EXIT.refused)
  expect(JSON.parse(json.out)).toMatchObject({ code: 'locality-in-other-campaign', details: { code: 'H26' } })
})

test('a date is moved for one body, and a watched board shows the change', async () => {
  const stop = new AbortController()
  const seen: string[] = []
  const watched = coordinator(['campaign', 'status', '--watch'], {
    stop: stop.signal,
    onOutput: (text) => {
      if (seen.length === 0 && text.includes('› 19/07')) seen.push('before')
      if (/^G09.*› 24\/07/m.test(text)) stop.abort()
    },
  })
  await until(
    async () => seen,
    ({ length }) => length > 0,
  )
  const amended = await coordinator([
    ...['campaign', 'amend', '--stage', 'select-software', '--date', '25/07/2025', '--bodies', 'G09'],
    ...['--reason', 'The register was moved', '--document', '6000/BNV-CCVC', '--language', 'vi'],
  ])
  expect(amended).toMatchObject({ code: EXIT.done })
  expect(amended.out).toContain(
    '25/07/2025, ngày cuối còn đúng hạn 24/07/2025; áp dụng cho G09 (6000/BNV-CCVC)',
  )
  expect(await watched).toMatchObject({ code: EXIT.done })
})

test('the clock of the rehearsal is shown and steered', async () => {
  expect((await coordinator(['clock', '--language', 'vi'])).out).toMatch(/Đồng hồ +tạm dừng/)
  expect(await coordinator(['clock', 'speed', '2.5'])).toMatchObject({
    code: EXIT.done,
    out: expect.stringMatching(/Days per second +2\.5/),
  })
  expect(await coordinator(['clock', 'speed', '500'])).toMatchObject({ code: EXIT.wrongUsage })
})

test('a campaign is cancelled by two coordinators, and the first one is told so', async () => {
  const argv = [
    'campaign',
    'cancel',
    campaignId,
    '--reason',
    'The letter was withdrawn',
    '--document',
    '1/BNV',
  ]
  const first = await coordinator([...argv, '--language', 'vi'])
  expect(first).toMatchObject({ code: EXIT.done })
  expect(first.out).toContain('Một điều phối viên thứ hai phải nhắc lại')
  expect((await coordinator(['campaign', 'list'])).out).toContain('running')
  expect(await second(argv)).toMatchObject({ code: EXIT.done, out: 'The campaign has ended.\n' })
  expect((await coordinator(['campaign', 'list', '--language', 'vi'])).out).toContain('đã hủy')
})
