import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  createPageCutter,
  linesOf,
  PAGE_ROWS_MAX,
  RECORD_BYTES_MAX,
  type Page,
} from '../../domain/records-pages.ts'

const encode = (text: string) => new TextEncoder().encode(text)
const decode = (bytes: Uint8Array | null) => (bytes === null ? null : new TextDecoder().decode(bytes))

function cut(text: string, chunkBytes = 7): { header: string | null; pages: Page[] } {
  const cutter = createPageCutter()
  const bytes = encode(text)
  const pages: Page[] = []
  for (let at = 0; at < bytes.length; at += chunkBytes)
    pages.push(...cutter.push(bytes.subarray(at, at + chunkBytes)))
  pages.push(...cutter.end())
  return { header: decode(cutter.header()), pages }
}

test('a line break inside quotes belongs to the record, and the next record knows its own line', () => {
  const { header, pages } = cut('code,name\r\n1,"Nguyễn\nVăn A"\r\n\r\n2,B\r\n')
  expect(header).toBe('code,name\r')
  expect(pages.map(({ rows, firstLine }) => ({ rows, firstLine }))).toEqual([{ rows: 2, firstLine: 2 }])
  expect(pages.flatMap(linesOf)).toEqual([2, 5])
})

test('a file without a last line feed loses nothing', () => {
  expect(cut('a\n1\n2').pages.map(({ rows, body }) => [rows, decode(body)])).toEqual([[2, '1\n2']])
})

test.each([
  ['a quote that is never closed', 'a\n"1\n2\n', 'file-shape'],
  ['a record without end', `a\n${'x'.repeat(RECORD_BYTES_MAX + 2)}`, 'line-too-long'],
  ['an empty first line', '\na,b\n', 'file-header'],
])('%s is refused with its line', (_what, text, code) => {
  expect(() => cut(text, 1_000)).toThrow(code)
})

const cell = fc.string({ unit: fc.constantFrom('a', 'ễ', ',', '"', '\n', ' '), maxLength: 6 })
const row = fc
  .array(cell, { minLength: 2, maxLength: 3 })
  .map((cells) =>
    cells.map((text) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : `x${text}`)).join(','),
  )

test('however the bytes arrive, the pages together are the file’s records, in order and each once', () => {
  fc.assert(
    fc.property(fc.array(row, { maxLength: 40 }), fc.integer({ min: 1, max: 50 }), (rows, chunkBytes) => {
      const { pages } = cut(`h,h\n${rows.map((text) => `${text}\n`).join('')}`, chunkBytes)
      expect(pages.map(({ body }) => decode(body)).join('')).toBe(rows.map((text) => `${text}\n`).join(''))
      expect(pages.reduce((sum, page) => sum + page.rows, 0)).toBe(rows.length)
      for (const page of pages) expect(linesOf(page)).toHaveLength(page.rows)
    }),
  )
})

test('a long file is cut into pages of bounded size', () => {
  const { pages } = cut(`h\n${'1,2\n'.repeat(PAGE_ROWS_MAX * 2 + 5)}`, 65_536)
  expect(pages.map(({ rows }) => rows)).toEqual([PAGE_ROWS_MAX, PAGE_ROWS_MAX, 5])
  expect(pages.map(({ firstLine }) => firstLine)).toEqual([2, PAGE_ROWS_MAX + 2, PAGE_ROWS_MAX * 2 + 2])
})
