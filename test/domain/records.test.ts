import { createRequire } from 'node:module'
import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isHanoiDate } from '../../domain/hanoi-time.ts'
import { FORMER_PROVINCES } from '../../domain/localities-facts.ts'
import { RECORD_FIELDS, REJECT_COLUMNS, RULES, WARNINGS } from '../../domain/records-fields.ts'
import { isRealDay } from '../../domain/records-values.ts'
import {
  canonicalContent,
  checkRecord,
  csvCell,
  recogniseDelimiter,
  recogniseHeader,
  rejectLine,
  type Content,
} from '../../domain/records.ts'

/** Written by the authors of RFC 8785; its types do not fit its module. */
const canonicalize: (value: unknown) => string | undefined = createRequire(import.meta.url)('canonicalize')

const HEADER = [
  ...['record_code', 'personal_id', 'full_name', 'birth_date', 'gender', 'unit_code'],
  ...['rank_code', 'salary_coefficient', 'recruited_on', 'home_town'],
]
const GOOD = [
  ...['HS-1', '001085012345', 'Nguyễn Văn An', '1985-03-02', 'nam', 'H26.01'],
  ...['01.003', '3.33', '2008-09-01', ''],
]
const TODAY = '2025-08-01'
const columns = recogniseHeader(HEADER)
const check = (change: Readonly<Record<string, string>> = {}) =>
  checkRecord(
    HEADER.map((name, index) => change[name] ?? GOOD[index] ?? ''),
    columns,
    TODAY,
  )

describe('the record file', () => {
  // Design, "Files that people and their software exchange with us": stable from the first release.
  test('has its 25 columns in their order, six of them mandatory', () => {
    expect(RECORD_FIELDS.map(({ name }) => name).join()).toBe(
      'record_code,personal_id,full_name,birth_date,gender,ethnicity,religion,home_town,permanent_address,unit_code,position,job_title,rank_code,salary_grade,salary_coefficient,salary_from,general_education,professional_education,political_theory,party_joined_on,party_official_on,recruited_on,recruited_by,social_insurance_no,updated_on',
    )
    expect(RECORD_FIELDS.filter(({ mandatory }) => mandatory).map(({ name }) => name)).toEqual([
      ...['record_code', 'personal_id', 'full_name', 'birth_date', 'gender', 'unit_code'],
    ])
  })
  test('knows what is personal in it: who somebody is, where from, and what the law calls sensitive', () => {
    expect(RECORD_FIELDS.filter(({ dataClass }) => dataClass === 'P3').map(({ name }) => name)).toEqual([
      ...['personal_id', 'full_name', 'birth_date', 'gender', 'ethnicity', 'religion', 'home_town'],
      ...['permanent_address', 'party_joined_on', 'party_official_on', 'social_insurance_no'],
    ])
  })
  test('has a sentence in both languages for every rule and warning, and none with a hole for a value', () => {
    for (const { vi, en } of [...Object.values(RULES), ...Object.values(WARNINGS)]) {
      expect(vi).toMatch(/^\p{Lu}[^{}]{5,80}$/u)
      expect(en).toMatch(/^\p{Lu}[^{}]{5,100}$/u)
      expect(vi).not.toBe(en)
    }
  })
})

