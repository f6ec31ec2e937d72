import { isHanoiDate, type HanoiDate } from './hanoi-time.ts'
import { clean } from './records-text.ts'

/** Decision 20/2020/QĐ-TTg: at most 35 characters, groups of digits and capitals separated by dots, built left to right. */
export const UNIT_CODE_MAX = 35
const UNIT_CODE = /^[A-Z]\d{2}(\.[0-9A-Z]+)*$/
/** Deeper than any authority is. */
export const UNIT_DEPTH_MAX = 8

export const isUnitCode = (code: string): boolean => code.length <= UNIT_CODE_MAX && UNIT_CODE.test(code)
export const parentOf = (code: string): string | null =>
  code.includes('.') ? code.slice(0, code.lastIndexOf('.')) : null

/** The old right-to-left form of QCVN 102:2016 (`000.00.12.H49`), as a suggestion: check it with the body's own table. */
export function fromOldForm(code: string): string | null {
  const groups = code.split('.').filter((group) => !/^0+$/.test(group))
  const suggestion = groups.toReversed().join('.')
  return code !== suggestion && isUnitCode(suggestion) ? suggestion : null
}

export const UNIT_KINDS = [
  'province',
  'ministry',
  'department',
  'division',
  'commune',
  'public_service_unit',
  'other',
] as const
export type UnitKind = (typeof UNIT_KINDS)[number]
export const UNIT_COLUMNS = [
  'code',
  'name',
  'parent_code',
  'kind',
  'valid_from',
  'valid_to',
  'predecessor_codes',
  'decision_no',
] as const
const MANDATORY_COLUMNS = ['code', 'name', 'kind', 'valid_from'] as const

export interface Unit {
  readonly code: string
  readonly name: string
  readonly parentCode: string | null
  readonly kind: UnitKind
  readonly validFrom: HanoiDate
  /** The first day on which it is closed; null while it is open. */
  readonly validTo: HanoiDate | null
  readonly predecessorCodes: readonly string[]
  readonly decisionNo: string | null
}

export const UNIT_RULES = {
  missing: { vi: 'Thiếu giá trị bắt buộc', en: 'A mandatory value is missing' },
  'code-shape': { vi: 'Mã đơn vị không đúng dạng', en: 'The unit code is not well formed' },
  'code-foreign': {
    vi: 'Mã không thuộc cơ quan này',
    en: 'The code does not begin with the body’s own code',
  },
  'code-repeated': { vi: 'Mã lặp lại', en: 'The code is repeated' },
  'too-deep': { vi: 'Cây đơn vị quá sâu', en: 'The tree is too deep' },
  'parent-not-prefix': {
    vi: 'Mã cha phải là phần đầu của mã',
    en: 'The parent must be the beginning of the code',
  },
  'parent-missing': { vi: 'Không có đơn vị cha', en: 'The parent is not in the file' },
  'root-missing': { vi: 'Thiếu đơn vị gốc', en: 'The body’s own code is not in the file' },
  'kind-unknown': { vi: 'Loại đơn vị không hợp lệ', en: 'The kind is unknown' },
  'date-shape': { vi: 'Ngày phải có dạng yyyy-mm-dd', en: 'The date must be yyyy-mm-dd' },
  'dates-reversed': { vi: 'Ngày kết thúc trước ngày bắt đầu', en: 'It closes before it opens' },
  'outlives-parent': {
    vi: 'Tồn tại ngoài thời gian của đơn vị cha',
    en: 'It lives outside its parent’s time',
  },
  'predecessor-shape': { vi: 'Mã đơn vị cũ không đúng dạng', en: 'A predecessor code is not well formed' },
  'too-long': { vi: 'Giá trị quá dài', en: 'The value is too long' },
  'text-not-well-formed': { vi: 'Ký tự không hợp lệ', en: 'The text holds characters that are not text' },
  'surplus-cell': {
    vi: 'Dòng có nhiều ô hơn tiêu đề',
    en: 'The line has more cells than the header',
  },
} as const satisfies Record<string, { readonly vi: string; readonly en: string }>
export type UnitRule = keyof typeof UNIT_RULES
export interface UnitFault {
  readonly line: number
  readonly field: string
  readonly rule: UnitRule
}
export type UnitRow = Readonly<Partial<Record<(typeof UNIT_COLUMNS)[number], string>>> & {
  readonly line: number
}

