import { memo, useRef } from 'react'
import { explainReason } from '../../domain/retries.ts'
import { useBodyName } from '../components/body-names.ts'
import { ConservationBar } from '../components/conservation-bar.tsx'
import { Glyph } from '../components/glyphs.tsx'
import { RowLink } from '../components/row-link.tsx'
import { Space, useVisibleLines } from '../components/visible-lines.tsx'
import { dayOf } from '../format/dates.ts'
import { useSpeech, wordOf } from '../words/languages.tsx'
import type { RetryWish } from './retries.tsx'
import { LOOKS, wishOf } from './sync-windows-filters.tsx'
import type { SyncWindow } from './sync-windows-search.ts'

/** `styles/windows.css` has the same. */
const LINE_REM = 3.5
const COLUMNS = ['body', 'slot', 'state', 'records', 'act'] as const

interface TableProps {
  readonly windows: readonly SyncWindow[]
  /** Null for those who may not. */
  readonly retry: ((wish: RetryWish) => void) | null
}

export function WindowTable({ windows, retry }: TableProps) {
  const { words } = useSpeech()
  const scroller = useRef<HTMLDivElement>(null)
  const visible = useVisibleLines(scroller, windows.length, () => LINE_REM)
  const columns = retry === null ? COLUMNS.slice(0, -1) : COLUMNS
  return (
    <div className="table-box" ref={scroller} tabIndex={0} role="region" aria-label={words.windows.title}>
      <table className="window-table" aria-rowcount={windows.length + 1} aria-label={words.windows.title}>
        <colgroup>
          {columns.map((column) => (
            <col key={column} className={`column-${column}`} />
          ))}
        </colgroup>
        <thead>
          <tr aria-rowindex={1}>
            {columns.map((column) => (
              <th key={column} scope="col">
                {words.windows[column]}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <Space rem={visible.above} columns={columns.length} />
          {visible.indexes.map((index) => {
            const window = windows[index]
            return window === undefined ? null : (
              <WindowLine key={window.windowId} window={window} rowIndex={index + 2} retry={retry} />
            )
          })}
          <Space rem={visible.below} columns={columns.length} />
        </tbody>
      </table>
    </div>
  )
}

interface LineProps {
  readonly window: SyncWindow
  readonly rowIndex: number
  readonly retry: TableProps['retry']
}

const WindowLine = memo(function WindowLine({ window, rowIndex, retry }: LineProps) {
  const { words, format, language } = useSpeech()
  const nameOf = useBodyName()
  const { localityCode, state, parkedReason, parkingNo, items, kind } = window
  const look = LOOKS[state]
  return (
    <tr aria-rowindex={rowIndex}>
      <th scope="row">
        <RowLink className="body-name" href={`localities/${localityCode}`}>
          {nameOf(localityCode)}
        </RowLink>{' '}
        <span className="body-code">{localityCode}</span>
      </th>
      <td>
        {format.day(dayOf(window.opensAt))}
        <span className="under">{wordOf(words.windows.kinds, kind)}</span>
      </td>
      <td data-kind={look.kind}>
        <span className="cell-state">
          <Glyph name={look.glyph} />
          {words.windows.states[state]}
        </span>
        <span className="under">
          {parkedReason === null ? null : explainReason(parkedReason)[language]}
          {parkingNo === 0 ? null : ` · ${words.windows.parkedTimes(parkingNo)}`}
        </span>
      </td>
      <td>
        {items === null ? (
          <span className="under">{words.windows.notListed}</span>
        ) : (
          <ConservationBar {...window} />
        )}
      </td>
      {retry === null ? null : (
        <td>
          {state === 'parked' ? (
            <button type="button" className="button" onClick={() => retry(wishOf([window]))}>
              {words.windows.retry} <span className="unseen">{nameOf(localityCode)}</span>
            </button>
          ) : null}
        </td>
      )}
    </tr>
  )
})
