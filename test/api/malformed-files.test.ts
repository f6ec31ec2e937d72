import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import { parse } from 'csv-parse/sync'
import { sql } from 'drizzle-orm'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { recogniseDelimiter } from '../../domain/records.ts'
import { UNIT_COLUMNS } from '../../domain/units.ts'
import { createBody, launch, recordLine, type Body } from './bodies.ts'
import { convert, startApi, type Api } from './fixture.ts'
import { brokenFiles, chunksOf, type BrokenFile, type Table } from './hostile-files.ts'
import { expectProblem, LANGUAGES, PLANTED, type Answer } from './problems.ts'

let api: Api
let body: Body
let address: string
beforeAll(async () => {
  api = await startApi()
  const campaignId = await launch(api, ['H26'])
  body = await createBody(api, campaignId, 'H26')
  address = await api.app.listen({ host: '127.0.0.1', port: 0 })
})
afterAll(() => api[Symbol.asyncDispose]())

async function upload(url: string, file: BrokenFile, language?: string): Promise<Answer> {
  const response = await fetch(`${address}${url}`, {
    method: 'POST',
    headers: {
      authorization: body.officer.authorization,
      'idempotency-key': randomUUID(),
      'content-type': 'text/csv',
      'accept-language': language ?? '',
    },
    body: Readable.from(chunksOf(file)),
    duplex: 'half',
  })
  return {
    status: response.status,
    body: await response.text(),
    headers: Object.fromEntries(response.headers),
  }
}

const tally = { sent: 0, taken: 0 }
beforeEach(() => Object.assign(tally, { sent: 0, taken: 0 }))
/** Whether the file was taken; if not, why must be told as every problem is. */
function judge(answer: Answer, language: 'vi' | 'en', { fault, bytes }: BrokenFile): boolean {
  tally.sent += 1
  if (answer.status < 300) tally.taken += 1
  try {
    expect(answer.status).toBeLessThan(500)
    if (answer.status >= 300) expectProblem(answer, language)
  } catch (error) {
    const start = bytes.subarray(0, 200).toString()
    throw new Error(`${fault}: ${answer.status} ${answer.body.slice(0, 300)} to ${start}`, { cause: error })
  }
  return answer.status < 300
}

const intake = z.object({
  intakeId: z.uuid(),
  rows: z.int(),
  staged: z.int(),
  accepted: z.int(),
  unchanged: z.int(),
  rejected: z.int(),
})
const kept = async () =>
  (
    await api.db.execute<{ pages: string; unreceived: string; strays: string }>(sql`
      select (select count(*) from intake_pages) as pages,
        (select count(*) from intakes where received_at is null) as unreceived,
        (select count(*) from intake_pages p where not exists (
          select from intakes i where i.intake_id = p.intake_id and i.received_at is not null)) as strays`)
  )[0]

/** Lines of data of the file as a whole, by a parser that knows nothing of pages. */
function linesOf({ bytes }: BrokenFile): number {
  const text = bytes.toString()
  const rows: string[][] = parse(text, {
    delimiter: recogniseDelimiter(text.split('\n', 1)[0] ?? ''),
    record_delimiter: ['\r\n', '\n'],
    bom: true,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
  })
  return rows.length - 1
}

const people: fc.Arbitrary<Table> = fc
  .array(fc.tuple(fc.integer({ min: 16, max: 99 }), fc.constantFrom('', 'Lê Thị "Na"', PLANTED, 'Ê-ban')), {
    minLength: 1,
    maxLength: 8,
  })
  .map((lines) => ({
    header: ['record_code', 'personal_id', 'full_name', 'birth_date', 'gender', 'unit_code'],
    rows: lines.map(([number, name]) => {
      const cells = recordLine('H26', number).split(',')
      return name === '' ? cells : cells.with(2, name)
    }),
  }))

/** Every line that was counted on receipt is, after the conversion, exactly one of the four. */
async function unaccounted(file: BrokenFile, answer: Answer): Promise<readonly string[]> {
  const { intakeId, rows } = intake.parse(JSON.parse(answer.body))
  const found = answer.status === 202 && rows !== linesOf(file) ? [`${rows} of ${linesOf(file)} lines`] : []
  await convert(api, { intakeId, localityCode: 'H26' })
  expect(await api.stores.intakes.readIntake('national', intakeId)).toMatchObject({ staged: 0 })
  const now = intake.parse(await api.stores.intakes.readIntake('national', intakeId))
  const sum = now.staged + now.accepted + now.unchanged + now.rejected
  return now.rows === rows && sum === rows ? found : [...found, JSON.stringify(now)]
}

test('150 malformed files of records: each is refused whole, or taken whole and every line of it accounted for', async () => {
  await fc.assert(
    fc.asyncProperty(brokenFiles(people), fc.constantFrom(...LANGUAGES), async (file, [spoken, heard]) => {
      const before = await kept()
      const answer = await upload('/v1/localities/H26/intakes?source=H26-1', file, spoken)
      const isTaken = judge(answer, heard, file)
      expect([file.fault, isTaken ? await unaccounted(file, answer) : []]).toEqual([file.fault, []])
      const after = await kept()
      expect([file.fault, isTaken ? before : after]).toEqual([file.fault, before])
      expect(after).toMatchObject({ unreceived: '0', strays: '0' })
    }),
    { numRuns: 160 },
  )
  expect(tally.sent).toBeGreaterThanOrEqual(150)
  expect(tally.taken).toBeGreaterThan(20)
})