/** Checks the whole tree of a body and names every fault of it, line by line. */
export function checkUnitTree(
  rows: readonly UnitRow[],
  localityCode: string,
): { readonly units: readonly Unit[]; readonly faults: readonly UnitFault[] } {
  const faults: UnitFault[] = []
  const units: (Unit & { readonly line: number })[] = []
  for (const row of rows) {
    const found = faultsOf(row, localityCode)
    faults.push(...found)
    if (found.length === 0) units.push({ ...unitOf(row), line: row.line })
  }
  const byCode = new Map<string, Unit>()
  for (const unit of units) {
    if (byCode.has(unit.code)) faults.push({ line: unit.line, field: 'code', rule: 'code-repeated' })
    byCode.set(unit.code, unit)
  }
  for (const unit of units) {
    if (unit.parentCode === null) continue
    const parent = byCode.get(unit.parentCode)
    if (parent === undefined) faults.push({ line: unit.line, field: 'parent_code', rule: 'parent-missing' })
    else if (livesOutside(unit, parent))
      faults.push({ line: unit.line, field: 'valid_to', rule: 'outlives-parent' })
  }
  if (faults.length === 0 && !byCode.has(localityCode))
    faults.push({ line: 1, field: 'code', rule: 'root-missing' })
  return {
    units: units.map(({ line: _line, ...unit }) => unit),
    faults: faults.toSorted((one, other) => one.line - other.line),
  }
}

const livesOutside = (unit: Unit, parent: Unit) =>
  unit.validFrom < parent.validFrom ||
  (parent.validTo !== null && (unit.validTo === null || unit.validTo > parent.validTo))

const value = (row: UnitRow, column: (typeof UNIT_COLUMNS)[number]) => clean(row[column] ?? '')
const predecessorsOf = (row: UnitRow) =>
  value(row, 'predecessor_codes')
    .split(';')
    .map(clean)
    .filter((code) => code !== '')

function faultsOf(row: UnitRow, localityCode: string): UnitFault[] {
  const { line } = row
  const faults: UnitFault[] = []
  const fault = (field: string, rule: UnitRule) => faults.push({ line, field, rule })
  for (const column of MANDATORY_COLUMNS) if (value(row, column) === '') fault(column, 'missing')
  const code = value(row, 'code')
  if (code !== '' && !isUnitCode(code)) fault('code', 'code-shape')
  else if (code !== '' && code !== localityCode && !code.startsWith(`${localityCode}.`))
    fault('code', 'code-foreign')
  if (code.split('.').length > UNIT_DEPTH_MAX) fault('code', 'too-deep')
  const parent = value(row, 'parent_code')
  const isRoot = code === localityCode
  if (isRoot ? parent !== '' : !code.startsWith(`${parent}.`) || parent === '')
    fault('parent_code', 'parent-not-prefix')
  if (value(row, 'name').length > 300) fault('name', 'too-long')
  const kind = value(row, 'kind')
  if (kind !== '' && !UNIT_KINDS.some((known) => known === kind)) fault('kind', 'kind-unknown')
  const [from, to] = [value(row, 'valid_from'), value(row, 'valid_to')]
  if (from !== '' && !isHanoiDate(from)) fault('valid_from', 'date-shape')
  if (to !== '' && !isHanoiDate(to)) fault('valid_to', 'date-shape')
  else if (to !== '' && to <= from) fault('valid_to', 'dates-reversed')
  for (const predecessor of predecessorsOf(row))
    if (!isUnitCode(predecessor)) fault('predecessor_codes', 'predecessor-shape')
  return faults
}

function unitOf(row: UnitRow): Unit {
  const optional = (column: (typeof UNIT_COLUMNS)[number]) => value(row, column) || null
  return {
    code: value(row, 'code'),
    name: value(row, 'name'),
    parentCode: optional('parent_code'),
    kind: UNIT_KINDS.find((kind) => kind === value(row, 'kind')) ?? 'other',
    validFrom: value(row, 'valid_from'),
    validTo: optional('valid_to'),
    predecessorCodes: predecessorsOf(row),
    decisionNo: optional('decision_no'),
  }
}

/** Where a unit code leads: itself while it is open, its only successor, or a question that a person must answer. */
export interface UnitMapping {
  readonly open: ReadonlySet<string>
  readonly successors: ReadonlyMap<string, readonly string[]>
}
export function mapUnit(
  mapping: UnitMapping,
  code: string,
): { readonly code: string } | { readonly rule: 'unit-unknown' | 'unit-closed-ambiguous' } {
  if (mapping.open.has(code)) return { code }
  const [only, ...others] = (mapping.successors.get(code) ?? []).filter((successor) =>
    mapping.open.has(successor),
  )
  if (only === undefined) return { rule: 'unit-unknown' }
  return others.length === 0 ? { code: only } : { rule: 'unit-closed-ambiguous' }
}
