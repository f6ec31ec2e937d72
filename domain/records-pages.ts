import { Refusal } from './errors.ts'
import { recogniseDelimiter } from './records.ts'

/** A page is one transaction of conversion: about a tenth of a second of work. */
export const PAGE_ROWS_MAX = 2_000
const PAGE_BYTES_MAX = 4 * 1_048_576
/** Longer than any honest record of 25 columns; what never ends a quote is found here. */
export const RECORD_BYTES_MAX = 65_536

const BOM = [0xef, 0xbb, 0xbf] as const
const QUOTE = 0x22
const LINE_FEED = 0x0a
const CARRIAGE_RETURN = 0x0d
const SEPARATORS: readonly number[] = [0x2c, 0x3b, 0x09]

/**
 * Where in its record a byte stands. The parser's own ways, so that both see the same records: a quote opens a cell only at
 * its start, text after a closing quote makes the rest of the cell bare, a lone carriage return is text.
 */
const CELL_START = 0
const BARE = 1
const QUOTED = 2
/** Behind a quote within a quoted cell, which closes it or is the first of two. */
const CLOSED = 3
/** Behind a carriage return after that quote, which is half of a line end or text. */
const CLOSED_RETURN = 4

/** The place behind a byte; for a line feed that ends the record, the start of the next cell. */
function placeAfter(place: number, byte: number, isSeparator: boolean): number {
  if (place === QUOTED) return byte === QUOTE ? CLOSED : QUOTED
  if (isSeparator || byte === LINE_FEED) return CELL_START
  if (byte === QUOTE) return place === CELL_START || place === CLOSED ? QUOTED : BARE
  return place === CLOSED && byte === CARRIAGE_RETURN ? CLOSED_RETURN : BARE
}

/** Whole records of a CSV file, as they stood in it. */
export interface Page {
  /** Line of the file at which the first record starts; the header is line 1. */
  readonly firstLine: number
  readonly rows: number
  readonly body: Uint8Array
}

/** The header record, and the pages after it, cut from bytes as they come. Empty lines count as lines, not as rows. */
export interface PageCutter {
  /** The pages that are complete with these bytes. @throws Refusal `line-too-long` or `file-shape` */
  readonly push: (bytes: Uint8Array) => readonly Page[]
  /** What is left when no more bytes come. */
  readonly end: () => readonly Page[]
  /** The header's bytes, once its line has ended. */
  readonly header: () => Uint8Array | null
}

/**
 * Cuts at record borders without decoding: a line feed outside of a quoted cell ends a record. Memory is bounded by one page
 * and one record, whatever the file. A byte order mark before the header is left out.
 */
export function createPageCutter(rowsMax = PAGE_ROWS_MAX): PageCutter {
  let begun = false
  /** Any of the three until the header says which. */
  let separator: number | null = null
  let header: Uint8Array | null = null
  let pending: Uint8Array = new Uint8Array(0)
  /** Up to here `pending` was looked at. */
  let scanned = 0
  let recordStart = 0
  let place = CELL_START
  let line = 1
  let recordLine = 1
  let pageStart = 0
  let pageLine = 1
  let rows = 0

  function cutPage(upTo: number): Page {
    const page = { firstLine: pageLine, rows, body: pending.slice(pageStart, upTo) }
    pageStart = upTo
    rows = 0
    return page
  }

  function endRecord(at: number, pages: Page[]): void {
    const isEmpty = isBlank(pending, recordStart, at)
    if (header === null) {
      if (isEmpty) throw new Refusal('file-header', { field: '' })
      header = pending.slice(recordStart, at)
      separator = separatorOf(header)
      pageStart = at + 1
    } else if (!isEmpty) {
      if (rows === 0) {
        pageStart = recordStart
        pageLine = recordLine
      }
      rows += 1
    } else if (rows === 0) pageStart = at + 1
    recordStart = at + 1
    recordLine = line
    if (rows >= rowsMax || (rows > 0 && at + 1 - pageStart >= PAGE_BYTES_MAX)) pages.push(cutPage(at + 1))
  }

  /** Forgets what is in pages already. */
  function compact(): void {
    const keepFrom = rows > 0 ? pageStart : recordStart
    if (keepFrom === 0) return
    pending = pending.slice(keepFrom)
    scanned -= keepFrom
    recordStart -= keepFrom
    pageStart = Math.max(0, pageStart - keepFrom)
  }

  function scan(): readonly Page[] {
    const pages: Page[] = []
    if (!begun && BOM.every((byte, at) => pending[at] === byte)) pending = pending.slice(BOM.length)
    begun = true
    for (; scanned < pending.length; scanned += 1) {
      const byte = pending[scanned] ?? 0
      place = placeAfter(place, byte, separator === null ? SEPARATORS.includes(byte) : byte === separator)
      if (byte === LINE_FEED) {
        line += 1
        if (place === CELL_START) endRecord(scanned, pages)
      }
      if (scanned - recordStart > RECORD_BYTES_MAX) throw new Refusal('line-too-long', { line: recordLine })
    }
    compact()
    return pages
  }

  return {
    header: () => header,
    push(bytes) {
      pending = pending.length === 0 ? bytes.slice() : joined(pending, bytes)
      return begun || pending.length >= BOM.length ? scan() : []
    },
    end() {
      const pages = [...scan()]
      if (place === QUOTED) throw new Refusal('file-shape', { line: recordLine, rule: 'quote-not-closed' })
      if (recordStart < pending.length) endRecord(pending.length, pages)
      if (rows > 0) pages.push(cutPage(pending.length))
      return pages
    },
  }
}

function joined(one: Uint8Array, other: Uint8Array): Uint8Array {
  const both = new Uint8Array(one.length + other.length)
  both.set(one)
  both.set(other, one.length)
  return both
}

/** Nothing before the line feed, or before both bytes of the line end; at the end of a file a carriage return is text. */
const isBlank = (bytes: Uint8Array, from: number, to: number): boolean =>
  to === from || (to === from + 1 && bytes[from] === CARRIAGE_RETURN && to < bytes.length)

/** The separator that the header is written with; what is not ASCII does not matter to that. */
const separatorOf = (header: Uint8Array): number =>
  recogniseDelimiter(Array.from(header, (byte) => String.fromCharCode(byte)).join('')).charCodeAt(0)

/** The lines at which the records of a page start, in its order; as many as the page has rows. */
export function linesOf(page: Pick<Page, 'firstLine' | 'body'>, delimiter: string): readonly number[] {
  const separator = delimiter.charCodeAt(0)
  const lines: number[] = []
  let place = CELL_START
  let line = page.firstLine
  let startLine = line
  let start = 0
  const { body } = page
  for (let at = 0; at < body.length; at += 1) {
    const byte = body[at] ?? 0
    place = placeAfter(place, byte, byte === separator)
    if (byte !== LINE_FEED) continue
    line += 1
    if (place !== CELL_START) continue
    if (!isBlank(body, start, at)) lines.push(startLine)
    start = at + 1
    startLine = line
  }
  if (start < body.length) lines.push(startLine)
  return lines
}