describe('the header', () => {
  test('is recognised in English or Vietnamese, whatever the case and spaces', () => {
    expect(
      recogniseHeader(['Mã hồ sơ', ' PERSONAL ID', 'Họ và tên', 'birth_date', 'Giới tính', 'mã đơn vị']),
    ).toEqual([0, 1, 2, 3, 4, 9])
  })
  test.each(RECORD_FIELDS.map(({ name, vi }, index) => [name, vi, index] as const))(
    'knows %s as %s, also decomposed, shouted and with other spaces',
    (name, vi, index) => {
      const rest = HEADER.slice(0, 6).filter((other) => other !== name)
      for (const label of [
        name,
        vi,
        vi.normalize('NFD'),
        vi.toUpperCase(),
        `\ufeff ${vi.replace(' ', '\n')} `,
      ])
        expect(recogniseHeader([label, ...rest])[0]).toBe(index)
    },
  )
  test('of a rejects file is recognised: its five own columns are ignored', () => {
    expect(recogniseHeader([...REJECT_COLUMNS, ...HEADER.slice(0, 6)])).toEqual([
      ...[-1, -1, -1, -1, -1, 0, 1, 2, 3, 4, 9],
    ])
  })
  test.each([
    ['an unknown column', [...HEADER, 'shoe_size'], 'shoe_size'],
    ['a repeated column', [...HEADER, 'gender'], 'gender'],
    ['a column repeated in the other language', [...HEADER, 'Giới tính'], 'gender'],
    ['a missing mandatory column', HEADER.slice(1), 'record_code'],
    ['an empty name', [...HEADER, ''], '#11'],
  ])('with %s is refused by its name', (_what, cells, field) => {
    expect(() => recogniseHeader(cells)).toThrow(
      expect.objectContaining({ code: 'file-header', details: { field } }),
    )
  })
  test('that is no header but a person is refused without a word of that person', () => {
    const person = ['Trần Thị Bình', '001185000001', 'tran_thi_binh_nam_1985', '1985']
    for (const [index] of person.entries()) {
      const cells = [...HEADER.slice(0, index), ...person.slice(index)]
      expect(() => recogniseHeader(cells)).toThrow(
        expect.objectContaining({ details: { field: `#${index + 1}` } }),
      )
    }
  })
  test.each([
    [',', 'a,b,"c;d;e;f"'],
    [';', 'a;b;c'],
    ['\t', 'a\tb\tc'],
    [',', 'a'],
  ])('tells the delimiter %j', (delimiter, header) => {
    expect(recogniseDelimiter(header)).toBe(delimiter)
  })
})

