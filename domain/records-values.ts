import type { HanoiDate } from './hanoi-time.ts'
import { FORMER_PROVINCES } from './localities-facts.ts'
import type { FieldKind, RecordRule, RecordWarning } from './records-fields.ts'
import { isUnitCode } from './units.ts'

/** Before it no day of a career and no birth date is believed. */
const FIRST_YEAR = '1900'
const TWELVE_DIGITS = /^\d{12}$/
const ELEVEN_DIGITS = /^\d{11}$/
const NINE_DIGITS = /^\d{9}$/
/** `yyyy` or `yyyy-mm`, where the day of birth is not known. */
const PARTIAL_DATE = /^\d{4}(?:-(?:0[1-9]|1[0-2]))?$/
const WHOLE_DATE = /^\d{4}-\d{2}-\d{2}$/
const COEFFICIENT = /^\d{1,2}(?:[.,]\d{1,2})?$/
/** `01.003` and `V.07.04.32`; lists of ranks change, therefore another form is a warning. */
const RANK_USUAL = /^(?:\d{2}\.\d{3}[a-z]?|V\.\d{2}\.\d{2}\.\d{2})$/
/** A code of some list; a title in the place of the code is not one. */
const RANK_POSSIBLE = /^(?=.*\d)[0-9A-Za-z./ -]+$/

const GENDERS = new Map([
  ['male', 'male'],
  ['nam', 'male'],
  ['female', 'female'],
  ['nữ', 'female'],
])
/** `male`, `female`, or null for what is neither in either language. */
export const genderOf = (value: string): string | null =>
  GENDERS.get(value) ?? GENDERS.get(value.toLowerCase()) ?? null

/** As `isHanoiDate`, without making a date: seven are asked of every record. */
export function isRealDay(text: string): boolean {
  if (!WHOLE_DATE.test(text)) return false
  const month = twoDigits(text, 5)
  const day = twoDigits(text, 8)
  if (month < 1 || month > 12 || day < 1) return false
  if (day <= 28) return true
  if (month === 2) return day === 29 && isLeap(twoDigits(text, 0), twoDigits(text, 2))
  return day <= (month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31)
}
const twoDigits = (text: string, at: number) => (text.charCodeAt(at) - 48) * 10 + text.charCodeAt(at + 1) - 48
const isLeap = (century: number, year: number) => (year === 0 ? century % 4 === 0 : year % 4 === 0)

/** The value as it is kept: genders in one word, coefficients with a point. The value has passed `ruleBrokenBy`. */
export function normalised(kind: FieldKind, value: string): string {
  if (kind === 'gender') return genderOf(value) ?? value
  return kind === 'coefficient' ? value.replace(',', '.') : value
}

/** What is wrong with a cleaned value, or null. `today` is the day in whose future nobody is born. */
export function ruleBrokenBy(kind: FieldKind, value: string, today: HanoiDate): RecordRule | null {
  switch (kind) {
    case 'text':
      return null
    case 'personal-id':
      return TWELVE_DIGITS.test(value) ? null : personalIdRule(value)
    case 'gender':
      return genderOf(value) === null ? 'gender-unknown' : null
    case 'birth-date':
      return birthDateRule(value, today)
    case 'date':
      return isRealDay(value) && value >= FIRST_YEAR ? null : 'date-shape'
    case 'unit':
      return isUnitCode(value) ? null : 'unit-code-shape'
    case 'rank':
      return RANK_POSSIBLE.test(value) ? null : 'rank-code-shape'
    case 'coefficient':
      return COEFFICIENT.test(value) ? null : 'salary-coefficient-shape'
  }
}

/** Nothing is padded: a zero that a spreadsheet took and a digit that a hand forgot look alike. */
function personalIdRule(value: string): RecordRule {
  if (ELEVEN_DIGITS.test(value)) return 'personal-id-lost-zero'
  return NINE_DIGITS.test(value) ? 'personal-id-legacy' : 'personal-id-shape'
}

/** A year or a month is compared as it stands: as text it sorts before each of its days. */
function birthDateRule(value: string, today: HanoiDate): RecordRule | null {
  if (!PARTIAL_DATE.test(value) && !isRealDay(value)) return 'birth-date-shape'
  return value < FIRST_YEAR || value > today ? 'birth-date-impossible' : null
}

/** The first three digits where births were registered in the 63 provinces of before 1 July 2025. */
const PROVINCE_PREFIXES = new Set(FORMER_PROVINCES.map(([, gsoCode]) => `0${gsoCode}`))
const NO_WARNINGS: readonly RecordWarning[] = []

/**
 * What is worth a look in a record that is accepted. A personal id holds the place of registration (3 digits), century and
 * gender (1), the year of birth (2) and 6 digits at random (Circular 59/2021/TT-BCA); a person whose gender or birth date
 * was put right, or who was born abroad, may have another one, therefore none of this is ever a reason to refuse.
 */
export function warningsOf(
  personalId: string,
  gender: string,
  birthDate: string,
  rankCode: string | undefined,
): readonly RecordWarning[] {
  const digit = personalId.charCodeAt(3) - 48
  const century = 19 + (digit >> 1)
  const isKnownPlace = PROVINCE_PREFIXES.has(personalId.slice(0, 3))
  const isSameGender = (digit & 1) === (gender === 'male' ? 0 : 1)
  const isSameYear = twoDigits(birthDate, 0) === century && birthDate.startsWith(personalId.slice(4, 6), 2)
  const isUsualRank = rankCode === undefined || RANK_USUAL.test(rankCode)
  if (isKnownPlace && isSameGender && isSameYear && isUsualRank) return NO_WARNINGS
  const warnings: RecordWarning[] = []
  if (!isKnownPlace) warnings.push('personal-id-province')
  if (!isSameGender) warnings.push('personal-id-gender')
  if (!isSameYear) warnings.push('personal-id-year')
  if (!isUsualRank) warnings.push('rank-code-unusual')
  return warnings
}
