import type { CommanderError } from 'commander'
import { EXIT_MEANINGS } from './exit-codes.ts'
import type { Language, Sentence } from './language.ts'

const TITLES: Readonly<Record<string, string>> = {
  'Usage:': 'Cách dùng:',
  'Arguments:': 'Tham số:',
  'Options:': 'Tùy chọn:',
  'Global Options:': 'Tùy chọn chung:',
  'Commands:': 'Lệnh:',
}
export const helpTitle = (title: string, language: Language): string =>
  language === 'vi' ? (TITLES[title] ?? title) : title

const MISTAKES: Readonly<Record<string, string>> = {
  'commander.unknownOption': 'Không có tùy chọn',
  'commander.unknownCommand': 'Không có lệnh',
  'commander.missingArgument': 'Thiếu tham số',
  'commander.optionMissingArgument': 'Tùy chọn thiếu giá trị',
  'commander.missingMandatoryOptionValue': 'Thiếu tùy chọn bắt buộc',
  'commander.excessArguments': 'Thừa tham số',
}

/** What is wrong with a command line, and where to read on. */
export function mistake({ code, message }: CommanderError): Sentence {
  const [, named = ''] = /'([^']*)'/.exec(message) ?? []
  const vi = MISTAKES[code]
  const english = message.replace(/^error: /, '')
  return {
    vi: `${vi === undefined ? english : `${vi} ${named}`.trim()}. Xem: dongbo --help`,
    en: `${english.charAt(0).toUpperCase()}${english.slice(1)}\nSee: dongbo --help`,
  }
}

export function exitCodesHelp(language: Language): string {
  const lines = Object.entries(EXIT_MEANINGS).map(([code, meaning]) => `  ${code}  ${meaning[language]}`)
  return [language === 'vi' ? 'Mã thoát:' : 'Exit codes:', ...lines].join('\n')
}
