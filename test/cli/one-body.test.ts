import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { EXIT } from '../../cli/exit-codes.ts'
import { createEntry, createPerson, type Entry } from '../../sandbox/people.ts'
import { enterPeople } from '../../sandbox/population-database.ts'
import { gatewaysTo, startProduct, until, type Product } from '../support/product.ts'
import { SANDBOX_SECRET, startSandbox, type Sandbox } from '../support/sandbox.ts'
import { ownFolder, seatPeople, type Folder, type Person } from './scene.ts'

const SEED = 11
const PEOPLE = 3_000
const BODY = 'H26'
const entries = Array.from({ length: PEOPLE }, (_, index) => createEntry(SEED, BODY, index, 'H26.11'))
const HEADER = 'Mã hồ sơ,Số định danh cá nhân,Họ và tên,Ngày sinh,Giới tính,Mã đơn vị'
const lineOf = (entry: Entry) =>
  [entry.recordCode, entry.personalId, entry.fullName, entry.birthDate, entry.gender, entry.unitCode].join(
    ',',
  )
const REFUSED = ['lost-zero', 'legacy-id', 'gender-missing', 'duplicate-id']
const refused = entries.filter(({ defect }) => defect !== null && REFUSED.includes(defect)).length
const UNITS = [
  'code,name,parent_code,kind,valid_from,valid_to,predecessor_codes,decision_no',
  'H26,Thành phố Hà Nội,,province,2025-07-01,,,1',
  'H26.01,Sở Nội vụ,H26,department,2025-07-01,,H26.11,2',
].join('\n')

let sandbox: Sandbox
let product: Product
let folder: Folder
let campaignId: string
let windowId: string
let intakeId: string
const people: Record<'coordinator' | 'operator' | 'officer' | 'signer', Person> = Object.create(null)
type Somebody = Awaited<ReturnType<Product['logIn']>>
/** The same roles at the API itself, for the acts that the command line does not have. */
const direct: Record<'coordinator' | 'operator' | 'security' | 'officer' | 'second', Somebody> =
  Object.create(null)

beforeAll(async () => {
  folder = ownFolder()
  sandbox = await startSandbox()
  await enterPeople(
    sandbox.journal,
    entries.map((_entry, index) => createPerson(SEED, BODY, index)),
  )
  product = await startProduct(gatewaysTo(sandbox.url, SANDBOX_SECRET))
  await product.standAt('2025-07-11T09:00:00+07:00')
  const { seat } = await seatPeople(product, folder)
  people.coordinator = await seat('coordinator-1', 'ministry-coordinator')
  people.operator = await seat('operator-1', 'ministry-operator')
  people.officer = await seat('H26-officer-1', 'locality-officer', BODY)
  people.signer = await seat('H26-signer-1', 'locality-signer', BODY)
  direct.coordinator = await product.logIn('ministry-coordinator')
  direct.operator = await product.logIn('ministry-operator')
  direct.security = await product.logIn('ministry-security')
  direct.officer = await product.logIn('locality-officer', BODY)
  direct.second = await product.logIn('locality-officer', BODY)
  const launched = await people.coordinator(['campaign', 'launch', '--bodies', BODY, '--yes', '--json'])
  ;({ campaignId } = JSON.parse(launched.out))
  await chooseSoftware()
})
afterAll(async () => {
  await product[Symbol.asyncDispose]()
  await sandbox[Symbol.asyncDispose]()
  folder[Symbol.dispose]()
})

async function ok(response: ReturnType<Somebody['post']>) {
  const answer = await response
  if (answer.statusCode >= 300) throw new Error(answer.body)
  return answer
}
const stagePath = (stage: string) => `/v1/campaigns/${campaignId}/localities/${BODY}/stages/${stage}`
const stageIsOpen = (stage: string) =>
  until(
    async () =>
      (await direct.officer.get(`/v1/campaigns/${campaignId}/localities/${BODY}`)).json<{
        openStage: string
      }>(),
    ({ openStage }) => openStage === stage,
  )
async function submitAndApprove(stage: string, approver: Somebody) {
  await ok(direct.officer.post(`${stagePath(stage)}/submit`))
  await ok(approver.post(`${stagePath(stage)}/approve`))
}

async function chooseSoftware() {
  await stageIsOpen('select-software')
  const of = (what: string) => `/v1/localities/${BODY}/${what}`
  const source = { code: 'H26-1', name: 'Phần mềm A', vendor: 'Nhà cung cấp A', predecessorCode: BODY }
  await ok(direct.officer.post(of('source-systems'), source))
  const criteria = [
    'unit-tree-api',
    'dossier-api',
    'agency-codes',
    'two-level-government',
    'role-based-access',
  ]
  const findings = Object.fromEntries(criteria.map((code) => [code, true]))
  await ok(direct.officer.post(of('software-assessments'), { source: 'H26-1', findings }))
  await ok(direct.officer.post(of('software-choice'), { source: 'H26-1', scenario: 'one-predecessor' }))
  const administrator = { fullName: 'Trần Thị Bình', contact: '024 0000 0000' }
  await ok(direct.officer.post(of('key-administrators'), administrator))
  await submitAndApprove('select-software', direct.coordinator)
  const issued = await ok(direct.operator.post(of('connection-keys'), { source: 'H26-1' }))
  const { keyId } = issued.json<{ keyId: string }>()
  await ok(direct.security.post(`${of('connection-keys')}/${keyId}/activate`))
  await stageIsOpen('build-unit-codes')
}

