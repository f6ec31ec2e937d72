import { expect, test } from 'vitest'
import { toCsv } from '../../web/format/csv.ts'
import { lastDayOf, readDayMonthYear } from '../../web/format/dates.ts'
import { createCounted, createFormat } from '../../web/format/numbers.ts'
import { foldTones, searchFor } from '../../web/format/text.ts'

test.each([
  ['dong thap', 'Tỉnh Đồng Tháp'],
  ['Đồng Tháp', 'Tỉnh Đồng Tháp'],
  ['thap dong', 'Tỉnh Đồng Tháp'],
  ['DAK LAK', 'Tỉnh Đắk Lắk'],
  ['', 'Thành phố Huế'],
])('a search for "%s" finds %s, whether it was typed with precomposed letters or not', (search, name) => {
  for (const form of ['NFC', 'NFD'] as const) {
    expect(searchFor(search.normalize(form))(foldTones(name.normalize('NFC')))).toBe(true)
    expect(searchFor(search.normalize(form))(foldTones(name.normalize('NFD')))).toBe(true)
  }
})

test('a search finds nobody in whose name one of its words is missing', () => {
  expect(searchFor('dong nai')(foldTones('Tỉnh Đồng Tháp'))).toBe(false)
})

test('a spreadsheet runs nothing of what is exported, and reads the letters of Vietnamese', () => {
  const text = toCsv([
    ['Tên', 'Số'],
    ['=1+1', 5],
    ['-2', -2],
    ['"Nguyễn, Văn"', 1],
  ])
  expect(text).toBe('\uFEFFTên,Số\r\n\'=1+1,5\r\n\'-2,-2\r\n"""Nguyễn, Văn""",1\r\n')
})

test('instants and days are written day first and in Hanoi, numbers as the language writes them', () => {
  const lateInUtc = '2025-08-29T15:00:00Z'
  expect(createFormat('vi').instant(lateInUtc)).toBe('29/08/2025 22:00')
  expect(createFormat('en').instant('2025-08-29T17:30:00Z')).toBe('30/08/2025 00:30')
  expect(createFormat('vi').day('2025-07-20')).toBe('20/07/2025')
  expect(createFormat('vi').number(2_300_000)).toBe('2.300.000')
  expect(createFormat('en').number(2_300_000)).toBe('2,300,000')
})

// Official Letter 5034: "before 20 July" is due at the end of 19 July.
test('the last day on time is the one before the due instant', () => {
  expect(lastDayOf('2025-07-20T00:00:00+07:00')).toBe('2025-07-19')
})

test.each([
  ['20/7/2025', '2025-07-20'],
  [' 05-09-2025 ', '2025-09-05'],
  ['30/02/2025', null],
  ['2025-09-05', null],
  ['', null],
])('a day typed as "%s" is %s', (text, day) => {
  expect(readDayMonthYear(text)).toBe(day)
})

test('one is counted in the singular where the language has one', () => {
  expect(createCounted('en')(1, '# days late', '# day late')).toBe('1 day late')
  expect(createCounted('en')(1_200, '# days late', '# day late')).toBe('1,200 days late')
  expect(createCounted('vi')(1_200, 'trễ # ngày')).toBe('trễ 1.200 ngày')
})

test('names sort as a Vietnamese dictionary has them', () => {
  const names = ['Đà Nẵng', 'Ea Súp', 'Dak Mil', 'Ân Thi', 'An Giang', 'Ăn Hải']
  expect(names.toSorted(createFormat('vi').compare)).toEqual([
    ...['An Giang', 'Ăn Hải', 'Ân Thi', 'Dak Mil', 'Đà Nẵng', 'Ea Súp'],
  ])
})
