import { toDayMonthYear, type HanoiDate } from '../../domain/hanoi-time.ts'
import { dayOf } from './dates.ts'

export const LANGUAGES = ['vi', 'en'] as const
export type Language = (typeof LANGUAGES)[number]
export const isLanguage = (value: unknown): value is Language => LANGUAGES.some((known) => known === value)

const LOCALE_OF = { vi: 'vi-VN', en: 'en-GB' } as const satisfies Record<Language, string>

/** Numbers, days and instants as people of that language write them; days and hours are Hanoi's. */
export function createFormat(language: Language) {
  const locale = LOCALE_OF[language]
  const numbers = new Intl.NumberFormat(locale)
  const percents = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 })
  const hours = new Intl.DateTimeFormat(locale, {
    timeZone: 'Asia/Ho_Chi_Minh',
    hour: '2-digit',
    minute: '2-digit',
  })
  return {
    number: (value: number): string => numbers.format(value),
    /** 0.97 is 97 %. */
    percent: (share: number): string => percents.format(share),
    /** `29/08/2025` */
    day: (day: HanoiDate): string => toDayMonthYear(day),
    /** `29/08`, where the year is known. */
    dayMonth: (day: HanoiDate): string => toDayMonthYear(day).slice(0, 5),
    /** `29/08/2025 22:00` */
    instant: (instant: string): string =>
      `${toDayMonthYear(dayOf(instant))} ${hours.format(new Date(instant))}`,
    compare: new Intl.Collator(locale, { numeric: true }).compare,
  }
}
export type Format = ReturnType<typeof createFormat>

/** A sentence with a number in it, which stands for `#`; a language without plurals has one form. */
export function createCounted(language: Language) {
  const rules = new Intl.PluralRules(LOCALE_OF[language])
  const { number } = createFormat(language)
  return (count: number, other: string, one: string = other): string =>
    (rules.select(count) === 'one' ? one : other).replace('#', number(count))
}
