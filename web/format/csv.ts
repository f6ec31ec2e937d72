const BYTE_ORDER_MARK = '\uFEFF'
/** A spreadsheet would run what begins like this. */
const FORMULA = /^[=+\-@\t\r\0]/
const QUOTED = /[",\r\n]/

function cellOf(value: string | number): string {
  if (typeof value === 'number') return String(value)
  const safe = FORMULA.test(value) ? `'${value}` : value
  return QUOTED.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** RFC 4180, with the mark by which a spreadsheet recognises UTF-8; no text of it is ever run as a formula. */
export const toCsv = (lines: readonly (readonly (string | number)[])[]): string =>
  BYTE_ORDER_MARK + lines.map((line) => `${line.map(cellOf).join(',')}\r\n`).join('')
