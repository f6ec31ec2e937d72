import { useMemo } from 'react'
import { explainReason, sumOf } from '../../domain/retries.ts'
import { useBodyName } from '../components/body-names.ts'
import { ConservationBar } from '../components/conservation-bar.tsx'
import { download } from '../components/download.ts'
import { Choice, SearchField } from '../components/fields.tsx'
import { Glyph, type GlyphName } from '../components/glyphs.tsx'
import { toCsv } from '../format/csv.ts'
import { dayOf } from '../format/dates.ts'
import { useSpeech } from '../words/languages.tsx'
import type { RetryWish } from './retries.tsx'
import {
  daysOf,
  WINDOW_STATES,
  type SyncWindow,
  type WindowSearch,
  type WindowState,
} from './sync-windows-search.ts'

/** How a window’s state looks: its shape, and whose colours it wears. */
export const LOOKS = {
  parked: { glyph: 'held', kind: 'overdue' },
  sending: { glyph: 'open', kind: 'open' },
  waiting: { glyph: 'waiting', kind: 'waiting' },
  complete: { glyph: 'done', kind: 'done' },
} as const satisfies Record<WindowState, { readonly glyph: GlyphName; readonly kind: string }>

interface FiltersProps {
  readonly windows: readonly SyncWindow[]
  readonly selected: readonly SyncWindow[]
  readonly search: WindowSearch
  readonly say: (said: WindowSearch) => void
  /** Null for those who may not. */
  readonly retry: ((wish: RetryWish) => void) | null
}

export function WindowFilters(props: FiltersProps) {
  const { windows, selected, search, say, retry } = props
  const { words, language, format } = useSpeech()
  const reasons = [...new Set(windows.flatMap(({ parkedReason }) => parkedReason ?? []))]
  const days = useMemo(() => daysOf(windows), [windows])
  const parked = selected.filter(({ state }) => state === 'parked')
  return (
    <>
      <StateHeadline windows={windows} search={search} say={say} />
      <DayStrip days={days} search={search} say={say} />
      <div className="filters" role="search" aria-label={words.board.filters}>
        <SearchField label={words.windows.search} text={search.q ?? ''} onSearch={(q) => say({ q })} />
        <Choice
          label={words.windows.state}
          any={words.windows.anyState}
          value={search.state}
          choices={WINDOW_STATES.map((state) => [state, words.windows.states[state]])}
          onChoose={(state) => say({ state })}
        />
        <Choice
          label={words.windows.reason}
          any={words.windows.anyReason}
          value={search.reason}
          choices={reasons.map((reason) => [reason, explainReason(reason)[language]])}
          onChoose={(reason) => say({ reason })}
        />
        <Choice
          label={words.windows.day}
          any={words.windows.anyDay}
          value={search.day}
          choices={days.map(({ day }) => [day, format.day(day)])}
          onChoose={(day) => say({ day })}
        />
        <p className="shown" role="status">
          {words.windows.shown(selected.length, windows.length)}
        </p>
        <button
          type="button"
          className="button"
          onClick={() => say({ state: undefined, reason: undefined, day: undefined, q: undefined })}
        >
          {words.board.reset}
        </button>
        <ExportButton windows={selected} />
        {retry === null || parked.length === 0 ? null : (
          <button type="button" className="button" data-kind="primary" onClick={() => retry(wishOf(parked))}>
            {words.windows.retryShown(parked.length)}
          </button>
        )}
      </div>
    </>
  )
}

/** Exactly these parked windows, as far as bodies and reasons tell them from others; the preview shows what comes of it. */
export const wishOf = (parked: readonly SyncWindow[]): RetryWish => ({
  localityCodes: [...new Set(parked.map(({ localityCode }) => localityCode))],
  reasons: [...new Set(parked.flatMap(({ parkedReason }) => parkedReason ?? []))],
})

function ExportButton({ windows }: { readonly windows: readonly SyncWindow[] }) {
  const { words, language, format } = useSpeech()
  const nameOf = useBodyName()
  const { windows: heads, board } = words
  function save(): void {
    const table = [
      [
        board.code,
        heads.body,
        heads.slot,
        heads.state,
        heads.reason,
        heads.accepted,
        heads.rejected,
        heads.pending,
      ],
      ...windows.map(({ localityCode, opensAt, state, parkedReason, accepted, rejected, pending }) => [
        localityCode,
        nameOf(localityCode),
        format.day(dayOf(opensAt)),
        heads.states[state],
        parkedReason === null ? '' : explainReason(parkedReason)[language],
        ...[accepted, rejected, pending],
      ]),
    ]
    download('sync-windows.csv', 'text/csv;charset=utf-8', toCsv(table))
  }
  return (
    <button type="button" className="button" onClick={save}>
      {board.export}
    </button>
  )
}

type Part = Pick<FiltersProps, 'windows' | 'search' | 'say'>

function StateHeadline({ windows, search, say }: Part) {
  const { words, format } = useSpeech()
  return (
    <ul className="headline" aria-label={words.windows.headline}>
      {WINDOW_STATES.map((state) => {
        const { glyph, kind } = LOOKS[state]
        const isShown = search.state === state
        return (
          <li key={state}>
            <button
              type="button"
              className="figure"
              data-kind={kind}
              aria-pressed={isShown}
              onClick={() => say({ state: isShown ? undefined : state })}
            >
              <span className="figure-name">
                <Glyph name={glyph} />
                {words.windows.states[state]}
              </span>
              <span className="figure-count">
                {format.number(windows.filter((window) => window.state === state).length)}
              </span>
            </button>
          </li>
        )
      })}
      <li className="all-records">
        <ConservationBar {...sumOf(windows)} />
      </li>
    </ul>
  )
}

interface StripProps extends Pick<FiltersProps, 'search' | 'say'> {
  readonly days: ReturnType<typeof daysOf>
}

/** A column for each day on which windows send, as high as there are windows. */
function DayStrip({ days, search, say }: StripProps) {
  const { words, format } = useSpeech()
  const most = Math.max(1, ...days.map(({ windows }) => windows))
  return (
    <ul className="day-strip" aria-label={words.windows.perDay}>
      {days.map(({ day, windows, states }) => {
        let below = 0
        return (
          <li key={day}>
            <button
              type="button"
              aria-pressed={search.day === day}
              title={words.windows.onDay(format.day(day), windows)}
              onClick={() => say({ day: search.day === day ? undefined : day })}
            >
              <svg viewBox="0 0 40 40" preserveAspectRatio="none" aria-hidden="true">
                {WINDOW_STATES.map((state) => {
                  const height = (states[state] / most) * 40
                  below += height
                  return (
                    <rect
                      key={state}
                      data-kind={LOOKS[state].kind}
                      x={4}
                      y={40 - below}
                      width={32}
                      height={height}
                    />
                  )
                })}
              </svg>
              <span>{format.dayMonth(day)}</span> <strong>{format.number(windows)}</strong>{' '}
              <span className="unseen">{words.windows.unit}</span>
            </button>
          </li>
        )
      })}
    </ul>
  )
}
