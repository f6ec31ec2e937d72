import { createRequire } from 'node:module'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { RECORD_FIELDS } from '../../domain/records-fields.ts'
import { clean, compareKey } from '../../domain/records-text.ts'
import {
  canonicalContent,
  checkRecord,
  recogniseDelimiter,
  recogniseHeader,
  rejectLine,
  type Content,
} from '../../domain/records.ts'

/** Written by the authors of RFC 8785; its types do not fit its module. */
const canonicalize: (value: unknown) => string | undefined = createRequire(import.meta.url)('canonicalize')

const HEADER = ['record_code', 'personal_id', 'full_name', 'birth_date', 'gender', 'unit_code']
const GOOD = ['HS-1', '001085012345', 'Nguyễn Văn An', '1985-03-02', 'nam', 'H26.01']
const columns = recogniseHeader(HEADER)
const check = (change: Readonly<Record<string, string>> = {}) =>
  checkRecord(
    HEADER.map((name, index) => change[name] ?? GOOD[index] ?? ''),
    columns,
    '2025-08-01',
  )

describe('the header', () => {
  test('is recognised in English or Vietnamese, whatever the case and spaces', () => {
    expect(
      recogniseHeader(['Mã hồ sơ', ' PERSONAL ID', 'Họ và tên', 'birth_date', 'Giới tính', 'mã đơn vị']),
    ).toEqual([0, 1, 2, 3, 4, 9])
  })
  test.each([
    ['an unknown column', [...HEADER, 'shoe_size'], 'shoe_size'],
    ['a repeated column', [...HEADER, 'gender'], 'gender'],
    ['a missing mandatory column', HEADER.slice(1), 'record_code'],
  ])('with %s is refused by its name', (_what, cells, field) => {
    expect(() => recogniseHeader(cells)).toThrow(
      expect.objectContaining({ code: 'file-header', details: { field } }),
    )
  })
  test.each([
    [',', 'a,b,"c;d;e;f"'],
    [';', 'a;b;c'],
    ['\t', 'a\tb\tc'],
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
  test.each([
    ['personal_id', '01085012345', 'personal-id-lost-zero'],
    ['personal_id', '012345678', 'personal-id-legacy'],
    ['personal_id', '0010850123456', 'personal-id-shape'],
    ['personal_id', '', 'missing'],
    ['birth_date', '02/03/1985', 'birth-date-shape'],
    ['birth_date', '1985-02-30', 'birth-date-shape'],
    ['birth_date', '1985-13', 'birth-date-shape'],
    ['birth_date', '2025-08-02', 'birth-date-impossible'],
    ['birth_date', '1899', 'birth-date-impossible'],
    ['gender', 'x', 'gender-unknown'],
    ['unit_code', '000.00.12.H49', 'unit-code-shape'],
    ['full_name', 'A\ufffdB', 'text-not-well-formed'],
    ['full_name', 'A'.repeat(101), 'too-long'],
  ])('with %s %j is rejected as %s', (field, value, rule) => {
    expect(check({ [field]: value })).toEqual({ faults: [{ field, rule }] })
  })
  test('names all its faults at once', () => {
    expect(check({ gender: '?', birth_date: '?' })).toEqual({
      faults: [
        { field: 'birth_date', rule: 'birth-date-shape' },
        { field: 'gender', rule: 'gender-unknown' },
      ],
    })
  })
  test.each(['1985', '1985-03', '1985-03-02'])('may have the birth date %s', (birth_date) => {
    expect(check({ birth_date })).toHaveProperty('content.birth_date', birth_date)
  })
  test('whose id tells another gender, year or province is only warned of: they may have been corrected', () => {
    expect(check({ personal_id: '099399012345' })).toMatchObject({
      warnings: ['personal-id-province', 'personal-id-gender', 'personal-id-year'],
    })
  })
})

describe('names', () => {
  test.each([
    ['Hòa', 'Hoà'],
    ['THÚY', 'Thuý'],
    ['Ðặng Khỏe', 'đặng khoẻ'],
    ["K'Brêu", 'K’Brêu'],
    ['Nguyễn  An', 'Nguyễn An'],
  ])('%s and %s are one name', (one, other) =>
    expect(compareKey(one)).toBe(compareKey(other.normalize('NFD'))),
  )
  test.each([
    ['Hoa', 'Hòa'],
    ['Lý', 'Lí'],
    ['Hoàn', 'Hoan'],
    ['Quý', 'Quí'],
  ])('%s and %s are two names', (one, other) => expect(compareKey(one)).not.toBe(compareKey(other)))
})

test('the canonical form is RFC 8785, as an independent implementation writes it', () => {
  const content = fc.dictionary(
    fc.constantFrom(...RECORD_FIELDS.map(({ name }) => name)),
    fc.string({ unit: 'binary' }),
  )
  fc.assert(
    fc.property(content, (values: Content) => {
      expect(canonicalContent(values)).toBe(canonicalize(values))
    }),
  )
})

test('cleaning twice changes nothing more', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      expect(clean(clean(text))).toBe(clean(text))
    }),
  )
})

test('a line of a rejects file says where and why in both languages and gives the cells back as they were', () => {
  expect(rejectLine(7, [{ field: 'gender', rule: 'gender-unknown' }], ['HS-1', 'a"b', '=1+1'], ',')).toBe(
    '7,gender,gender-unknown,Giới tính phải là nam hoặc nữ,The gender must be male or female,HS-1,"a""b",=1+1\r\n',
  )
})
