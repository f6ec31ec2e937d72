import type { Locality } from '../domain/localities.ts'
import { createEntry, createPerson, type Entry, type Person } from './people.ts'

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
    `${code},"${nameVi}",,${kind},2025-07-01,,,01/QĐ`,
    ...UNITS.map((name, unit) => {
      const former = predecessors.map((predecessor) => oldUnit(predecessor.code, unit)).join(';')
      return `${code}.0${unit + 1},${name},${code},${department},2025-07-01,,${former},01/QĐ`
    }),
  ].join('\n')
}

/** What a source system hands out: the columns that it has of ours. */
export const HEADER = 'record_code,personal_id,full_name,birth_date,gender,unit_code'
const lineOf = (entry: Omit<Entry, 'defect'>): string =>
  [
    entry.recordCode,
    entry.personalId,
    `"${entry.fullName}"`,
    entry.birthDate,
    entry.gender,
    entry.unitCode,
  ].join(',')

export interface SourceFile {
  readonly seed: number
  readonly locality: Locality
  /** Which of the body's source systems, from 0. */
  readonly index: number
  /** People of the body, in all its source systems. */
  readonly people: number
}

/** The entries of a source system with what is wrong in them, and the people that they are about. */
function* entriesOf({ seed, locality, index, people }: SourceFile): Generator<readonly [Entry, Person]> {
  const { code, predecessors } = locality
  const predecessor = predecessors[index]
  if (predecessor === undefined) return
  for (let number = index; number < people; number += predecessors.length) {
    const unit = oldUnit(predecessor.code, number % UNITS.length)
    yield [createEntry(seed, code, number, unit), createPerson(seed, code, number)]
  }
}

/** Record code and line of each entry; a corrected one says the truth. */
export function* entryLinesOf(
  file: SourceFile,
  corrected: ReadonlySet<string>,
): Generator<readonly [recordCode: string, line: string]> {
  for (const [entry, { personalId, fullName, birthDate, gender }] of entriesOf(file))
    yield [
      entry.recordCode,
      lineOf(corrected.has(entry.recordCode) ? { ...entry, personalId, fullName, birthDate, gender } : entry),
    ]
}

/** Of these records those that can be corrected: something is wrong, and the person lives to bring the papers. */
export function correctableOf(file: SourceFile, recordCodes: ReadonlySet<string>): readonly string[] {
  const found: string[] = []
  for (const [{ recordCode, defect }, { status }] of entriesOf(file))
    if (recordCodes.has(recordCode) && defect !== null && status === 'alive') found.push(recordCode)
  return found
}