const trees = async () => (await api.stores.units.readTrees('national', 'H26')).length
const units: fc.Arbitrary<Table> = fc.integer({ min: 1, max: 8 }).map((count) => ({
  header: UNIT_COLUMNS,
  rows: [
    ['H26', 'Gốc', '', 'province', '2025-07-01', '', '', '1'],
    ...Array.from({ length: count }, (_, at) => [
      `H26.${at + 10}`,
      PLANTED,
      'H26',
      'department',
      '2025-07-01',
      '',
      '',
      '2',
    ]),
  ],
}))

test('150 malformed files of units: each is refused with its faults and leaves nothing, or is taken with every line', async () => {
  await fc.assert(
    fc.asyncProperty(brokenFiles(units), fc.constantFrom(...LANGUAGES), async (file, [spoken, heard]) => {
      const before = await trees()
      const answer = await upload('/v1/localities/H26/units', file, spoken)
      const isTaken = judge(answer, heard, file)
      // The newest 200 versions are shown.
      expect(await trees()).toBe(Math.min(200, before + (isTaken ? 1 : 0)))
      const taken = z.object({ units: z.int().default(0) }).parse(JSON.parse(answer.body))
      expect([file.fault, taken.units]).toEqual([file.fault, isTaken ? linesOf(file) : 0])
    }),
    { numRuns: 160 },
  )
  expect(tally.sent).toBeGreaterThanOrEqual(150)
})

test('a cell of a unit’s line under no column, or with damaged text, is a fault with its line', async () => {
  const root = 'H26,Gốc,,province,2025-07-01,,,1'
  const send = (...lines: readonly string[]) =>
    upload('/v1/localities/H26/units', {
      fault: 'surplus',
      bytes: Buffer.from([UNIT_COLUMNS.join(','), root, ...lines, ''].join('\n')),
      chunkBytes: 64,
    })
  // A comma in a name slips everything after it.
  const slipped = await send(
    'H26.01,Sở Nội vụ,H26,other,2025-07-01,,,2,',
    `H26.02,Sở,H26,other,2025-07-01,,,2,,${PLANTED}`,
  )
  expect(slipped.status).toBe(422)
  expectProblem(slipped, 'vi')
  expect(JSON.parse(slipped.body)).toMatchObject({
    code: 'unit-tree-invalid',
    faults: [{ line: 4, field: '#10', rule: 'surplus-cell' }],
  })
  const damaged = await send('H26.01,Sở\u0000Nội vụ,H26,other,2025-07-01,,,2')
  expect(damaged.status).toBe(422)
  expect(JSON.parse(damaged.body)).toMatchObject({
    faults: [{ line: 3, field: 'name', rule: 'text-not-well-formed' }],
  })
  const empty = await send('H26.01,Sở Nội vụ,H26,other,2025-07-01,,,2,,,')
  expect([empty.status, JSON.parse(empty.body)]).toEqual([201, expect.objectContaining({ units: 2 })])
})

test('line ends of two kinds lose no unit, and a lone carriage return hides no record behind a header', async () => {
  const lines = [
    'H26,Gốc,,province,2025-07-01,,,1',
    ...[1, 2, 3].map((at) => `H26.0${at},Sở,H26,other,2025-07-01,,,2`),
  ]
  const bytes = Buffer.from(`${UNIT_COLUMNS.join(',')}\r\n${lines.join('\n')}\n`)
  const tree = await upload('/v1/localities/H26/units', { fault: 'mixed', bytes, chunkBytes: 64 })
  expect(JSON.parse(tree.body)).toMatchObject({ units: 4 })
  const header = 'record_code,personal_id,full_name,birth_date,gender,unit_code'
  const hidden = Buffer.from(`${header}\r${recordLine('H26', 21)}\n${recordLine('H26', 22)}\n`)
  const file = { fault: 'lone', bytes: hidden, chunkBytes: 64 }
  const answer = await upload('/v1/localities/H26/intakes?source=H26-1', file)
  expect([answer.status, answer.body]).toEqual([422, expect.stringContaining('file-header')])
})

test('line ends of two kinds and a lone carriage return are taken, and every line of them is converted', async () => {
  const header = 'record_code,personal_id,full_name,birth_date,gender,unit_code'
  const lines = [31, 32, 33, 34, 35].map((number) => recordLine('H26', number))
  const [one, two, three = '', four = '', five = ''] = lines
  const quotedLate = four.replace('Người', 'Ng"ười')
  const text = `${header}\r\n${one}\n${two}\r\n${three.replace('Người', 'Ng\rười')}\n${quotedLate}\r\n${five}\r`
  for (const chunkBytes of [1, 64]) {
    const bytes = Buffer.from(`${text}${'\n'.repeat(chunkBytes)}`)
    const file = { fault: 'mixed', bytes, chunkBytes }
    const answer = await upload('/v1/localities/H26/intakes?source=H26-1', file)
    expect([answer.status, await unaccounted(file, answer)]).toEqual([202, []])
    expect(JSON.parse(answer.body)).toMatchObject({ rows: 5 })
  }
})

const HEADER = 'record_code,personal_id,full_name,birth_date,gender,unit_code\n'
test.each([
  ['a header that is no header', 'x,y\n1,2\n', 'file-header'],
  ['no line of data', HEADER, 'file-empty'],
  ['an open quote', `${HEADER}"1,2`, 'file-shape'],
  [
    'bytes that are no UTF-8',
    Buffer.concat([Buffer.from(`${HEADER}A,`), Buffer.from([0xff, 0xfe])]),
    'file-not-utf8',
  ],
  ['a line without end', `${HEADER}${'x'.repeat(70_000)}`, 'line-too-long'],
])('a file of records with %s is told so', async (fault, text, code) => {
  const file = { fault, bytes: Buffer.from(text), chunkBytes: 1_000 }
  const answer = await upload('/v1/localities/H26/intakes?source=H26-1', file)
  expect([answer.status, JSON.parse(answer.body)]).toEqual([422, expect.objectContaining({ code })])
})