describe('a record', () => {
  test('is cleaned: composed Unicode, single spaces, no line breaks, genders in one word', () => {
    expect(check({ full_name: ' Nguyễn\u00a0 Văn\nAn '.normalize('NFD') })).toMatchObject({
      content: { full_name: 'Nguyễn Văn An', gender: 'male' },
      warnings: [],
    })
  })
  test('has its content in one order, whatever the order of the columns, and what is empty is absent', () => {
    const order = HEADER.toReversed()
    const reversed = checkRecord(GOOD.toReversed(), recogniseHeader(order), TODAY)
    expect(reversed).toEqual(check())
    for (const checked of [reversed, check()]) {
      const names = 'content' in checked ? Object.keys(checked.content) : []
      expect(names).toEqual(HEADER.filter((name) => name !== 'home_town').toSorted())
    }
  })
  test.each([
    ...['male', 'Male', 'MALE', 'nam', 'Nam', ' NAM '].map((value) => [value, 'male'] as const),
    ...['female', 'Female', 'nữ', 'Nữ', 'NỮ', 'Nữ'.normalize('NFD')].map(
      (value) => [value, 'female'] as const,
    ),
  ])('whose gender is %j is %s', (gender, word) => {
    expect(check({ gender })).toHaveProperty('content.gender', word)
  })
  test.each([
    ['4,74', '4.74'],
    ['4.74', '4.74'],
    ['10', '10'],
  ])('whose coefficient is %j keeps %s', (salary_coefficient, kept) => {
    expect(check({ salary_coefficient })).toHaveProperty('content.salary_coefficient', kept)
  })
  test.each([
    // 12 digits (Law on Identification 26/2023/QH15, article 12); nothing is padded.
    ['personal_id', '01085012345', 'personal-id-lost-zero'],
    ['personal_id', '012345678', 'personal-id-legacy'],
    ['personal_id', '0010850123456', 'personal-id-shape'],
    ['personal_id', '1085012345', 'personal-id-shape'],
    ['personal_id', '00108501234O', 'personal-id-shape'],
    ['personal_id', '001 085 012 345', 'personal-id-shape'],
    ['personal_id', '٠٠١٠٨٥٠١٢٣٤٥', 'personal-id-shape'],
    ['personal_id', '', 'missing'],
    ['full_name', ' \u00a0\n', 'missing'],
    ['birth_date', '02/03/1985', 'birth-date-shape'],
    ['birth_date', '1985-3-2', 'birth-date-shape'],
    ['birth_date', '19850302', 'birth-date-shape'],
    ['birth_date', '1985-02-30', 'birth-date-shape'],
    ['birth_date', '1985-13', 'birth-date-shape'],
    ['birth_date', '1985-00', 'birth-date-shape'],
    ['birth_date', '85', 'birth-date-shape'],
    ['birth_date', '2025-08-02', 'birth-date-impossible'],
    ['birth_date', '2025-09', 'birth-date-impossible'],
    ['birth_date', '2026', 'birth-date-impossible'],
    ['birth_date', '1899', 'birth-date-impossible'],
    ['birth_date', '1899-12-31', 'birth-date-impossible'],
    ['recruited_on', '2008', 'date-shape'],
    ['recruited_on', '01/09/2008', 'date-shape'],
    ['recruited_on', '2009-02-29', 'date-shape'],
    ['recruited_on', '0208-09-01', 'date-shape'],
    ['gender', 'x', 'gender-unknown'],
    ['gender', 'nu', 'gender-unknown'],
    ['gender', '1', 'gender-unknown'],
    ['gender', 'constructor', 'gender-unknown'],
    ['rank_code', 'Chuyên viên', 'rank-code-shape'],
    ['rank_code', 'abc', 'rank-code-shape'],
    ['salary_coefficient', '3,333', 'salary-coefficient-shape'],
    ['salary_coefficient', '-3.33', 'salary-coefficient-shape'],
    ['unit_code', '000.00.12.H49', 'unit-code-shape'],
    ['unit_code', 'h26.01', 'unit-code-shape'],
    ['full_name', 'A\ufffdB', 'text-not-well-formed'],
    ['full_name', 'A\u0000B', 'text-not-well-formed'],
    ['full_name', 'A\ud800B', 'text-not-well-formed'],
    ['full_name', 'A'.repeat(101), 'too-long'],
    ['unit_code', `H26.${'1'.repeat(32)}`, 'too-long'],
  ])('with %s %j is rejected as %s', (field, value, rule) => {
    expect(check({ [field]: value })).toEqual({ faults: [{ field, rule }] })
  })
  test('names all its faults at once, in the order of the file', () => {
    expect(check({ gender: '?', birth_date: '?', record_code: '' })).toEqual({
      faults: [
        { field: 'record_code', rule: 'missing' },
        { field: 'birth_date', rule: 'birth-date-shape' },
        { field: 'gender', rule: 'gender-unknown' },
      ],
    })
  })
  test.each([
    ['columns-missing', GOOD.slice(1)],
    ['columns-surplus', [...GOOD, '']],
  ])('whose line does not fit the header is rejected as %s', (rule, cells) => {
    expect(checkRecord(cells, columns, TODAY)).toEqual({ faults: [{ field: '', rule }] })
  })
  // Partial birth dates are first-class: many older people know only a year.
  test.each(['1985', '1985-03', '1985-03-02', '1984-02-29', '1900', '2025', '2025-08', '2025-08-01'])(
    'may have the birth date %s',
    (birth_date) => expect(check({ birth_date })).toHaveProperty('content.birth_date', birth_date),
  )
  test('is never thrown at: any cells give a content or faults, and a content passes again unchanged', () => {
    const wild = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('', ' ', 'nữ', "'=1", '1985', '001085012345', 'H26', '01.003', '__proto__'),
    )
    const change = fc.dictionary(fc.constantFrom(...HEADER), wild, { maxKeys: 4 })
    let accepted = 0
    fc.assert(
      fc.property(change, fc.integer({ min: -1, max: 0 }), (wrong, surplus) => {
        const cells = HEADER.map((name, index) => wrong[name] ?? GOOD[index] ?? '').slice(
          surplus === 0 ? 0 : 1,
        )
        const checked = checkRecord(cells, columns, TODAY)
        const faults = 'faults' in checked ? checked.faults : []
        expect(faults.length > 0).toBe('faults' in checked)
        expect(faults.filter(({ rule }) => !Object.hasOwn(RULES, rule))).toEqual([])
        const content: Content = 'content' in checked ? checked.content : {}
        const again = 'content' in checked ? HEADER.map((name) => content[name] ?? '') : cells
        expect(checkRecord(again, columns, TODAY)).toEqual(checked)
        if ('content' in checked) accepted += 1
      }),
      { numRuns: 3_000 },
    )
    expect(accepted).toBeGreaterThan(100)
  })
})

