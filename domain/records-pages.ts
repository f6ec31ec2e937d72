import { Refusal } from './errors.ts'

/** A page is one transaction of conversion: about a tenth of a second of work. */
export const PAGE_ROWS_MAX = 2_000
const PAGE_BYTES_MAX = 4 * 1_048_576
/** Longer than any honest record of 25 columns; what never ends a quote is found here. */
export const RECORD_BYTES_MAX = 65_536

const QUOTE = 0x22
const LINE_FEED = 0x0a
const CARRIAGE_RETURN = 0x0d

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
 * Cuts at record borders without decoding: a line feed outside quotes ends a record. Memory is bounded by one page and
 * one record, whatever the file.
 */
export function createPageCutter(): PageCutter {
  let header: Uint8Array | null = null
  let pending: Uint8Array = new Uint8Array(0)
  /** Up to here `pending` was looked at. */
  let scanned = 0
  let recordStart = 0
  let inQuotes = false
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
    if (rows >= PAGE_ROWS_MAX || (rows > 0 && at + 1 - pageStart >= PAGE_BYTES_MAX))
      pages.push(cutPage(at + 1))
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

  return {
    header: () => header,
    push(bytes) {
      pending = pending.length === 0 ? bytes.slice() : joined(pending, bytes)
      const pages: Page[] = []
      for (; scanned < pending.length; scanned += 1) {
        const byte = pending[scanned]
        if (byte === QUOTE) inQuotes = !inQuotes
        else if (byte === LINE_FEED) {
          line += 1
          if (!inQuotes) endRecord(scanned, pages)
        }
        if (scanned - recordStart > RECORD_BYTES_MAX) throw new Refusal('line-too-long', { line: recordLine })
      }
      compact()
      return pages
    },
    end() {
      if (inQuotes) throw new Refusal('file-shape', { line: recordLine, rule: 'quote-not-closed' })
      const pages: Page[] = []
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

function isBlank(bytes: Uint8Array, from: number, to: number): boolean {
  return to === from || (to === from + 1 && bytes[from] === CARRIAGE_RETURN)
}

/** The lines at which the records of a page start, in its order; as many as the page has rows. */
export function linesOf(page: Pick<Page, 'firstLine' | 'body'>): readonly number[] {
  const lines: number[] = []
  let inQuotes = false
  let line = page.firstLine
  let startLine = line
  let start = 0
  const { body } = page
  for (let at = 0; at <= body.length; at += 1) {
    const byte = body[at]
    if (byte === QUOTE) inQuotes = !inQuotes
    if (byte !== LINE_FEED && at < body.length) continue
    line += 1
    if (inQuotes) continue
    if (!isBlank(body, start, Math.min(at, body.length))) lines.push(startLine)
    start = at + 1
    startLine = line
  }
  return lines
}
