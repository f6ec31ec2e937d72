import { CommanderError } from 'commander'
import { WrongConfiguration } from '../config.ts'
import { NoAnswer, NotUnderstood, Refused } from './answers.ts'
import { EXIT, Stop, type ExitCode } from './exit-codes.ts'
import { withLocalDays, type Sentence } from './language.ts'
import { mistake } from './usage.ts'

/** How a command ended that did not reach its end. */
export interface Failure {
  readonly code: ExitCode
  /** For the person who typed it; null where the help was asked for and shown. */
  readonly says: Sentence | null
  /** What the API said, as it said it. */
  readonly json: string | null
}

interface Asked {
  readonly argv: readonly string[]
  readonly key: string | null
}

const failure = (code: ExitCode, says: Sentence | null, json: string | null = null): Failure => ({
  code,
  says,
  json,
})

export function explainFailure(error: unknown, asked: Asked): Failure {
  if (error instanceof CommanderError) {
    if (error.code === 'commander.helpDisplayed') return failure(EXIT.done, null)
    return failure(EXIT.wrongUsage, error.code === 'commander.help' ? null : mistake(error))
  }
  if (error instanceof Stop) return failure(error.code, error.says)
  if (error instanceof WrongConfiguration)
    return failure(EXIT.wrongUsage, { vi: error.message, en: error.message })
  if (error instanceof Refused) return failure(exitCodeOf(error), describeRefusal(error), error.text)
  if (error instanceof NoAnswer)
    return failure(EXIT.noAnswer, error.mayBeDone ? askAgain(error, asked) : unreachable(error))
  if (error instanceof NotUnderstood)
    return failure(EXIT.unexpected, {
      vi: `Câu trả lời (${error.status}) không phải của API này hoặc của phiên bản này.`,
      en: `The answer (${error.status}) is not of this API, or not of this version of it.`,
    })
  const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  return failure(EXIT.unexpected, {
    vi: `Lỗi không lường trước. ${what}`,
    en: `Something unexpected. ${what}`,
  })
}

function exitCodeOf({ problem: { status } }: Refused): ExitCode {
  if (status === 401 || status === 403) return EXIT.notAllowed
  return status < 500 ? EXIT.refused : EXIT.unexpected
}

/** The sentence (already in the reader's language), its code, its details, and what to quote when asking for help. */
function describeRefusal({ problem }: Refused): Sentence {
  const { title, code, details = {}, errors = [], instance } = problem
  const lines = (request: string) =>
    [
      `${withLocalDays(title)} [${code}]`,
      ...Object.entries(details).map(([name, value]) => `  ${name}: ${withLocalDays(String(value))}`),
      ...errors.map((fault) => `  ${fault.pointer}: ${fault.code}`),
      `  ${request}: ${instance}`,
    ].join('\n')
  return { vi: lines('mã yêu cầu'), en: lines('request') }
}

const unreachable = ({ reason }: NoAnswer): Sentence => ({
  vi: `Không kết nối được API (${reason}); chưa có gì thay đổi. Hãy kiểm tra DONGBO_API_URL rồi thử lại.`,
  en: `The API can not be reached (${reason}); nothing was changed. Check DONGBO_API_URL and try again.`,
})

function askAgain({ reason }: NoAnswer, { argv, key }: Asked): Sentence {
  const words = argv.includes('--key') || key === null ? argv : [...argv, '--key', key]
  const command = ['dongbo', ...words].map(quoted).join(' ')
  return {
    vi: `Chưa biết việc này đã được thực hiện hay chưa (${reason}). Hãy hỏi lại với cùng khóa; việc chỉ được làm một lần:\n  ${command}`,
    en: `It is not known whether this was done (${reason}). Ask again with the same key; it is done once at most:\n  ${command}`,
  }
}

const quoted = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`
