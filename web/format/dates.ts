import { addDays, daysBetween, isHanoiDate, toHanoiDate, type HanoiDate } from '../../domain/hanoi-time.ts'

/** The day in Hanoi of an instant of the API. */
export const dayOf = (instant: string): HanoiDate => toHanoiDate(Date.parse(instant))

/** The last day on which it is on time: a due instant is the first that is late. */
export const lastDayOf = (dueAt: string): HanoiDate => toHanoiDate(Date.parse(dueAt) - 1)

/** Days from one to the other, both included. */
export function daysFrom(first: HanoiDate, last: HanoiDate): readonly HanoiDate[] {
  const count = daysBetween(first, last) + 1
  return Array.from({ length: Math.max(count, 0) }, (_, index) => addDays(first, index))
}

const DAY_MONTH_YEAR = /^\s*(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})\s*$/

/** A day as officials write it, `20/7/2025`; null for what is none. */
export function readDayMonthYear(text: string): HanoiDate | null {
  const [, day = '', month = '', year = ''] = DAY_MONTH_YEAR.exec(text) ?? []
  const date = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
  return isHanoiDate(date) ? date : null
}
