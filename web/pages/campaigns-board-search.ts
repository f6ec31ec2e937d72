import { REGIONS, type Region } from '../../domain/localities-facts.ts'
import { STAGES, type Stage } from '../../domain/stages.ts'
import type { Language } from '../format/numbers.ts'
import { searchFor } from '../format/text.ts'
import { CELL_KINDS, cellAt, type BoardCell, type BoardRow, type CellKind } from './campaigns-board-rows.ts'

export const SORTS = ['name', 'letters', ...STAGES] as const
export type Sort = (typeof SORTS)[number]
export const REGION_CODES: readonly Region[] = Object.keys(REGIONS).filter(isRegion)

function isRegion(value: string): value is Region {
  return Object.hasOwn(REGIONS, value)
}

/** A region that is not one of ours is called by its code. */
export const regionName = (code: string, language: Language): string =>
  isRegion(code) ? REGIONS[code][language] : code

/** What the address of a board says; what it does not say is as it is by default. */
export interface BoardSearch {
  readonly view?: 'progress' | undefined
  readonly stage?: Stage | undefined
  readonly state?: CellKind | undefined
  readonly region?: Region | undefined
  readonly overdue?: 'yes' | 'no' | undefined
  /** Words of a body’s name or code, with or without tones. */
  readonly q?: string | undefined
  /** By code where it is not said. */
  readonly sort?: Sort | undefined
  readonly order?: 'desc' | undefined
  readonly group?: 'none' | undefined
}

/** What the board’s parts say to its address: these words are new, the others stay. */
export type Say = (said: BoardSearch) => void

/** An unknown word says nothing: an old link opens the board, if not as it was. */
export function readBoardSearch(said: Readonly<Record<string, unknown>>): BoardSearch {
  const one = <Word extends string>(name: string, words: readonly Word[]): Word | undefined =>
    words.find((word) => word === said[name])
  const { q } = said
  return {
    view: one('view', ['progress']),
    stage: one('stage', STAGES),
    state: one('state', CELL_KINDS),
    region: one('region', REGION_CODES),
    overdue: one('overdue', ['yes', 'no']),
    q: typeof q === 'string' && q !== '' ? q : undefined,
    sort: one('sort', SORTS),
    order: one('order', ['desc']),
    group: one('group', ['none']),
  }
}

export const isFiltered = ({ stage, state, region, overdue, q }: BoardSearch): boolean =>
  [stage, state, region, overdue, q].some((said) => said !== undefined)

/** The rows that the search asks for, in its order. `name` is what a body is called in the language of the page. */
export function select(
  rows: readonly BoardRow[],
  search: BoardSearch,
  by: { readonly name: (row: BoardRow) => string; readonly compare: (one: string, other: string) => number },
): readonly BoardRow[] {
  const { region, overdue } = search
  const isFound = searchFor(search.q ?? '')
  const found = rows.filter(
    (row) =>
      (region === undefined || row.body.region === region) &&
      (overdue === undefined || row.overdue === (overdue === 'yes')) &&
      isAsked(row, search) &&
      isFound(row.searched),
  )
  const sign = search.order === 'desc' ? -1 : 1
  const rank = rankBy(search.sort, by)
  return found.toSorted((one, other) => sign * rank(one, other) || by.compare(one.body.code, other.body.code))
}

/** A stage alone: who works at it. A state alone: who is in it at any stage. Both: who is in that state at that stage. */
function isAsked(row: BoardRow, { stage, state }: BoardSearch): boolean {
  if (state === undefined) return stage === undefined || row.body.openStage === stage
  const cells = stage === undefined ? row.cells : row.cells.filter((cell) => cell.stage === stage)
  return cells.some(({ kind }) => kind === state || (state === 'done' && kind === 'done-late'))
}

function rankBy(
  sort: Sort | undefined,
  by: Parameters<typeof select>[2],
): (one: BoardRow, other: BoardRow) => number {
  if (sort === undefined) return () => 0
  if (sort === 'name') return (one, other) => by.compare(by.name(one), by.name(other))
  if (sort === 'letters') return (one, other) => one.body.letters - other.body.letters
  return (one, other) => compareCells(cellAt(one, sort), cellAt(other, sort))
}

/** The most urgent first, of these the latest. */
function compareCells(one: BoardCell | undefined, other: BoardCell | undefined): number {
  if (one === undefined || other === undefined) return 0
  return CELL_KINDS.indexOf(one.kind) - CELL_KINDS.indexOf(other.kind) || one.days - other.days
}

/** A line of the table: the head of a region, or a body. */
export type BoardLine =
  | { readonly kind: 'region'; readonly region: string; readonly rows: readonly BoardRow[] }
  | { readonly kind: 'body'; readonly row: BoardRow }

const lineOf = (row: BoardRow): BoardLine => ({ kind: 'body', row })

export function linesOf(rows: readonly BoardRow[], { group }: BoardSearch): readonly BoardLine[] {
  if (group === 'none') return rows.map(lineOf)
  const regions = [...new Set([...REGION_CODES, ...rows.map(({ body }) => body.region)])]
  return regions.flatMap((region) => {
    const own = rows.filter(({ body }) => body.region === region)
    return own.length === 0 ? [] : [{ kind: 'region', region, rows: own } as const, ...own.map(lineOf)]
  })
}
