import type { boardView } from '../../api/contract/campaigns.ts'
import { daysBetween, type HanoiDate } from '../../domain/hanoi-time.ts'
import { isEndless, STAGES, type Stage } from '../../domain/stages.ts'
import { dayOf, lastDayOf } from '../format/dates.ts'
import { foldTones } from '../format/text.ts'

type Board = ReturnType<(typeof boardView)['parse']>
type Body = Board['bodies'][number]

/** What a cell of the board says, the most urgent first. */
export const CELL_KINDS = [
  'overdue',
  'at-risk',
  'submitted',
  'approved',
  'open',
  'daily',
  'done-late',
  'done',
  'waiting',
] as const
export type CellKind = (typeof CELL_KINDS)[number]

/** A stage that is open and not handed in is at risk so many days before its last day. */
const AT_RISK_DAYS = 3

export interface BoardCell {
  readonly stage: Stage
  readonly kind: CellKind
  /** Late and not done, whoever must act now. */
  readonly overdue: boolean
  readonly lastDay: HanoiDate
  /** From today, or from the day it was done, to its last day: less than 0 is late. */
  readonly days: number
  readonly doneOn: HanoiDate | null
  readonly letters: number
}

export interface BoardRow {
  readonly body: Body
  readonly cells: readonly BoardCell[]
  readonly overdue: boolean
  /** Days late of its latest stage; 0 where none is. */
  readonly daysLate: number
  /** Names in both languages and code, without tones. */
  readonly searched: string
}

/** The cells of every body as they are on a day of the campaign, in the order of the stages. */
export function rowsOf(board: Board, today: HanoiDate): readonly BoardRow[] {
  return board.bodies.map((body) => {
    const cells = STAGES.flatMap((name) => {
      const stage = body.stages.find((candidate) => candidate.stage === name)
      return stage === undefined ? [] : [cellOf(stage, today)]
    })
    return {
      body,
      cells,
      overdue: cells.some(({ overdue }) => overdue),
      daysLate: Math.max(0, ...cells.map(({ overdue, days }) => (overdue ? -days : 0))),
      searched: foldTones(`${body.nameVi} ${body.nameEn} ${body.code}`),
    }
  })
}

export function cellOf(stage: Body['stages'][number], today: HanoiDate): BoardCell {
  const lastDay = lastDayOf(stage.dueAt)
  const doneOn = stage.doneAt === null ? null : dayOf(stage.doneAt)
  const days = daysBetween(doneOn ?? today, lastDay)
  return {
    stage: stage.stage,
    kind: kindOf(stage, days),
    overdue: stage.overdue,
    lastDay,
    days,
    doneOn,
    letters: stage.letters,
  }
}

function kindOf({ stage, state, onTime, overdue }: Body['stages'][number], days: number): CellKind {
  if (state === 'done') return onTime === false ? 'done-late' : 'done'
  if (state === 'submitted' || state === 'approved') return state
  if (isEndless(stage)) return state === 'open' ? 'daily' : 'waiting'
  if (overdue) return 'overdue'
  if (state !== 'open') return 'waiting'
  return days <= AT_RISK_DAYS ? 'at-risk' : 'open'
}

export const cellAt = ({ cells }: BoardRow, stage: Stage): BoardCell | undefined =>
  cells.find((cell) => cell.stage === stage)

/** Numbers of bodies, and of letters that were sent to them. */
export interface Headline {
  readonly bodies: number
  readonly onTrack: number
  readonly atRisk: number
  readonly overdue: number
  readonly submitted: number
  readonly synced: number
  readonly letters: number
}

export function headlineOf(rows: readonly BoardRow[]): Headline {
  const count = (isCounted: (row: BoardRow) => boolean) => rows.filter(isCounted).length
  const has = (kind: CellKind) => (row: BoardRow) => row.cells.some((cell) => cell.kind === kind)
  return {
    bodies: rows.length,
    onTrack: count(({ overdue }) => !overdue),
    atRisk: count(has('at-risk')),
    overdue: count(({ overdue }) => overdue),
    submitted: count(has('submitted')),
    synced: count((row) => cellAt(row, 'sync-records')?.doneOn != null),
    letters: rows.reduce((sum, { body }) => sum + body.letters, 0),
  }
}

export interface StageTotal {
  readonly stage: Stage
  readonly done: number
  readonly overdue: number
  /** Bodies that an endless stage has reached. */
  readonly daily: number
}

export const totalsOf = (rows: readonly BoardRow[]): readonly StageTotal[] =>
  STAGES.map((stage) => {
    const cells = rows.flatMap((row) => cellAt(row, stage) ?? [])
    return {
      stage,
      done: cells.filter(({ doneOn }) => doneOn !== null).length,
      overdue: cells.filter(({ overdue }) => overdue).length,
      daily: cells.filter(({ kind }) => kind === 'daily').length,
    }
  })