describe('what is only warned of', () => {
  // Circular 59/2021/TT-BCA: place of registration, century and gender, year of birth; people's data may have been put right.
  test.each<[string, Readonly<Record<string, string>>, readonly string[]]>([
    ['nothing, for a man of the 20th century', {}, []],
    ['nothing, for a woman of the 20th century', { personal_id: '001185012345', gender: 'nữ' }, []],
    ['nothing, for a man of the 21st century', { personal_id: '001203012345', birth_date: '2003' }, []],
    [
      'nothing, for a woman of the 21st century',
      { personal_id: '096303012345', birth_date: '2003-05', gender: 'nữ' },
      [],
    ],
    ['another gender', { gender: 'nữ' }, ['personal-id-gender']],
    ['another year', { birth_date: '1986' }, ['personal-id-year']],
    [
      'another century',
      { birth_date: '2085-01-01'.replace('2085', '1985'), personal_id: '001285012345' },
      ['personal-id-year'],
    ],
    ['a place that never registered births', { personal_id: '003085012345' }, ['personal-id-province']],
    ['a place abroad', { personal_id: '099085012345' }, ['personal-id-province']],
    [
      'all three',
      { personal_id: '099399012345' },
      ['personal-id-province', 'personal-id-gender', 'personal-id-year'],
    ],
    ['a rank of an unusual form', { rank_code: '15a.201' }, ['rank-code-unusual']],
    ['nothing, for a rank of public employees', { rank_code: 'V.07.04.32' }, []],
  ])('%s', (_what, change, warnings) => {
    expect(check(change)).toMatchObject({ content: { record_code: 'HS-1' }, warnings })
  })
  test('the 63 provinces of before 1 July 2025 are all known places', () => {
    expect(FORMER_PROVINCES).toHaveLength(63)
    for (const [, gsoCode] of FORMER_PROVINCES)
      expect(check({ personal_id: `0${gsoCode}085012345` })).toMatchObject({ warnings: [] })
  })
})

const two = (value: number) => String(value).padStart(2, '0')
test('a day is real exactly when the calendar has it', () => {
  const days = Array.from({ length: 209 }, (_, index) => 1896 + index).flatMap((year) =>
    Array.from({ length: 14 }, (_, month) => `${year}-${two(month)}`).flatMap((month) =>
      [0, 1, 28, 29, 30, 31, 32].map((day) => `${month}-${two(day)}`),
    ),
  )
  expect(days.filter((text) => isRealDay(text) !== isHanoiDate(text))).toEqual([])
  for (const text of ['2000-02-29', '1900-02-28']) expect(isRealDay(text)).toBe(true)
  for (const text of ['1900-02-29', '2025-2-1', '2025-02-01 ', '', '2025-02-0a'])
    expect(isRealDay(text)).toBe(false)
})

