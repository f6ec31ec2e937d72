import { toDayMonthYear, toHanoiDate } from '../domain/hanoi-time.ts'

export const LANGUAGES = ['vi', 'en'] as const
export type Language = (typeof LANGUAGES)[number]
/** The same thing said in both languages. */
export interface Sentence {
  readonly vi: string
  readonly en: string
}

type Environment = Readonly<Record<string, string | undefined>>

/**
 * The language for people: `--language`, else that of the machine. It is needed before the command line is understood,
 * because the help and what is said about a mistake are in it too.
 */
export function languageOf(argv: readonly string[], environment: Environment): Language {
  const at = argv.indexOf('--language')
  const named =
    argv.find((word) => word.startsWith('--language='))?.slice('--language='.length) ??
    (at === -1 ? undefined : argv[at + 1])
  const wanted = LANGUAGES.find((language) => language === named)
  if (wanted !== undefined) return wanted
  const machine = environment['LC_ALL'] || environment['LC_MESSAGES'] || environment['LANG'] || ''
  return machine.toLowerCase().startsWith('vi') ? 'vi' : 'en'
}

/** `20/07/2025` */
export const showDay = toDayMonthYear

/** `20/07/2025 08:00`, in Hanoi; a dash for what has not happened. */
export function showInstant(iso: string | null): string {
  if (iso === null) return '–'
  const ms = Date.parse(iso)
  const [, time = ''] = new Date(ms + HANOI_OFFSET_MS).toISOString().split('T')
  return `${toDayMonthYear(toHanoiDate(ms))} ${time.slice(0, 5)}`
}
const HANOI_OFFSET_MS = 7 * 3_600_000

/** The last day that is on time for what is late from an instant on: `19/07/2025`. */
export const showLastDay = (dueAt: string): string => toDayMonthYear(toHanoiDate(Date.parse(dueAt) - 1))

export const showDayOf = (iso: string): string => toDayMonthYear(toHanoiDate(Date.parse(iso)))

/** Days inside the API's sentences, as officials write them. */
export const withLocalDays = (sentence: string): string =>
  sentence.replaceAll(/\b\d{4}-\d{2}-\d{2}\b/g, (day) => toDayMonthYear(day))

/** What came over the wire may hold anything; a terminal would obey some of it. */
export const plain = (text: string): string => text.replaceAll(/[^\P{Cc}\n]/gu, ' ')

export const showCount = (count: number, language: Language): string =>
  count.toLocaleString(language === 'vi' ? 'vi-VN' : 'en-US')

export const yesNo = (value: boolean | null): Sentence =>
  value === null ? { vi: '–', en: '–' } : value ? { vi: 'có', en: 'yes' } : { vi: 'không', en: 'no' }