test('a faulty unit tree is refused with a table of its faults, a good one is kept', async () => {
  const file = folder.file('units.csv')
  writeFileSync(file, UNITS.replace('department', 'club'))
  const vietnamese = await people.officer(['units', 'upload', BODY, file, '--language', 'vi'])
  expect(vietnamese.code).toBe(EXIT.refused)
  expect(vietnamese.out).toMatch(/^Dòng +Cột +Quy tắc +Nội dung$/m)
  expect(vietnamese.out).toMatch(/^ +3 +kind +kind-unknown +\S/m)
  expect(vietnamese.err).toContain('Cây đơn vị có 1 lỗi')
  const english = await people.officer(['units', 'upload', BODY, file, '--language', 'en'])
  expect(english.out).toMatch(/^Line +Field +Rule +Message$/m)
  const json = await people.officer(['units', 'upload', BODY, file, '--json'])
  expect(JSON.parse(json.out)).toMatchObject({ faults: [{ line: 3, field: 'kind', rule: 'kind-unknown' }] })

  writeFileSync(file, UNITS)
  expect(await people.officer(['units', 'upload', BODY, file])).toMatchObject({
    code: EXIT.done,
    out: `The unit tree of H26 is kept: version 1, 2 units.\n`,
  })
  await submitAndApprove('build-unit-codes', direct.coordinator)
  await stageIsOpen('update-records')
})

test('an officer need not name the campaign: it is the newest in which the body takes part', async () => {
  for (const named of [[], [campaignId]])
    expect(await people.officer(['campaign', 'status', ...named])).toMatchObject({
      code: EXIT.done,
      out: expect.stringContaining('1 body, 0 overdue'),
    })
})

test('3,000 lines are handed in with progress; those rejected make it 6 and come back as a file', async () => {
  const file = folder.file('records.csv')
  writeFileSync(file, [HEADER, ...entries.map(lineOf)].join('\r\n'))
  const uploaded = await people.officer([
    'intake',
    'upload',
    BODY,
    file,
    '--source',
    'H26-1',
    '--language',
    'vi',
  ])
  expect(uploaded.code).toBe(EXIT.partly)
  expect(uploaded.out).toMatch(/Số dòng +3\.000/)
  expect(uploaded.out).toMatch(new RegExp(String.raw`Từ chối +${refused}$`, 'm'))
  expect(uploaded.err).toMatch(/Đang gửi \[█+\] 100 %/)
  expect(uploaded.err).toMatch(/Đang chuyển đổi \[█+\] 100 %/)
  ;[intakeId = ''] = /[0-9a-f-]{36}/.exec(uploaded.out) ?? []

  const output = folder.file('rejects.csv')
  expect(await people.officer(['intake', 'rejects', intakeId, '--output', output])).toMatchObject({
    code: EXIT.done,
    out: '',
  })
  const lines = readFileSync(output, 'utf8').trimEnd().split('\r\n')
  expect(lines[0]).toBe(`\ufeffline,field,rule,message_vi,message_en,${HEADER}`)
  expect(lines).toHaveLength(refused + 1)
  expect(statSync(output).mode & 0o777).toBe(0o600)
  // Somebody may be correcting it.
  expect(await people.officer(['intake', 'rejects', intakeId, '--output', output])).toMatchObject({
    code: EXIT.wrongUsage,
  })
})

test('the same file again is answered with the first intake, and as JSON with its document only', async () => {
  const again = ['intake', 'upload', BODY, folder.file('records.csv'), '--source', 'H26-1', '--json']
  const answer = await people.officer(again)
  expect(answer.code).toBe(EXIT.partly)
  expect(JSON.parse(answer.out)).toMatchObject({ intakeId, rows: PEOPLE, rejected: refused, staged: 0 })
  expect(answer.err).toContain('handed in before')
  expect((await people.officer(['intake', 'list', BODY])).out).toContain(intakeId)
  expect((await people.officer(['intake', 'show', intakeId, '--language', 'vi'])).out).toContain(
    'đã chuyển đổi',
  )
})

