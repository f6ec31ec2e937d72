import type { Format } from '../format/numbers.ts'
import { STAGES } from '../../domain/stages.ts'
import type { Words } from '../words/vi.ts'
import { cellAt, type BoardRow } from './campaigns-board-rows.ts'

interface Speech {
  readonly words: Words
  readonly format: Format
  readonly nameOf: (row: BoardRow) => string
  readonly regionOf: (row: BoardRow) => string
}

/** What the board shows as lines of a spreadsheet: a column for each stage’s state, last day and day of completion. */
export function boardTable(
  rows: readonly BoardRow[],
  { words, format, nameOf, regionOf }: Speech,
): readonly (readonly (string | number)[])[] {
  const { board, stages, cells } = words
  const heads = STAGES.flatMap((stage) => [
    stages[stage],
    `${stages[stage]}: ${board.dueDay}`,
    `${stages[stage]}: ${board.doneDay}`,
  ])
  return [
    [board.code, board.body, board.region, ...heads, board.lettersShort],
    ...rows.map((row) => [
      row.body.code,
      nameOf(row),
      regionOf(row),
      ...STAGES.flatMap((stage) => {
        const cell = cellAt(row, stage)
        if (cell === undefined) return ['', '', '']
        const { kind, lastDay, doneOn } = cell
        return [cells[kind], format.day(lastDay), doneOn === null ? '' : format.day(doneOn)]
      }),
      row.body.letters,
    ]),
  ]
}
