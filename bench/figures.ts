import { cpus, totalmem } from 'node:os'
import type { Sample } from './usage.ts'

/** One line of the table: the same work several times. */
export interface Figure {
  readonly name: string
  readonly items: number
  /** What the items are, in the plural. */
  readonly of: string
  readonly samples: readonly Sample[]
  /** Ours to the baseline's, items per second, repeat by repeat; none for a line that is compared with nothing. */
  readonly ratios?: readonly number[]
}
/** Something that is counted, not timed. */
export interface Fact {
  readonly name: string
  readonly value: number | string
}
export interface Results {
  readonly command: string
  readonly figures: readonly Figure[]
  readonly facts: readonly Fact[]
}

interface Spread {
  readonly min: number
  readonly median: number
  readonly max: number
}
export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((one, other) => one - other)
  const at = (index: number) => sorted[index] ?? Number.NaN
  const middle = (sorted.length - 1) / 2
  return {
    min: at(0),
    median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2,
    max: at(sorted.length - 1),
  }
}

/** Ours to the baseline's rate, each repeat with the one beside it. */
export const ratiosOf = (ours: readonly Sample[], baseline: readonly Sample[]): readonly number[] =>
  ours.map(({ wallMs }, index) => (baseline[index]?.wallMs ?? Number.NaN) / wallMs)

const HEAD = [
  '',
  'n',
  'runs',
  'wall s',
  'per second',
  'CPU µs per item: node',
  'PostgreSQL',
  'engine',
  'peak RSS MiB',
  'ratio',
]

const show = ({ min, median, max }: Spread, digits: number) => {
  const [low, middle, high] = [min, median, max].map((value) => value.toFixed(digits))
  return low === high ? `${middle}` : `${middle} (${low}–${high})`
}

function cellsOf({ name, items, of, samples, ratios }: Figure): readonly string[] {
  const perItem = (pick: (sample: Sample) => number | null) => {
    const values = samples.map(pick).filter((value) => value !== null)
    return values.length === 0 ? '–' : spreadOf(values.map((ms) => (ms * 1_000) / items)).median.toFixed(1)
  }
  const walls = samples.map(({ wallMs }) => wallMs)
  const peaks = samples.map(({ peakMiB }) => peakMiB).filter((peak) => peak !== null)
  return [
    name,
    `${items.toLocaleString('en')} ${of}`,
    String(samples.length),
    show(spreadOf(walls.map((ms) => ms / 1_000)), 2),
    show(spreadOf(walls.map((ms) => (items * 1_000) / ms)), 0),
    perItem(({ nodeMs }) => nodeMs),
    perItem(({ postgresMs }) => postgresMs),
    perItem(({ engineMs }) => engineMs),
    peaks.length === 0 ? '–' : Math.max(...peaks).toFixed(0),
    ratios === undefined ? '–' : show(spreadOf(ratios), 2),
  ]
}

const machine = () =>
  `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown'}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, Node ${process.versions.node}`

const tableRow = (cells: readonly string[]) => `| ${cells.join(' | ')} |`

/** Median, with the least and the most in brackets. */
export function asMarkdown({ command, figures, facts }: Results): string {
  const table =
    figures.length === 0
      ? []
      : [
          tableRow(HEAD),
          tableRow(HEAD.map(() => '---')),
          ...figures.map((figure) => tableRow(cellsOf(figure))),
        ]
  const counted = facts.map(({ name, value }) => tableRow([name, String(value)]))
  const factTable =
    counted.length === 0 ? [] : ['', tableRow(['counted', 'value']), tableRow(['---', '---']), ...counted]
  const day = new Date().toISOString().slice(0, 10)
  return [`\`${command}\`, ${day}, ${machine()}`, '', ...table, ...factTable, ''].join('\n')
}

/** The same for a terminal, in columns. */
export function asTable({ command, figures, facts }: Results): string {
  const rows = [HEAD, ...figures.map(cellsOf)]
  const widths = HEAD.map((_head, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
  return [
    `${command} (${machine()})`,
    ...(figures.length === 0 ? [] : lines),
    ...facts.map(({ name, value }) => `${name}: ${value}`),
    '',
  ].join('\n')
}