describe('the canonical form', () => {
  const keys = fc.oneof(
    fc.constantFrom(...RECORD_FIELDS.map(({ name }) => name)),
    fc.constantFrom('', '1', '10', '2', '\ud800', '😀', '\uffee', '"', 'Z', 'a'),
    fc.string({ unit: 'binary' }),
  )
  test('is RFC 8785, as an independent implementation writes it', () => {
    fc.assert(
      fc.property(fc.dictionary(keys, fc.string({ unit: 'binary' })), (values: Content) => {
        expect(canonicalContent(values)).toBe(canonicalize(values))
      }),
      { numRuns: 2_000 },
    )
  })
  test('of a checked record is the same whatever the order of the file’s columns', () => {
    const order = fc.shuffledSubarray([...HEADER.keys()], { minLength: HEADER.length })
    fc.assert(
      fc.property(order, (places) => {
        const header = places.map((place) => HEADER[place] ?? '')
        const cells = places.map((place) => GOOD[place] ?? '')
        const checked = checkRecord(cells, recogniseHeader(header), TODAY)
        const content = 'content' in checked ? checked.content : {}
        expect(canonicalContent(content)).toBe(canonicalize(content))
        expect(canonicalContent(content)).toBe(
          '{"birth_date":"1985-03-02","full_name":"Nguyễn Văn An","gender":"male","personal_id":"001085012345","rank_code":"01.003","record_code":"HS-1","recruited_on":"2008-09-01","salary_coefficient":"3.33","unit_code":"H26.01"}',
        )
      }),
    )
  })
})

describe('a rejects file', () => {
  test('says where and why in both languages, and guards what a spreadsheet would take for a formula', () => {
    const faults = [{ field: 'gender', rule: 'gender-unknown' }] as const
    expect(rejectLine(7, faults, ['HS-1', 'a"b', '=1+1'], ',')).toBe(
      '7,gender,gender-unknown,Giới tính phải là nam hoặc nữ,The gender must be male or female,HS-1,"a""b",\'=1+1\r\n',
    )
  })
  test('joins several faults of a line, field by field', () => {
    const faults = [
      { field: 'birth_date', rule: 'missing' },
      { field: 'gender', rule: 'missing' },
    ] as const
    const [cells = []]: string[][] = parse(rejectLine(3, faults, [], ';'), { delimiter: ';' })
    expect(cells.slice(0, 3)).toEqual(['3', 'birth_date|gender', 'missing|missing'])
    expect(cells[4]).toBe('A mandatory value is missing|A mandatory value is missing')
  })
  test('can be uploaded as it is, and again: every line means what was handed in', () => {
    const cell = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom('=1+1', "'=1+1", '+84', '-', '@x', '\tx', 'a"b', 'a,b;c\td', 'a\r\nb', ' a ', ''),
    )
    const row = fc.array(cell, { minLength: HEADER.length, maxLength: HEADER.length })
    fc.assert(
      fc.property(
        row,
        fc.constantFrom(',', ';', '\t'),
        fc.integer({ min: 0, max: 10 }),
        (some, delimiter, good) => {
          const original = some.map((text, index) => (index < good ? (GOOD[index] ?? text) : text))
          const meaning = checkRecord(original, columns, TODAY)
          let cells: readonly string[] = original
          for (let round = 1; round <= 2; round += 1) {
            const header = [...REJECT_COLUMNS, ...HEADER]
              .map((name) => csvCell(name, delimiter))
              .join(delimiter)
            const file = `${header}\r\n${rejectLine(2, 'faults' in meaning ? meaning.faults : [], cells, delimiter)}`
            const [names = [], values = []]: string[][] = parse(file, {
              delimiter: recogniseDelimiter(header),
            })
            expect(checkRecord(values, recogniseHeader(names), TODAY)).toEqual(meaning)
            cells = values.slice(REJECT_COLUMNS.length)
          }
        },
      ),
      { numRuns: 1_000 },
    )
  })
  test('holds no cell that begins as a formula does, whatever was handed in', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[=+\-@\t\r].{0,5}$/s), (text) => {
        const [cells = []]: string[][] = parse(
          rejectLine(2, [{ field: 'gender', rule: 'missing' }], [text], ','),
        )
        for (const cell of cells) expect(cell).not.toMatch(/^[=+\-@\t\r]/)
      }),
    )
  })
})
