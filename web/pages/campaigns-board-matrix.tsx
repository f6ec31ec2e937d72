import { memo, useMemo, useRef } from 'react'
import { isEndless, STAGES } from '../../domain/stages.ts'
import { Glyph, Held } from '../components/glyphs.tsx'
import { RowLink } from '../components/row-link.tsx'
import { Space, useVisibleLines } from '../components/visible-lines.tsx'
import { useSpeech } from '../words/languages.tsx'
import { totalsOf, type BoardCell, type BoardRow, type StageTotal } from './campaigns-board-rows.ts'
import {
  linesOf,
  regionName,
  type BoardLine,
  type BoardSearch,
  type Say,
  type Sort,
} from './campaigns-board-search.ts'

/** Heights of a line, in the size of the page’s text; `styles/board.css` has the same. */
const LINE_REM = { body: 2.75, region: 1.875 }
const UNSORTED = { sort: undefined, order: undefined }
const COLUMNS = STAGES.length + 2

interface MatrixProps {
  readonly rows: readonly BoardRow[]
  readonly search: BoardSearch
  readonly say: Say
}

/** Bodies × stages. Only the lines in sight are in the page, all of them while it is printed. */
export function BoardMatrix({ rows, search, say }: MatrixProps) {
  const { words } = useSpeech()
  const scroller = useRef<HTMLDivElement>(null)
  const { group } = search
  const lines = useMemo(() => linesOf(rows, { group }), [rows, group])
  const visible = useVisibleLines(scroller, lines.length, (index) => LINE_REM[lines[index]?.kind ?? 'body'])
  return (
    <div className="table-box" ref={scroller} tabIndex={0} role="region" aria-label={words.board.tableLabel}>
      <table className="board-table" aria-rowcount={lines.length + 2} aria-label={words.board.tableLabel}>
        <colgroup>
          <col className="column-body" />
          {STAGES.map((stage) => (
            <col key={stage} />
          ))}
          <col className="column-letters" />
        </colgroup>
        <Head search={search} say={say} />
        <tbody>
          <Space rem={visible.above} columns={COLUMNS} />
          {visible.indexes.map((index) => {
            const line = lines[index]
            return line === undefined ? null : <Line key={keyOf(line)} line={line} rowIndex={index + 2} />
          })}
          <Space rem={visible.below} columns={COLUMNS} />
        </tbody>
        <Totals rows={rows} rowIndex={lines.length + 2} />
      </table>
    </div>
  )
}

const keyOf = (line: BoardLine) => (line.kind === 'body' ? line.row.body.code : line.region)

function Head({ search, say }: Pick<MatrixProps, 'search' | 'say'>) {
  const { words } = useSpeech()
  const { sort, order } = search
  const column = (name: Sort, label: string) => {
    const isSorted = sort === name
    const isDescending = order === 'desc'
    // What matters most comes first: the most urgent of a stage, the most letters. Pressed three times it is as before.
    const [first, second] =
      name === 'letters' ? (['desc', undefined] as const) : ([undefined, 'desc'] as const)
    const next = !isSorted
      ? { sort: name, order: first }
      : order === first
        ? { sort: name, order: second }
        : UNSORTED
    return (
      <th key={name} scope="col" aria-sort={isSorted ? (isDescending ? 'descending' : 'ascending') : 'none'}>
        <button type="button" onClick={() => say(next)} title={words.board.sortBy(label)}>
          {label}
          <svg className="sort" viewBox="0 0 10 12" aria-hidden="true">
            <path
              d={isSorted ? (isDescending ? 'M1 6l4 5 4-5z' : 'M1 6l4-5 4 5z') : 'M2 5l3-4 3 4zM2 7l3 4 3-4z'}
            />
          </svg>
        </button>
      </th>
    )
  }
  return (
    <thead>
      <tr aria-rowindex={1}>
        {column('name', words.board.body)}
        {STAGES.map((stage) => column(stage, words.stages[stage]))}
        {column('letters', words.board.lettersShort)}
      </tr>
    </thead>
  )
}

interface LineProps {
  readonly line: BoardLine
  readonly rowIndex: number
}

function Line({ line, rowIndex }: LineProps) {
  return line.kind === 'region' ? (
    <RegionLine region={line.region} rows={line.rows} rowIndex={rowIndex} />
  ) : (
    <BodyLine row={line.row} rowIndex={rowIndex} />
  )
}

