import { Refusal } from './errors.ts'
import { isHanoiDate, type HanoiDate } from './hanoi-time.ts'
import {
  RECORD_FIELDS,
  REJECT_COLUMNS,
  RULES,
  type RecordRule,
  type RecordWarning,
} from './records-fields.ts'
import { clean, isWellFormedText } from './records-text.ts'

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
  const columns = cells.map((cell) => {
    const key = columnKey(cell)
    if (IGNORED.has(key)) return -1
    const index = FIELD_BY_NAME.get(key)
    if (index === undefined) throw new Refusal('file-header', { field: clean(cell).slice(0, 60) })
    return index
  })
  for (const [index, { name, mandatory }] of RECORD_FIELDS.entries()) {
    const times = columns.filter((column) => column === index).length
    if (times > 1 || (mandatory && times === 0)) throw new Refusal('file-header', { field: name })
  }
  return columns
}

export interface Fault {
  readonly field: string
  readonly rule: RecordRule
}
/** The cleaned values of one record, by field name; empty ones are absent. */
export type Content = Readonly<Record<string, string>>
export type Checked =
  | { readonly content: Content; readonly warnings: readonly RecordWarning[] }
  | { readonly faults: readonly Fault[] }

const GENDERS: Readonly<Record<string, string>> = {
  male: 'male',
  female: 'female',
  nam: 'male',
  nữ: 'female',
  nu: 'female',
}
const PARTIAL_DATE = /^\d{4}(-\d{2}(-\d{2})?)?$/
const COEFFICIENT = /^\d{1,2}([.,]\d{1,2})?$/
const UNIT_CODE = /^[A-Z]\d{2}(\.[0-9A-Z]+)*$/
const RANK_USUAL = /^\d{2}\.\d{3}[a-z]?$|^V\.\d{2}\.\d{2}\.\d{2}$/
const RANK_POSSIBLE = /^[0-9A-Za-z.-]+$/

/** Cleans and checks one record; `today` is the day in whose future nobody is born. All faults are named, not the first. */
export function checkRecord(cells: readonly string[], columns: Columns, today: HanoiDate): Checked {
  if (cells.length !== columns.length)
    return {
      faults: [{ field: '', rule: cells.length < columns.length ? 'columns-missing' : 'columns-surplus' }],
    }
  const content: Record<string, string> = {}
  const faults: Fault[] = []
  for (let column = 0; column < columns.length; column += 1) {
    const field = RECORD_FIELDS[columns[column] ?? -1]
    if (field === undefined) continue
    const raw = cells[column] ?? ''
    const value = clean(raw)
    const outcome = value === '' ? (field.mandatory ? 'missing' : null) : checkValue(field, value, today)
    if (outcome !== null && isFault(outcome)) faults.push({ field: field.name, rule: outcome })
    else if (value !== '') content[field.name] = normalised(field.kind, value)
  }
  return faults.length > 0 ? { faults } : { content, warnings: warningsOf(content) }
}

const isFault = (outcome: RecordRule | null): outcome is RecordRule => outcome !== null

function checkValue(
  field: (typeof RECORD_FIELDS)[number],
  value: string,
  today: HanoiDate,
): RecordRule | null {
  if (value.length > field.lengthMax) return 'too-long'
  if (!isWellFormedText(value)) return 'text-not-well-formed'
  switch (field.kind) {
    case 'text':
      return null
    case 'personal-id':
      return checkPersonalId(value)
    case 'gender':
      return GENDERS[value.toLowerCase()] === undefined ? 'gender-unknown' : null
    case 'birth-date':
      return checkBirthDate(value, today)
    case 'date':
      return isHanoiDate(value) ? null : 'date-shape'
    case 'unit':
      return UNIT_CODE.test(value) ? null : 'unit-code-shape'
    case 'rank':
      return RANK_POSSIBLE.test(value) ? null : 'rank-code-shape'
    case 'coefficient':
      return COEFFICIENT.test(value) ? null : 'salary-coefficient-shape'
  }
}

function checkPersonalId(value: string): RecordRule | null {
  if (/^\d{12}$/.test(value)) return null
  if (/^\d{11}$/.test(value)) return 'personal-id-lost-zero'
  return /^\d{9}$/.test(value) ? 'personal-id-legacy' : 'personal-id-shape'
}

function checkBirthDate(value: string, today: HanoiDate): RecordRule | null {
  if (!PARTIAL_DATE.test(value)) return 'birth-date-shape'
  const [, month = '01'] = value.split('-')
  const whole = `${value}-01-01`.slice(0, 10)
  if (month > '12' || month === '00' || (value.length === 10 && !isHanoiDate(value)))
    return 'birth-date-shape'
  return whole < '1900-01-01' || whole > today ? 'birth-date-impossible' : null
}

const normalised = (kind: (typeof RECORD_FIELDS)[number]['kind'], value: string): string =>
  kind === 'gender'
    ? (GENDERS[value.toLowerCase()] ?? value)
    : kind === 'coefficient'
      ? value.replace(',', '.')
      : value

/** 3 digits province of registration, 1 century and gender, 2 birth year, 6 at random (Circular 59/2021/TT-BCA). */
function warningsOf(content: Content): readonly RecordWarning[] {
  const { personal_id: id = '', gender, birth_date: birthDate = '', rank_code: rank } = content
  const warnings: RecordWarning[] = []
  if (id.slice(0, 3) < '001' || id.slice(0, 3) > '096') warnings.push('personal-id-province')
  const digit = Number(id[3])
  if ((digit % 2 === 0) !== (gender === 'male')) warnings.push('personal-id-gender')
  if (String(1900 + Math.floor(digit / 2) * 100 + Number(id.slice(4, 6))) !== birthDate.slice(0, 4))
    warnings.push('personal-id-year')
  if (rank !== undefined && !RANK_USUAL.test(rank)) warnings.push('rank-code-unusual')
  return warnings
}

/** RFC 8785 over flat strings: keys in order of their code units, absent is not null. */
export function canonicalContent(content: Content): string {
  const members: string[] = []
  for (const name of SORTED_NAMES) {
    const value = content[name]
    if (value !== undefined) members.push(`"${name}":${JSON.stringify(value)}`)
  }
  return `{${members.join(',')}}`
}
const SORTED_NAMES = RECORD_FIELDS.map(({ name }) => name).toSorted()

/** RFC 4180: quoted where it must be. What was uploaded is given back as it was, so that it can be uploaded again. */
export const csvCell = (text: string, delimiter = ','): string =>
  text.includes(delimiter) || /["\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text

/** One line of a rejects file: where and why, then the original cells. */
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
    ...originalCells,
  ]
  return `${cells.map((cell) => csvCell(cell, delimiter)).join(delimiter)}\r\n`
}
const isRule = (value: string): value is RecordRule => Object.hasOwn(RULES, value)
