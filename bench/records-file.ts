import { createWriteStream } from 'node:fs'
import { once } from 'node:events'
import { finished } from 'node:stream/promises'
import { LOCALITIES } from '../domain/localities.ts'
import { RECORD_FIELDS } from '../domain/records-fields.ts'
import { csvCell } from '../domain/records.ts'
import { checkUnitTree, type Unit } from '../domain/units.ts'
import { createEntry } from '../sandbox/people.ts'
import { between, createRandom, pick } from '../sandbox/random.ts'

/** The bodies by which people get their ids: one has place for a million. */
const PLACES = LOCALITIES.filter(
  ({ predecessors }) => (predecessors[0]?.personalIdPrefix ?? '001') !== '001',
).map(({ code }) => code)
const PEOPLE_PER_PLACE = 1_000_000
export const RECORDS_MAX = 5_000_000
const [BODY = 'H01'] = PLACES
/** The body whose file it is. */
export const FILE_BODY = BODY
export const FILE_SOURCE = `${BODY}-1`

const UNITS = 40
const FORMER_PER_UNIT = 3
const unitCode = (unit: number) => `${BODY}.${String(unit).padStart(2, '0')}`
const formerCode = (unit: number, former: number) => `${BODY}.${String(unit).padStart(2, '0')}X${former}`

/** The body's new units, each the only successor of three closed ones. */
export function unitTree(): readonly Unit[] {
  const rows = Array.from({ length: UNITS }, (_, unit) => ({
    line: unit + 3,
    code: unitCode(unit),
    name: `Đơn vị ${unit}`,
    parent_code: BODY,
    kind: 'department',
    valid_from: '2025-07-01',
    predecessor_codes: Array.from({ length: FORMER_PER_UNIT }, (_former, former) =>
      formerCode(unit, former),
    ).join(';'),
  }))
  const root = { line: 2, code: BODY, name: 'Cơ quan', kind: 'province', valid_from: '2025-07-01' }
  const { units, faults } = checkUnitTree([root, ...rows], BODY)
  if (faults.length > 0) throw new Error('The invented unit tree has faults.')
  return units
}

const ETHNICITIES = ['Kinh', 'Kinh', 'Kinh', 'Tày', 'Thái', 'Mường', 'Hmông', 'Khmer'] as const
const COMMUNES = [
  'Xã Tân Phú',
  'Phường Hòa Bình',
  'Xã Đông Sơn',
  'Phường Minh Khai',
  'Xã Phước Long',
] as const
const PROVINCES = [
  'tỉnh Phú Thọ',
  'thành phố Đà Nẵng',
  'tỉnh Lâm Đồng',
  'tỉnh Cà Mau',
  'tỉnh Nghệ An',
] as const
const POSITIONS = ['', 'Phó Trưởng phòng', 'Trưởng phòng', 'Chánh Văn phòng', 'Chuyên viên'] as const
const TITLES = ['Chuyên viên', 'Chuyên viên chính', 'Giáo viên trung học cơ sở', 'Kế toán viên'] as const
const RANKS = ['01.003', '01.002', 'V.07.04.32', '06.031'] as const
const DEGREES = ['Đại học Luật', 'Đại học Hành chính', 'Thạc sĩ Quản lý công', 'Cao đẳng Sư phạm'] as const
const THEORIES = ['Sơ cấp', 'Trung cấp', 'Cao cấp', ''] as const
const RECRUITERS = ['Sở Nội vụ', 'Ủy ban nhân dân huyện', 'Sở Giáo dục và Đào tạo'] as const

/** Units that are not in the tree, and lines that stand in the file twice: each one in so many. */
const UNKNOWN_UNIT_EVERY = 500
const REPEATED_EVERY = 1_000

/** One line of the file: the person as `sandbox/people.ts` invents them, faults included, with a career beside it. */
function lineOf(seed: number, index: number): string {
  const random = createRandom(seed, 'career', index)
  const unit = between(random, 0, UNITS - 1)
  const isFormer = random() < 0.7
  const code =
    index % UNKNOWN_UNIT_EVERY === 7
      ? `${BODY}.UNKNOWN`
      : isFormer
        ? formerCode(unit, between(random, 0, FORMER_PER_UNIT - 1))
        : unitCode(unit)
  const place = PLACES[Math.floor(index / PEOPLE_PER_PLACE)] ?? BODY
  const entry = createEntry(seed, place, index % PEOPLE_PER_PLACE, code)
  const day = (from: number, to: number) =>
    `${between(random, from, to)}-${two(between(random, 1, 12))}-${two(between(random, 1, 28))}`
  const isMember = random() < 0.5
  const joined = isMember ? day(2000, 2018) : ''
  const cells: Readonly<Record<string, string>> = {
    record_code: `HS-${String(index).padStart(7, '0')}`,
    personal_id: entry.personalId,
    full_name: entry.fullName,
    birth_date: entry.birthDate,
    gender: entry.gender,
    ethnicity: pick(random, ETHNICITIES),
    religion: 'Không',
    home_town: `${pick(random, COMMUNES)}, ${pick(random, PROVINCES)}`,
    permanent_address: `Số ${between(random, 1, 300)}, ${pick(random, COMMUNES)}, ${pick(random, PROVINCES)}`,
    unit_code: entry.unitCode,
    position: pick(random, POSITIONS),
    job_title: pick(random, TITLES),
    rank_code: pick(random, RANKS),
    salary_grade: String(between(random, 1, 9)),
    salary_coefficient: `${between(random, 2, 6)}.${two(between(random, 10, 98))}`,
    salary_from: day(2020, 2025),
    general_education: '12/12',
    professional_education: pick(random, DEGREES),
    political_theory: pick(random, THEORIES),
    party_joined_on: joined,
    party_official_on: joined === '' ? '' : `${Number(joined.slice(0, 4)) + 1}${joined.slice(4)}`,
    recruited_on: day(1995, 2020),
    recruited_by: pick(random, RECRUITERS),
    social_insurance_no: String(between(random, 1_000_000_000, 9_999_999_999)),
    updated_on: day(2025, 2025),
  }
  return RECORD_FIELDS.map(({ name }) => csvCell(cells[name] ?? '')).join(',')
}
const two = (value: number) => String(value).padStart(2, '0')

/** Writes a file of so many records in all 25 columns: the same bytes for the same seed. Answers its size. */
export async function writeRecordsFile(path: string, records: number, seed = 5_034): Promise<number> {
  const file = createWriteStream(path, { highWaterMark: 1_048_576 })
  file.write(`${RECORD_FIELDS.map(({ name }) => name).join(',')}\n`)
  let previous = ''
  for (let index = 0; index < records; index += 1) {
    const line = index % REPEATED_EVERY === REPEATED_EVERY - 1 ? previous : lineOf(seed, index)
    previous = line
    if (!file.write(`${line}\n`)) await once(file, 'drain')
  }
  file.end()
  await finished(file)
  return file.bytesWritten
}
