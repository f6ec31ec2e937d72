import { addDays, weekday, type HanoiDate } from './hanoi-time.ts'

/**
 * `holiday`: by law or in lieu; `break`: weekend days inside a holiday break; `swapped`: a weekday off that is made up
 * on a `make-up` day; `make-up`: a Saturday on which offices work.
 */
export const CALENDAR_DAY_KINDS = ['holiday', 'break', 'swapped', 'make-up'] as const
export interface CalendarDay {
  readonly day: HanoiDate
  readonly kind: (typeof CALENDAR_DAY_KINDS)[number]
  readonly nameVi: string
  readonly nameEn: string
  readonly source: string
  readonly confirmed: boolean
}
/** Special days by date; every other day is what its weekday says. */
export type Calendar = ReadonlyMap<HanoiDate, CalendarDay>

export const createCalendar = (days: readonly CalendarDay[]): Calendar =>
  new Map(days.map((day) => [day.day, day]))

const isWeekend = (date: HanoiDate) => [0, 6].includes(weekday(date))

export function isWorkingDay(calendar: Calendar, date: HanoiDate): boolean {
  const special = calendar.get(date)
  return special === undefined ? !isWeekend(date) : special.kind === 'make-up'
}

/** The day itself if offices work on it, else the next one on which they do. */
export function nextWorkingDay(calendar: Calendar, date: HanoiDate): HanoiDate {
  let day = date
  while (!isWorkingDay(calendar, day)) day = addDays(day, 1)
  return day
}

/** The day itself if offices work on it, else the last one before on which they do. */
export function previousWorkingDay(calendar: Calendar, date: HanoiDate): HanoiDate {
  let day = date
  while (!isWorkingDay(calendar, day)) day = addDays(day, -1)
  return day
}

/** The working day that lies `count` working days before `date`. */
export function subtractWorkingDays(calendar: Calendar, date: HanoiDate, count: number): HanoiDate {
  let day = date
  for (let left = count; left > 0; left -= 1) day = previousWorkingDay(calendar, addDays(day, -1))
  return day
}

/** The working days of `[from, to]`, both included. */
export function workingDaysOf(calendar: Calendar, from: HanoiDate, to: HanoiDate): readonly HanoiDate[] {
  const days: HanoiDate[] = []
  for (let day = from; day <= to; day = addDays(day, 1)) if (isWorkingDay(calendar, day)) days.push(day)
  return days
}

const WEEKDAYS = [
  ['Chủ nhật', 'Sunday'],
  ['thứ Hai', 'Monday'],
  ['thứ Ba', 'Tuesday'],
  ['thứ Tư', 'Wednesday'],
  ['thứ Năm', 'Thursday'],
  ['thứ Sáu', 'Friday'],
  ['thứ Bảy', 'Saturday'],
] as const

export interface DayDescription {
  readonly day: HanoiDate
  readonly working: boolean
  readonly weekdayVi: string
  readonly weekdayEn: string
  /** What makes the day special, if anything does. */
  readonly nameVi: string | null
  readonly nameEn: string | null
}

export function describeDay(calendar: Calendar, date: HanoiDate): DayDescription {
  const [weekdayVi, weekdayEn] = WEEKDAYS[weekday(date)] ?? WEEKDAYS[0]
  const special = calendar.get(date)
  return {
    day: date,
    working: isWorkingDay(calendar, date),
    weekdayVi,
    weekdayEn,
    nameVi: special?.nameVi ?? null,
    nameEn: special?.nameEn ?? null,
  }
}