function RegionLine(props: {
  readonly region: string
  readonly rows: readonly BoardRow[]
  readonly rowIndex: number
}) {
  const { format, language } = useSpeech()
  const { region, rows, rowIndex } = props
  const totals = useMemo(() => totalsOf(rows), [rows])
  return (
    <tr className="region" aria-rowindex={rowIndex}>
      <th scope="row">
        {regionName(region, language)} <span className="count">{format.number(rows.length)}</span>
      </th>
      <TotalCells totals={totals} bodies={rows.length} />
      <td className="letters">{format.number(rows.reduce((sum, { body }) => sum + body.letters, 0))}</td>
    </tr>
  )
}

const BodyLine = memo(function BodyLine({
  row,
  rowIndex,
}: {
  readonly row: BoardRow
  readonly rowIndex: number
}) {
  const { format, nameOf } = useSpeech()
  const { body, cells } = row
  return (
    <tr className="body" aria-rowindex={rowIndex}>
      <th scope="row">
        <RowLink className="body-name" href={`localities/${body.code}`}>
          {nameOf(body)}
        </RowLink>{' '}
        <span className="body-code">{body.code}</span>
        {body.held ? <Held /> : null}
      </th>
      {cells.map((cell) => (
        <StageCell key={cell.stage} cell={cell} isOpen={cell.stage === body.openStage} />
      ))}
      <td className="letters">{body.letters === 0 ? '–' : format.number(body.letters)}</td>
    </tr>
  )
})

function StageCell({ cell, isOpen }: { readonly cell: BoardCell; readonly isOpen: boolean }) {
  const { words, format } = useSpeech()
  const { kind, letters, lastDay, doneOn } = cell
  const { due, doneOn: done } = words.board
  const days = [due(format.day(lastDay)), ...(doneOn === null ? [] : [done(format.day(doneOn))])]
  return (
    <td
      className="cell"
      data-kind={kind}
      data-open={isOpen}
      title={`${words.stages[cell.stage]}: ${days.join(', ')}`}
    >
      <span className="cell-state">
        <Glyph name={kind} />
        {words.cells[kind]}
      </span>
      <span className="cell-days">
        <Days cell={cell} />
        {letters === 0 ? null : (
          <span className="cell-letters" title={words.board.lettersSent(letters)}>
            <Glyph name="letter" />
            {format.number(letters)}
          </span>
        )}
      </span>
    </td>
  )
}

/** Days to the due date, days late, or the day on which it was done in time. */
function Days({ cell }: { readonly cell: BoardCell }) {
  const { words, format } = useSpeech()
  const { kind, days, doneOn, lastDay } = cell
  const { board } = words
  if (kind === 'done-late' && days < 0) return board.daysLate(-days)
  if (doneOn !== null) return format.dayMonth(doneOn)
  if (cell.stage === 'match-daily') return board.from(format.dayMonth(lastDay))
  if (kind === 'waiting') return board.due(format.dayMonth(lastDay))
  if (days < 0) return board.daysLate(-days)
  return days === 0 ? board.dueToday : board.daysLeft(days)
}

function Totals({ rows, rowIndex }: { readonly rows: readonly BoardRow[]; readonly rowIndex: number }) {
  const { words, format } = useSpeech()
  const totals = useMemo(() => totalsOf(rows), [rows])
  const letters = rows.reduce((sum, { body }) => sum + body.letters, 0)
  return (
    <tfoot>
      <tr aria-rowindex={rowIndex}>
        <th scope="row">
          {words.board.total} <span className="count">{format.number(rows.length)}</span>
        </th>
        <TotalCells totals={totals} bodies={rows.length} />
        <td className="letters">{format.number(letters)}</td>
      </tr>
    </tfoot>
  )
}

function TotalCells({ totals, bodies }: { readonly totals: readonly StageTotal[]; readonly bodies: number }) {
  const { words, format } = useSpeech()
  const { board } = words
  return totals.map(({ stage, done, overdue, daily }) => (
    <td key={stage} className="total">
      {isEndless(stage) ? board.dailyCount(daily) : board.doneOf(done, bodies)}
      {overdue === 0 ? null : (
        <span className="total-overdue" title={board.overdueCount(overdue)}>
          <Glyph name="overdue" />
          {format.number(overdue)} <span className="unseen">{words.cells.overdue}</span>
        </span>
      )}
    </td>
  ))
}
