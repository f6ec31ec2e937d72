import { findLocality } from '../domain/localities.ts'
import { between, createRandom, pick } from './random.ts'

/** An invented person, as the register knows the truth. */
export interface Person {
  readonly personalId: string
  readonly fullName: string
  readonly birthDate: string
  readonly gender: 'male' | 'female'
  readonly status: 'alive' | 'deceased'
}
/** What stands in a source system: the person, not always truthfully. */
export interface Entry {
  readonly recordCode: string
  readonly personalId: string
  readonly fullName: string
  readonly birthDate: string
  readonly gender: string
  readonly unitCode: string
  /** What is wrong with it, if anything. */
  readonly defect: Defect | null
}

/** How often an entry differs from the truth, and how. Each is one in so many. */
export const RATES = {
  'decomposed-text': 0.04,
  'other-tone-placement': 0.03,
  'stray-spaces': 0.03,
  'year-only': 0.02,
  'lost-zero': 0.01,
  'legacy-id': 0.005,
  'wrong-id': 0.01,
  'duplicate-id': 0.004,
  'name-differs': 0.015,
  'birth-date-differs': 0.01,
  'gender-missing': 0.005,
  deceased: 0.003,
} as const
export type Defect = keyof typeof RATES

const FAMILY = [
  'Nguyễn',
  'Trần',
  'Lê',
  'Phạm',
  'Hoàng',
  'Huỳnh',
  'Phan',
  'Vũ',
  'Võ',
  'Đặng',
  'Bùi',
  'Đỗ',
  'Hồ',
  'Ngô',
  'Dương',
  'Lý',
] as const
const MIDDLE = ['Văn', 'Thị', 'Đức', 'Minh', 'Thanh', 'Quốc', 'Ngọc', 'Hữu', 'Thu', 'Xuân'] as const
const GIVEN = [
  'An',
  'Bình',
  'Cường',
  'Dung',
  'Hòa',
  'Hương',
  'Khánh',
  'Lan',
  'Mai',
  'Nam',
  'Phúc',
  'Quý',
  'Sơn',
  'Thủy',
  'Tuấn',
  'Yến',
] as const

/** Person number n of a body: the same for the same seed, always another id than any other person’s. */
export function createPerson(seed: number, localityCode: string, index: number): Person {
  const random = createRandom(seed, 'person', localityCode, index)
  const gender = random() < 0.5 ? 'male' : 'female'
  const year = between(random, 1966, 2001)
  const date = `${year}-${two(between(random, 1, 12))}-${two(between(random, 1, 28))}`
  const century = (year < 2000 ? 0 : 2) + (gender === 'female' ? 1 : 0)
  const [predecessor] = findLocality(localityCode)?.predecessors ?? []
  const prefix = predecessor?.personalIdPrefix ?? '001'
  // The body's place keeps ministries' people apart who share a prefix; the index keeps the rest apart.
  const place = prefix === '001' ? Number(localityCode.slice(1)) : 0
  const serial = String(place * 10_000 + index).padStart(6, '0')
  return {
    personalId: `${prefix}${century}${two(year % 100)}${serial}`,
    fullName: `${pick(random, FAMILY)} ${pick(random, MIDDLE)} ${pick(random, GIVEN)}`,
    birthDate: date,
    gender,
    status: random() < RATES.deceased ? 'deceased' : 'alive',
  }
}
const two = (value: number) => String(value).padStart(2, '0')

/** How the person stands in the source system, with at most one defect. */
export function createEntry(seed: number, localityCode: string, index: number, unitCode: string): Entry {
  const person = createPerson(seed, localityCode, index)
  const random = createRandom(seed, 'entry', localityCode, index)
  const honest = {
    recordCode: `HS-${String(index).padStart(6, '0')}`,
    personalId: person.personalId,
    fullName: person.fullName,
    birthDate: person.birthDate,
    gender: person.gender === 'male' ? 'Nam' : 'Nữ',
    unitCode,
    defect: null,
  }
  const defect = drawDefect(random)
  if (defect === null) return honest
  if (defect !== 'duplicate-id') return { ...honest, ...spoil(defect, person, random), defect }
  // Somebody else's id, and that person's own entry is right.
  const isOtherRight = index > 0 && drawDefect(createRandom(seed, 'entry', localityCode, index - 1)) === null
  if (!isOtherRight) return honest
  return { ...honest, personalId: createPerson(seed, localityCode, index - 1).personalId, defect }
}

function drawDefect(random: () => number): Defect | null {
  let left = random()
  for (const defect of DEFECTS) {
    left -= RATES[defect]
    if (left < 0) return defect
  }
  return null
}

const DEFECTS: readonly Defect[] = [
  'decomposed-text',
  'other-tone-placement',
  'stray-spaces',
  'year-only',
  'lost-zero',
  'legacy-id',
  'wrong-id',
  'duplicate-id',
  'name-differs',
  'birth-date-differs',
  'gender-missing',
]

function spoil(
  defect: Exclude<Defect, 'duplicate-id'>,
  person: Person,
  random: () => number,
): Partial<Entry> {
  switch (defect) {
    case 'decomposed-text':
      return { fullName: person.fullName.normalize('NFD') }
    case 'other-tone-placement':
      return { fullName: person.fullName.replace('Hòa', 'Hoà').replace('Thủy', 'Thuỷ').replace('Quý', 'Quý') }
    case 'stray-spaces':
      return { fullName: ` ${person.fullName.replace(' ', '\u00a0 ')} ` }
    case 'year-only':
      return { birthDate: person.birthDate.slice(0, 4) }
    case 'lost-zero':
      return { personalId: person.personalId.slice(1) }
    case 'legacy-id':
      return { personalId: person.personalId.slice(3) }
    case 'wrong-id':
      return {
        personalId: `096${person.personalId.slice(3, 6)}9${String(between(random, 0, 99_999)).padStart(5, '0')}`,
      }
    case 'name-differs':
      return { fullName: `${person.fullName}h` }
    case 'birth-date-differs':
      return { birthDate: `${Number(person.birthDate.slice(0, 4)) - 1}${person.birthDate.slice(4)}` }
    case 'gender-missing':
      return { gender: '' }
    case 'deceased':
      return {}
  }
}