test('a file whose header is wrong is refused with the column, however large it is', async () => {
  const file = folder.file('wrong.csv')
  writeFileSync(file, ['a,b,c', ...Array.from({ length: 400_000 }, () => 'one,two,three,four')].join('\n'))
  const wrong = await people.officer([
    'intake',
    'upload',
    BODY,
    file,
    '--source',
    'H26-1',
    '--language',
    'vi',
  ])
  expect(wrong).toMatchObject({ code: EXIT.refused, err: expect.stringContaining('[file-header]') })
  const unknown = await people.officer(['intake', 'upload', BODY, file, '--source', 'H26-9'])
  expect(unknown).toMatchObject({ code: EXIT.refused, err: expect.stringContaining('[unknown-source]') })
})

test('the signer reads the manifest, says no, comes back, says yes, and everything is signed', async () => {
  await submitAndApprove('update-records', direct.second)
  await stageIsOpen('sign-records')
  const declined = await people.signer(['sign', BODY], { typed: 'n\n', atTerminal: true })
  expect(declined).toMatchObject({ code: EXIT.wrongUsage, out: '' })
  const signed = await people.signer(['sign', BODY, '--language', 'vi'], { typed: 'c\n', atTerminal: true })
  expect(signed.code).toBe(EXIT.done)
  expect(signed.err).toContain('Tiếp tục phiên ký')
  expect(signed.out).toContain(`Đã ký ${(PEOPLE - refused).toLocaleString('vi-VN')} hồ sơ của H26`)
  expect(await people.signer(['sign', BODY, '--yes'])).toMatchObject({
    code: EXIT.refused,
    err: expect.stringContaining('[nothing-to-sign]'),
  })
  await stageIsOpen('schedule-sync')
})

test('a window that an outage parked is seen, retried beside one that is not there, and completes', async () => {
  await ok(direct.officer.post(`/v1/localities/${BODY}/sync-slots`, { day: '2025-09-03' }))
  await submitAndApprove('schedule-sync', direct.coordinator)
  await stageIsOpen('sync-records')
  sandbox.faults.set('personnel-database', { kind: 'outage' })
  await product.standAt('2025-09-03T08:00:00+07:00')
  const parked = await until(
    () => people.operator(['windows', 'list', '--language', 'vi']),
    ({ out }) => out.includes('chờ xử lý'),
  )
  expect(parked.out).toContain('receiver-unavailable')
  ;[windowId = ''] = /[0-9a-f-]{36}/.exec(parked.out) ?? []
  await until(
    () => people.operator(['attention']),
    ({ out }) => out.includes('sync-window'),
  )

  sandbox.faults.set('personnel-database', null)
  const missing = '0198f3f0-0000-7000-8000-000000000000'
  const retried = await people.operator([
    'windows',
    'retry',
    missing,
    windowId,
    '--reason',
    'The outage is over',
  ])
  expect(retried.code).toBe(EXIT.partly)
  expect(retried.out).toMatch(new RegExp(`^${missing} +✗ +There is no such thing. \\[not-found\\]$`, 'm'))
  expect(retried.out).toMatch(new RegExp(`^${windowId} +✓ +[\\d,]+ records are sent from 03/09/2025`, 'm'))
  await until(
    () => people.operator(['windows', 'list', '--campaign', campaignId]),
    ({ out }) => out.includes('complete'),
  )
  const json = await people.operator(['windows', 'retry', missing, windowId, '--reason', 'again', '--json'])
  expect(json.code).toBe(EXIT.refused)
  expect(
    json.out
      .trimEnd()
      .split('\n')
      .map((line): unknown => JSON.parse(line)),
  ).toMatchObject([{ code: 'not-found' }, { code: 'window-not-parked' }])
})

test('a decision on what is not parked is refused, and days without a run are listed and filled', async () => {
  const missing = '0198f3f0-0000-7000-8000-000000000000'
  expect(
    await people.operator(['attention', 'decide', missing, '--decision', 'retry', '--reason', 'mended']),
  ).toMatchObject({ code: EXIT.refused })
  expect(await people.operator(['match', 'run', '--day', '10/09/2025'])).toMatchObject({
    code: EXIT.refused,
    err: expect.stringContaining('day: 10/09/2025'),
  })
  await stageIsOpen('match-daily')
  await product.standAt('2025-09-12T01:00:00+07:00')
  const ordered = await people.operator(['match', 'run', '--language', 'vi'])
  expect(ordered).toMatchObject({ code: EXIT.done, out: 'Bắt đầu đối khớp ngày 12/09/2025.\n' })
  const again = await people.operator(['match', 'run', '--day', '2025-09-12'])
  expect(again).toMatchObject({ code: EXIT.done, out: '12/09/2025 has its run already.\n' })
  const gaps = await people.operator(['match', 'gaps'])
  expect(gaps.code).toBe(EXIT.done)
  expect(await people.operator(['match', 'gaps', '--fill'])).toMatchObject({ code: EXIT.done })
  expect(await people.operator(['match', 'gaps', '--language', 'vi'])).toMatchObject({
    out: 'Không thiếu ngày nào.\n',
  })
})
