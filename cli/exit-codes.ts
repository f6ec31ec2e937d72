import type { Sentence } from './language.ts'

/** What the command answers to the shell. The numbers are part of the public interface and are never reused. */
export const EXIT = {
  done: 0,
  unexpected: 1,
  wrongUsage: 2,
  refused: 3,
  notAllowed: 4,
  noAnswer: 5,
  partly: 6,
} as const
export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

export const EXIT_MEANINGS = {
  0: { en: 'done', vi: 'đã xong' },
  1: { en: 'something unexpected', vi: 'lỗi không lường trước' },
  2: { en: 'wrong usage, or not confirmed', vi: 'sai cú pháp, hoặc không xác nhận' },
  3: { en: 'refused by a rule', vi: 'bị từ chối theo quy tắc' },
  4: { en: 'not logged in, or not allowed', vi: 'chưa đăng nhập, hoặc không có quyền' },
  5: {
    en: 'the API can not be reached, or the outcome is unknown',
    vi: 'không kết nối được API, hoặc chưa biết kết quả',
  },
  6: {
    en: 'finished, but something was rejected or failed',
    vi: 'đã kết thúc, nhưng có phần bị từ chối hoặc lỗi',
  },
} as const satisfies Record<ExitCode, Sentence>

/** Ends a command with a code and a sentence for the person who typed it. */
export class Stop extends Error {
  override readonly name = 'Stop'
  readonly code: ExitCode
  readonly says: Sentence

  constructor(code: ExitCode, says: Sentence) {
    super(says.en)
    this.code = code
    this.says = says
  }
}

export const wrongUsage = (says: Sentence): Stop => new Stop(EXIT.wrongUsage, says)

/** The code for several things done one after the other: all alike, that code; else one that says "not all". */
export function exitCodeOfAll(codes: readonly ExitCode[]): ExitCode {
  const [first = EXIT.done] = codes
  return codes.every((code) => code === first) ? first : EXIT.partly
}
