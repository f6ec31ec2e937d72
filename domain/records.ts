import { Refusal } from './errors.ts'
import type { HanoiDate } from './hanoi-time.ts'
import {
  RECORD_FIELDS,
  REJECT_COLUMNS,
  RULES,
  type RecordField,
  type RecordRule,
  type RecordWarning,
} from './records-fields.ts'
import { clean, guardCell, isPlainText, isWellFormedText, unguardCell } from './records-text.ts'
import { normalised, ruleBrokenBy, warningsOf } from './records-values.ts'

/** For each column of the file the field it holds (an index into `RECORD_FIELDS`), or -1 for one that is ignored. */
export type Columns = readonly number[]

const columnKey = (name: string) =>
  clean(name)
    .toLowerCase()
    .replaceAll(/[\s_]+/g, '')
const FIELD_BY_NAME = new Map(
  RECORD_FIELDS.flatMap(({ name, vi }, index) => [
    [columnKey(name), index],
    [columnKey(vi), index],
  ]),
)
const IGNORED = new Set(REJECT_COLUMNS.map(columnKey))

/** The separator of a header line: comma, semicolon or tab, whichever stands there most. */
export function recogniseDelimiter(header: string): ',' | ';' | '\t' {
  const outside = header.replaceAll(/"[^"]*"/g, '')
  const count = (delimiter: string) => outside.split(delimiter).length
  if (count('\t') > count(',') && count('\t') > count(';')) return '\t'
  return count(';') > count(',') ? ';' : ','
}

/** @throws Refusal `file-header` naming the column that is unknown, repeated or missing */
export function recogniseHeader(cells: readonly string[]): Columns {
  const columns = cells.map((cell, position) => {
    const key = columnKey(cell)
    if (IGNORED.has(key)) return -1
    const index = FIELD_BY_NAME.get(key)
    if (index === undefined) throw new Refusal('file-header', { field: columnNamed(cell, position) })
    return index
  })
  for (const [index, { name, mandatory }] of RECORD_FIELDS.entries()) {
    const times = columns.filter((column) => column === index).length
    if (times > 1 || (mandatory && times === 0)) throw new Refusal('file-header', { field: name })
  }
  return columns
}

/** A file without a header begins with a person: only what looks like a column's name is repeated, else its number is. */
const columnNamed = (cell: string, position: number) =>
  /^[a-z]{1,30}(?:_[a-z]{1,30}){1,3}$/.test(cell) ? cell : `#${position + 1}`

export interface Fault {
  readonly field: string
  readonly rule: RecordRule
}
/** The cleaned values of one record, by field name in the order of RFC 8785; empty ones are absent. */
export type Content = Readonly<Record<string, string>>
export type Checked =
  | { readonly content: Content; readonly warnings: readonly RecordWarning[] }
  | { readonly faults: readonly Fault[] }

/** The fields of a file, each with its column, in the order in which a content holds them. */
type Plan = readonly (RecordField & { readonly column: number })[]
const plans = new WeakMap<Columns, Plan>()

function planOf(columns: Columns): Plan {
  const known = plans.get(columns)
  if (known !== undefined) return known
  const plan = columns
    .flatMap((index, column) => {
      const field = RECORD_FIELDS[index]
      return field === undefined ? [] : [{ ...field, column }]
    })
    .toSorted((one, other) => (one.name < other.name ? -1 : 1))
  plans.set(columns, plan)
  return plan
}

/**
 * Cleans and checks one record; `today` is the day in whose future nobody is born. All its faults are named, in the order
 * of the file's columns, not only the first.
 */
export function checkRecord(cells: readonly string[], columns: Columns, today: HanoiDate): Checked {
  if (cells.length !== columns.length)
    return {
      faults: [{ field: '', rule: cells.length < columns.length ? 'columns-missing' : 'columns-surplus' }],
    }
  const values = valuesOf(cells)
  const content: Record<string, string> = {}
  let broken = false
  for (const field of planOf(columns)) {
    const value = values[field.column] ?? ''
    if (ruleOf(field, value, today) !== null) broken = true
    else if (value !== '') content[field.name] = normalised(field.kind, value)
  }
  if (broken) return { faults: faultsOf(values, columns, today) }
  return {
    content,
    warnings: warningsOf(
      content['personal_id'] ?? '',
      content['gender'] ?? '',
      content['birth_date'] ?? '',
      content['rank_code'],
    ),
  }
}

/** Stands for text that is not well formed. */
const DAMAGED = '\ufffd'
const APOSTROPHE = 0x27
const isPlainCell = (cell: string) => isPlainText(cell) && cell.charCodeAt(0) !== APOSTROPHE

/** Nearly every row is clean already: it is looked at once, and nothing is made of it. */
const valuesOf = (cells: readonly string[]): readonly string[] =>
  cells.every(isPlainCell) ? cells : cells.map(valueOf)

function valueOf(cell: string): string {
  if (isPlainCell(cell)) return cell
  const value = clean(unguardCell(cell))
  return isWellFormedText(value) ? value : DAMAGED
}

function ruleOf(field: RecordField, value: string, today: HanoiDate): RecordRule | null {
  if (value === '') return field.mandatory ? 'missing' : null
  if (value === DAMAGED) return 'text-not-well-formed'
  return value.length > field.lengthMax ? 'too-long' : ruleBrokenBy(field.kind, value, today)
}

/** Only for the few records that have faults, so that the many pay nothing for the order. */
const faultsOf = (values: readonly string[], columns: Columns, today: HanoiDate): readonly Fault[] =>
  columns.flatMap((index, column) => {
    const field = RECORD_FIELDS[index]
    const rule = field === undefined ? null : ruleOf(field, values[column] ?? '', today)
    return field === undefined || rule === null ? [] : [{ field: field.name, rule }]
  })

/** RFC 8785 over flat strings: keys in the order of their code units, absent is not null. */
export function canonicalContent(content: Content): string {
  let previous = ''
  for (const name in content) {
    if (name <= previous) return sortedContent(content)
    previous = name
  }
  return JSON.stringify(content)
}
const sortedContent = (content: Content): string =>
  `{${Object.keys(content)
    .toSorted()
    .map((name) => `${JSON.stringify(name)}:${JSON.stringify(content[name])}`)
    .join(',')}}`

/** RFC 4180: quoted where it must be. */
export const csvCell = (text: string, delimiter = ','): string =>
  text.includes(delimiter) || /["\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text

/**
 * One line of a rejects file: where and why, then the original cells. The file is opened in spreadsheets, therefore a
 * cell that would be a formula there is guarded; `checkRecord` takes the guard off again, so that the file, mended or as
 * it is, means what was handed in.
 */
export function rejectLine(
  line: number,
  faults: readonly { readonly field: string; readonly rule: string }[],
  originalCells: readonly string[],
  delimiter: string,
): string {
  const message = (language: 'vi' | 'en') =>
    faults.map(({ rule }) => (isRule(rule) ? RULES[rule][language] : rule)).join('|')
  const cells = [
    String(line),
    faults.map(({ field }) => field).join('|'),
    faults.map(({ rule }) => rule).join('|'),
    message('vi'),
    message('en'),
    ...originalCells.map(guardCell),
  ]
  return `${cells.map((cell) => csvCell(cell, delimiter)).join(delimiter)}\r\n`
}
const isRule = (value: string): value is RecordRule => Object.hasOwn(RULES, value)
