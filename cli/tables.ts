import { plain } from './language.ts'

export interface Column<Row> {
  readonly title: string
  readonly cell: (row: Row) => string
  readonly align?: 'right'
}

const GAP = '  '
/** Vietnamese typed as letter and accent takes as many columns as typed in one. */
const asOneLine = (text: string) => plain(text).replaceAll('\n', ' ').normalize('NFC')
const widthOf = (text: string) => Array.from(text).length

/** Rows under their titles, each column as wide as its widest cell. */
export function showTable<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const lines = [
    columns.map(({ title }) => title),
    ...rows.map((row) => columns.map(({ cell }) => asOneLine(cell(row)))),
  ]
  const widths = columns.map((_column, at) => Math.max(...lines.map((line) => widthOf(line[at] ?? ''))))
  return lines
    .map((line) =>
      line
        .map((cell, at) => {
          const space = ' '.repeat((widths[at] ?? 0) - widthOf(cell))
          return columns[at]?.align === 'right' ? space + cell : cell + space
        })
        .join(GAP)
        .trimEnd(),
    )
    .join('\n')
}

/** Names with their values, one a line. */
export const showFacts = (facts: readonly (readonly [name: string, value: string])[]): string => {
  const width = Math.max(...facts.map(([name]) => widthOf(name)))
  return facts
    .map(([name, value]) => `${name}${' '.repeat(width - widthOf(name))}${GAP}${asOneLine(value)}`)
    .join('\n')
}

/** At most so many columns; what is cut off ends in an ellipsis. */
export function shorten(text: string, columnsMax: number): string {
  const letters = Array.from(asOneLine(text))
  return letters.length <= columnsMax ? letters.join('') : `${letters.slice(0, columnsMax - 1).join('')}…`
}
