import type { windowView } from '../../api/contract/sync-windows.ts'
import type { HanoiDate } from '../../domain/hanoi-time.ts'
import { dayOf } from '../format/dates.ts'
import { foldTones, searchFor } from '../format/text.ts'

export type SyncWindow = ReturnType<(typeof windowView)['parse']>
export type WindowState = SyncWindow['state']
/** Those that wait for a person first. */
export const WINDOW_STATES: readonly WindowState[] = ['parked', 'sending', 'waiting', 'complete']

/** What the address of the sync windows says. */
export interface WindowSearch {
  readonly state?: WindowState | undefined
  readonly reason?: string | undefined
  readonly day?: HanoiDate | undefined
  readonly q?: string | undefined
  /** A retry that is looked at. */
  readonly retry?: string | undefined
}

export function readWindowSearch(said: Readonly<Record<string, unknown>>): WindowSearch {
  const text = (name: string) => {
    const value = said[name]
    return typeof value === 'string' && value !== '' ? value : undefined
  }
  return {
    state: WINDOW_STATES.find((state) => state === said['state']),
    reason: text('reason'),
    day: text('day'),
    q: text('q'),
    retry: text('retry'),
  }
}

/** The windows that the search asks for: those that wait for a person first, then by their slot. */
export function selectWindows(
  windows: readonly SyncWindow[],
  { state, reason, day, q }: WindowSearch,
  nameOf: (code: string) => string,
): readonly SyncWindow[] {
  const isFound = searchFor(q ?? '')
  return windows
    .filter(
      (window) =>
        (state === undefined || window.state === state) &&
        (reason === undefined || window.parkedReason === reason) &&
        (day === undefined || dayOf(window.opensAt) === day) &&
        isFound(foldTones(`${nameOf(window.localityCode)} ${window.localityCode}`)),
    )
    .toSorted(
      (one, other) =>
        WINDOW_STATES.indexOf(one.state) - WINDOW_STATES.indexOf(other.state) ||
        one.opensAt.localeCompare(other.opensAt) ||
        one.localityCode.localeCompare(other.localityCode),
    )
}

export interface DayOfWindows {
  readonly day: HanoiDate
  readonly states: Readonly<Record<WindowState, number>>
  readonly windows: number
}

/** Days on which windows send, in order. */
export function daysOf(windows: readonly SyncWindow[]): readonly DayOfWindows[] {
  const days = [...new Set(windows.map(({ opensAt }) => dayOf(opensAt)))].toSorted()
  return days.map((day) => {
    const own = windows.filter(({ opensAt }) => dayOf(opensAt) === day)
    const count = (state: WindowState) => own.filter((window) => window.state === state).length
    return {
      day,
      windows: own.length,
      states: {
        parked: count('parked'),
        sending: count('sending'),
        waiting: count('waiting'),
        complete: count('complete'),
      },
    }
  })
}
