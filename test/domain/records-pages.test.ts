import { parse } from 'csv-parse/sync'
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

function cut(
  text: string,
  chunkBytes = 7,
  rowsMax = PAGE_ROWS_MAX,
): { header: string | null; pages: Page[] } {
  const cutter = createPageCutter(rowsMax)
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
  expect(pages.flatMap((page) => linesOf(page, ','))).toEqual([2, 5])
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

/** As the conversion reads a page. */
const records = (csv: string | Uint8Array, delimiter: string): string[][] =>
  parse(Buffer.from(csv), {
    delimiter,
    record_delimiter: ['\r\n', '\n'],
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
  })

/** The pages of a file, or null where it is refused whole. */
function taken(text: string, chunkBytes: number, rowsMax: number): Page[] | null {
  try {
    return cut(text, chunkBytes, rowsMax).pages
  } catch {
    return null
  }
}

interface Cut {
  readonly delimiter: string
  readonly chunkBytes: number
  readonly rowsMax: number
}

/** What the pages hold beside what the whole file holds; both are null where no parser could read it. */
function compare(data: string, { delimiter, chunkBytes, rowsMax }: Cut) {
  const pages = taken(`h${delimiter}h\n${data}`, chunkBytes, rowsMax)
  const whole = readable(data, delimiter)
  const read = pages?.map(({ body }) => records(body, delimiter)) ?? null
  return {
    isTaken: pages !== null,
    isTheSame: JSON.stringify(read?.flat() ?? null) === JSON.stringify(whole),
    isCounted:
      pages?.every(
        (page, at) =>
          page.rows === read?.[at]?.length &&
          page.rows === linesOf(page, delimiter).length &&
          page.rows <= rowsMax,
      ) ?? true,
  }
}
function readable(data: string, delimiter: string): string[][] | null {
  try {
    return records(data, delimiter)
  } catch {
    return null
  }
}

test('for any file that is taken, the pages read one by one are the records of the whole file, whatever the page', () => {
  const signs = fc.constantFrom(
    'a',
    'ễ',
    ',',
    ';',
    '\t',
    '"',
    '""',
    '\n',
    '\r',
    '\r\n',
    ' ',
    '\u0000',
    '\ufeff',
  )
  const files = fc.string({ unit: signs, maxLength: 60 })
  let count = 0
  fc.assert(
    fc.property(
      files,
      fc.constantFrom(',', ';', '\t'),
      fc.integer({ min: 1, max: 70 }),
      fc.integer({ min: 1, max: 5 }),
      (data, delimiter, chunkBytes, rowsMax) => {
        const { isTaken, ...same } = compare(data, { delimiter, chunkBytes, rowsMax })
        expect([data, same]).toEqual([data, { isTheSame: true, isCounted: true }])
        if (isTaken) count += 1
      },
    ),
    { numRuns: 5_000 },
  )
  expect(count).toBeGreaterThan(2_000)
})

test('every file of five signs that make trouble is cut as it is read', () => {
  const signs = ['a', ',', '"', '\n', '\r']
  const all = (length: number): string[] =>
    length === 0 ? [''] : all(length - 1).flatMap((start) => signs.map((sign) => start + sign))
  const wrong = all(6).filter((data) => {
    const { isTheSame, isCounted } = compare(data, { delimiter: ',', chunkBytes: 3, rowsMax: 1 })
    return !isTheSame || !isCounted
  })
  expect(wrong).toEqual([])
})

test.each([1, 2, 3, 64])('a byte order mark is no part of the header, in chunks of %i', (chunkBytes) => {
  expect(cut('\ufeff"a",b\n1,2\n', chunkBytes).header).toBe('"a",b')
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
      for (const page of pages) expect(linesOf(page, ',')).toHaveLength(page.rows)
    }),
  )
})

test('a long file is cut into pages of bounded size', () => {
  const { pages } = cut(`h\n${'1,2\n'.repeat(PAGE_ROWS_MAX * 2 + 5)}`, 65_536)
  expect(pages.map(({ rows }) => rows)).toEqual([PAGE_ROWS_MAX, PAGE_ROWS_MAX, 5])
  expect(pages.map(({ firstLine }) => firstLine)).toEqual([2, PAGE_ROWS_MAX + 2, PAGE_ROWS_MAX * 2 + 2])
})
