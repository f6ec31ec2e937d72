import { Refusal, type RefusalDetails } from './errors.ts'
import type { Sha256 } from './signing.ts'

/** A parked window as a set of them holds it. */
export interface ParkedWindow {
  readonly windowId: string
  readonly localityCode: string
  /** The parking that a retry ends; a later one of the same window is another matter. */
  readonly parkingNo: number
  readonly reason: string
  /** Signed versions that will be sent; what was acknowledged is not among them. */
  readonly pending: number
}

/** Which parked windows are asked for; null is every one. */
export interface RetryFilter {
  readonly localityCodes: readonly string[] | null
  readonly reasons: readonly string[] | null
}

/** What became of a window in its turn. */
export const RETRY_OUTCOMES = ['retried', 'not-retried'] as const
export type RetryOutcome = (typeof RETRY_OUTCOMES)[number]

export const RETRY_WINDOWS_MAX = 10_000
/** How many windows are let go on in a minute. */
export const PER_MINUTE = { default: 60, max: 6_000 } as const
/** In real time: what was previewed longer ago is previewed anew. */
export const PREVIEW_VALID_MS = 3_600_000
/** So many windows of each kind are named where a set has changed; all are counted. */
export const DIFFERENCE_NAMED_MAX = 20

/** Whether letting go on is enough, or the window parks again unless something is mended before. */
export type ReasonClass = 'retry-mends' | 'mend-first' | 'unknown'
interface ReasonFacts {
  readonly class: ReasonClass
  readonly vi: string
  readonly en: string
}
const REASONS: Readonly<Record<string, ReasonFacts>> = {
  'receiver-unavailable': {
    class: 'retry-mends',
    vi: 'bên nhận không trả lời',
    en: 'the receiver did not answer',
  },
  'receiver-busy': { class: 'retry-mends', vi: 'bên nhận quá tải', en: 'the receiver was too busy' },
  'answer-incomplete': {
    class: 'retry-mends',
    vi: 'câu trả lời của bên nhận không đầy đủ',
    en: 'the receiver’s answer was incomplete',
  },
  'timed-out': { class: 'retry-mends', vi: 'gửi quá thời gian cho phép', en: 'sending took too long' },
  'lost-lease': {
    class: 'retry-mends',
    vi: 'một lần gửi khác đã giữ đợt này',
    en: 'another attempt had the window',
  },
  'slot-over': {
    class: 'retry-mends',
    vi: 'lịch đã qua: chuyển sang ngày đầu tiên còn năng lực tiếp nhận',
    en: 'the slot is over: it is moved to the first day with capacity',
  },
  'slot-not-open': { class: 'retry-mends', vi: 'chưa đến lịch', en: 'the slot was not open yet' },
  'key-refused': {
    class: 'mend-first',
    vi: 'khóa kết nối bị từ chối: hãy kích hoạt khóa hợp lệ trước',
    en: 'the connection key was refused: put a valid one into force first',
  },
  'no-active-key': {
    class: 'mend-first',
    vi: 'không có khóa kết nối đang hoạt động: hãy kích hoạt một khóa trước',
    en: 'the body has no active connection key: put one into force first',
  },
  'request-refused': {
    class: 'mend-first',
    vi: 'bên nhận từ chối yêu cầu: hãy làm rõ với bên nhận trước',
    en: 'the receiver refused the request: clear that up with it first',
  },
}

/** What is known of the reason for which a window is parked, with its sentence in both languages. */
export const explainReason = (reason: string): ReasonFacts =>
  (Object.hasOwn(REASONS, reason) ? REASONS[reason] : undefined) ?? {
    class: 'unknown',
    vi: 'nguyên nhân chưa rõ: hãy xem nhật ký của tiến trình gửi trước',
    en: 'the cause is not known: look into the worker’s log first',
  }

/** Whether a parked window is among those that were asked for. */
export const isWanted = (
  { localityCodes, reasons }: RetryFilter,
  { localityCode, reason }: Pick<ParkedWindow, 'localityCode' | 'reason'>,
): boolean =>
  (localityCodes === null || localityCodes.includes(localityCode)) &&
  (reasons === null || reasons.includes(reason))

/** @throws Refusal `retry-set-empty` or `retry-set-too-large` */
export function assertRetryable(windows: number): void {
  if (windows === 0) throw new Refusal('retry-set-empty')
  if (windows > RETRY_WINDOWS_MAX)
    throw new Refusal('retry-set-too-large', { windows, max: RETRY_WINDOWS_MAX })
}

/** What makes two previews of a window the same. */
const lineOf = ({ windowId, parkingNo, pending }: ParkedWindow) => `${windowId} ${parkingNo} ${pending}\n`

/** The same for the same set, in whatever order its windows come. */
export const setSha256 = (sha256: Sha256, windows: readonly ParkedWindow[]): Uint8Array =>
  sha256(windows.map(lineOf).toSorted().join(''))

/** Names a preview and what was seen in it: whoever shows it confirms exactly that set. */
export const retryToken = (retryId: string, sha256: Uint8Array): string =>
  `${retryId}.${Array.from(sha256, (byte) => byte.toString(16).padStart(2, '0')).join('')}`
/** The preview that a token of this shape names. */
export const retryOf = (token: string): string => token.split('.', 1)[0] ?? ''

/** Ids of windows: that came in, that are no longer parked (or stand in another retry), that are parked anew or have other records. */
export interface SetDifference {
  readonly added: readonly string[]
  readonly removed: readonly string[]
  readonly changed: readonly string[]
}

export function compareSets(
  previewed: readonly ParkedWindow[],
  current: readonly ParkedWindow[],
): SetDifference {
  const before = new Map(previewed.map((window) => [window.windowId, lineOf(window)]))
  const after = new Map(current.map((window) => [window.windowId, lineOf(window)]))
  return {
    added: [...after.keys()].filter((id) => !before.has(id)),
    removed: [...before.keys()].filter((id) => !after.has(id)),
    changed: [...after].flatMap(([id, line]) => (before.has(id) && before.get(id) !== line ? [id] : [])),
  }
}

/** How many windows differ, and the first of them. */
export function describeDifference({ added, removed, changed }: SetDifference): RefusalDetails {
  return {
    added: added.length,
    removed: removed.length,
    changed: changed.length,
    addedWindows: added.slice(0, DIFFERENCE_NAMED_MAX),
    removedWindows: removed.slice(0, DIFFERENCE_NAMED_MAX),
    changedWindows: changed.slice(0, DIFFERENCE_NAMED_MAX),
  }
}

interface Counted {
  readonly pending: number
  readonly accepted: number
  readonly rejected: number
}
export interface Total extends Counted {
  readonly windows: number
}

export function sumOf(windows: readonly Counted[]): Total {
  const sum = (of: (window: Counted) => number) => windows.reduce((all, window) => all + of(window), 0)
  return {
    windows: windows.length,
    pending: sum(({ pending }) => pending),
    accepted: sum(({ accepted }) => accepted),
    rejected: sum(({ rejected }) => rejected),
  }
}

/** A total for each reason, the most frequent first. */
export function sumByReason(
  windows: readonly (Counted & Pick<ParkedWindow, 'reason'>)[],
): readonly (Total & { readonly reason: string })[] {
  const reasons = [...new Set(windows.map(({ reason }) => reason))]
  return reasons
    .map((reason) => ({ reason, ...sumOf(windows.filter((window) => window.reason === reason)) }))
    .toSorted((one, other) => other.windows - one.windows)
}
