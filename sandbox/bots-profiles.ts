import { addDays, type HanoiDate } from '../domain/hanoi-time.ts'
import type { Locality } from '../domain/localities.ts'
import type { Stage } from '../domain/stages.ts'
import { createEntry, type Entry } from './people.ts'
import { between, createRandom } from './random.ts'

/** How a body behaves in a rehearsal. `sloppy` hands in something wrong first; `hopeless` stops after the first stage. */
export type Profile = 'punctual' | 'late' | 'sloppy' | 'hopeless'

const SHARES: readonly (readonly [Profile, number])[] = [
  ['hopeless', 0.06],
  ['late', 0.24],
  ['sloppy', 0.12],
]

export function profileOf(seed: number, code: string): Profile {
  let left = createRandom(seed, 'profile', code)()
  for (const [profile, share] of SHARES) {
    left -= share
    if (left < 0) return profile
  }
  return 'punctual'
}

/** Days before the named dates of the letter, from which a punctual body works at each stage. */
const FIRST_DAYS: Readonly<Partial<Record<Stage, HanoiDate>>> = {
  'select-software': '2025-07-14',
  'build-unit-codes': '2025-07-23',
  'update-records': '2025-08-05',
  'sign-records': '2025-08-19',
  'schedule-sync': '2025-08-25',
}
const SPREAD_DAYS = 4
const LATE_DAYS = 9

/** The day on which a body takes up a stage; null for never. */
export function dayFor(seed: number, code: string, stage: Stage): HanoiDate | null {
  const first = FIRST_DAYS[stage]
  if (first === undefined) return null
  const profile = profileOf(seed, code)
  if (profile === 'hopeless' && stage !== 'select-software') return null
  const random = createRandom(seed, 'day', code, stage)
  const day = addDays(first, between(random, 0, SPREAD_DAYS - 1))
  return profile === 'late' ? addDays(day, LATE_DAYS) : day
}

/** The day of the official window that a body asks for. */
export const slotFor = (seed: number, code: string): HanoiDate =>
  addDays(
    '2025-09-08',
    profileOf(seed, code) === 'late' ? 1 : -between(createRandom(seed, 'slot', code), 0, 5),
  )

export interface Source {
  readonly code: string
  readonly name: string
  readonly vendor: string
  readonly predecessorCode: string
}

const VENDORS = ['Nhà cung cấp A', 'Nhà cung cấp B', 'Nhà cung cấp C'] as const

/** One source system per predecessor. */
export const sourcesOf = ({ code, predecessors }: Locality): readonly Source[] =>
  predecessors.map((predecessor, index) => ({
    code: `${code}-${index + 1}`,
    name: `Phần mềm quản lý hồ sơ ${index + 1}`,
    vendor: VENDORS[index % VENDORS.length] ?? VENDORS[0],
    predecessorCode: predecessor.code,
  }))

const UNITS = ['Sở Nội vụ', 'Sở Tài chính', 'Sở Y tế', 'Sở Giáo dục và Đào tạo'] as const
const oldUnit = (predecessorCode: string, unit: number) => `${predecessorCode}.9${unit + 1}`

/** The new tree: each unit formed from the same unit of every predecessor. A faulty one has a kind that does not exist. */
export function unitTreeOf(locality: Locality, quality: 'good' | 'faulty'): string {
  const { code, nameVi, kind, predecessors } = locality
  const department = quality === 'good' ? 'department' : 'phòng ban'
  return [
    'code,name,parent_code,kind,valid_from,valid_to,predecessor_codes,decision_no',
    `${code},${nameVi},,${kind},2025-07-01,,,01/QĐ`,
    ...UNITS.map((name, unit) => {
      const former = predecessors.map((predecessor) => oldUnit(predecessor.code, unit)).join(';')
      return `${code}.0${unit + 1},${name},${code},${department},2025-07-01,,${former},01/QĐ`
    }),
  ].join('\n')
}

const HEADER = 'record_code,personal_id,full_name,birth_date,gender,unit_code'
export const lineOf = (entry: Omit<Entry, 'defect'>): string =>
  [
    entry.recordCode,
    entry.personalId,
    `"${entry.fullName}"`,
    entry.birthDate,
    entry.gender,
    entry.unitCode,
  ].join(',')
export const fileOf = (lines: readonly string[]): string => [HEADER, ...lines].join('\r\n')

/** The people of a body that one of its source systems holds, by their numbers. */
export function entriesOf(
  seed: number,
  locality: Locality,
  source: number,
  people: number,
): readonly (readonly [number, Entry])[] {
  const { code, predecessors } = locality
  const entries: (readonly [number, Entry])[] = []
  for (let index = source; index < people; index += predecessors.length) {
    const predecessor = predecessors[source]
    if (predecessor === undefined) break
    entries.push([index, createEntry(seed, code, index, oldUnit(predecessor.code, index % UNITS.length))])
  }
  return entries
}
