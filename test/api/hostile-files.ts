import fc from 'fast-check'
import { PLANTED } from './problems.ts'

/** A table as somebody has it: the names of its columns and its lines. */
export interface Table {
  readonly header: readonly string[]
  readonly rows: readonly (readonly string[])[]
}
export interface BrokenFile {
  readonly fault: string
  readonly bytes: Buffer
  /** How it comes over the line: so many bytes at a time. */
  readonly chunkBytes: number
}

const quoted = (cell: string) => (/[",;\t\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)
const written = ({ header, rows }: Table, delimiter = ',', lineEnd = '\n') =>
  [header, ...rows].map((cells) => cells.map(quoted).join(delimiter) + lineEnd).join('')
/** The table with one cell of one row replaced, as it stands in the file. */
function withCell(table: Table, which: number, cell: string): string {
  const row = which % Math.max(1, table.rows.length)
  const column = which % table.header.length
  const lines = table.rows.map((cells, at) =>
    cells.map((old, index) => (at === row && index === column ? cell : quoted(old))).join(','),
  )
  return [table.header.join(','), ...lines, ''].join('\n')
}
const bytesOf = (text: string, encoding: BufferEncoding = 'utf8') => Buffer.from(text, encoding)
const spliced = (bytes: Buffer, which: number, ...inserted: readonly number[]) => {
  const at = which % (bytes.length + 1)
  return Buffer.concat([bytes.subarray(0, at), Buffer.from(inserted), bytes.subarray(at)])
}
type Spoil = (table: Table, which: number) => string | Buffer

const HEADERS: Readonly<Record<string, Spoil>> = {
  'no header': ({ rows }) => written({ header: rows[0] ?? [], rows: rows.slice(1) }),
  'a person for a header': ({ header, rows }) => written({ header: header.map(() => PLANTED), rows }),
  'a header only': ({ header }) => written({ header, rows: [] }),
  'a column missing': ({ header, rows }) =>
    written({ header: header.slice(1), rows: rows.map((cells) => cells.slice(1)) }),
  'a column twice': ({ header, rows }) => written({ header: [...header, header[0] ?? ''], rows }),
  'an unknown column': ({ header, rows }) => written({ header: [...header, PLANTED], rows }),
  'an empty column name': ({ header, rows }) => written({ header: ['', ...header], rows }),
  'ten thousand columns': ({ header, rows }) =>
    written({ header: [...header, ...Array.from({ length: 10_000 }, (_, at) => `c_${at}`)], rows }),
  'column names in quotes that go on': ({ header, rows }) =>
    `"${header.join(',')}\n${written({ header: [], rows })}`,
  'a column name with text after its quote': ({ header, rows }) =>
    `"${header[0]}"x,${header.slice(1).join(',')}\n${written({ header: [], rows })}`,
  'an empty first line': (table) => `\n${written(table)}`,
  'a header whose line ends like an old Macintosh’s': ({ header, rows }) =>
    `${header.join(',')}\r${written({ header: rows[0] ?? [], rows: rows.slice(1) })}`,
}
const SHAPES: Readonly<Record<string, Spoil>> = {
  'nothing at all': () => '',
  'line ends only': () => '\n\r\n\n',
  'a byte order mark only': () => '\ufeff',
  'spaces only': () => '   ',
  'rows that are too short': (table, which) =>
    written({ ...table, rows: table.rows.map((cells, at) => cells.slice(0, (which + at) % cells.length)) }),
  'rows that are too long': ({ header, rows }) =>
    written({ header, rows: rows.map((cells) => [...cells, ...cells]) }),
  'ten thousand cells in a row': ({ header }) => `${header.join(',')}\n${'x,'.repeat(10_000)}\n`,
  'a quote that is never closed': (table, which) => withCell(table, which, '"open'),
  'quotes inside of cells of two lines': (table) =>
    written(table)
      .replace('nam', 'n"am')
      .replace(/nam(?!.*nam)/s, 'n"am'),
  'a quote inside of a cell': (table, which) => withCell(table, which, 'a"b'),
  'text after a closing quote': (table, which) => withCell(table, which, '"a"b'),
  'quotes in quotes': (table, which) => withCell(table, which, '"a""b,\n""c"'),
  'three quotes': (table, which) => withCell(table, which, '"""'),
  'lines that end like an old Macintosh’s': (table) => written(table, ',', '\r'),
  'one lone carriage return': (table, which) => withCell(table, which, 'a\rb'),
  'two kinds of line ends': (table, which) =>
    written(table)
      .split('\n')
      .map((line, at) => line + ((at + which) % 2 === 0 ? '\n' : '\r\n'))
      .join(''),
  'an end without a line end': (table) => written(table).trimEnd(),
  'empty lines everywhere': (table) => written(table).replaceAll('\n', '\n\n\r\n'),
  'other separators of lines': (table, which) => withCell(table, which, 'a\u2028b\u0085c\u000bd'),
  semicolons: (table) => written(table, ';'),
  tabs: (table) => written(table, '\t', '\r\n'),
  'vertical bars': (table) => written(table, '|'),
  'a byte order mark': (table) => `\ufeff${written(table)}`,
  'two byte order marks': (table) => `\ufeff\ufeff${written(table)}`,
  'a cell of a megabyte': (table, which) => withCell(table, which, 'x'.repeat(1_048_576)),
  'a quoted cell of a megabyte': (table, which) => withCell(table, which, `"${'x,\n'.repeat(349_525)}"`),
  formulas: (table, which) => withCell(table, which, '=HYPERLINK(0)'),
  'a command': (table, which) => withCell(table, which, `@SUM(1)|cmd '/c calc'!A0`),
}
const ENCODINGS: Readonly<Record<string, Spoil>> = {
  'a zero byte': (table, which) => spliced(bytesOf(written(table)), which, 0),
  'a control character': (table, which) => spliced(bytesOf(written(table)), which, 7),
  'half a character': (table, which) => spliced(bytesOf(written(table)), which, 0xe1, 0xbb),
  'a byte of no encoding': (table, which) => spliced(bytesOf(written(table)), which, 0xff),
  'a surrogate in three bytes': (table, which) => spliced(bytesOf(written(table)), which, 0xed, 0xa0, 0x80),
  'an overlong slash': (table, which) => spliced(bytesOf(written(table)), which, 0xc0, 0xaf),
  'UTF-16': (table) => bytesOf(written(table), 'utf16le'),
  'UTF-16 with its mark': (table) => bytesOf(`\ufeff${written(table)}`, 'utf16le'),
  'UTF-16 of the other end': (table) => bytesOf(`\ufeff${written(table)}`, 'utf16le').swap16(),
  'Latin-1': (table) => bytesOf(written(table), 'latin1'),
  'half of the file': (table, which) => {
    const bytes = bytesOf(written(table))
    return bytes.subarray(0, which % bytes.length)
  },
  'a picture': () => Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'),
  'a packed table': (_table, which) => Buffer.concat([bytesOf('PK\u0003\u0004'), Buffer.alloc(which, which)]),
}

/** Files made of a good table in every way in which files are bad, and of any bytes at all. */
export const brokenFiles = (tables: fc.Arbitrary<Table>): fc.Arbitrary<BrokenFile> =>
  fc
    .tuple(
      tables,
      fc.nat(5_000),
      fc.oneof(
        { weight: 12, arbitrary: fc.constantFrom(...Object.entries(HEADERS)) },
        { weight: 27, arbitrary: fc.constantFrom(...Object.entries(SHAPES)) },
        { weight: 13, arbitrary: fc.constantFrom(...Object.entries(ENCODINGS)) },
      ),
      fc.constantFrom(1, 2, 7, 1_000, 65_536),
    )
    .map(([table, which, [fault, spoil], chunkBytes]) => {
      const bytes = Buffer.from(spoil(table, which))
      return { fault, bytes, chunkBytes: Math.max(chunkBytes, Math.ceil(bytes.length / 500)) }
    })

export function* chunksOf({ bytes, chunkBytes }: BrokenFile): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes)
}
