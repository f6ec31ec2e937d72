import { addDays, daysBetween, type HanoiDate } from '../../domain/hanoi-time.ts'
import { isEndless, STAGES, type Stage } from '../../domain/stages.ts'
import { daysFrom } from '../format/dates.ts'
import { cellAt, type BoardRow } from './campaigns-board-rows.ts'

/** How many bodies have a stage behind them day by day, and how many should. */
export interface Progress {
  readonly stage: Stage
  readonly bodies: number
  /** Whose last day was an earlier one: nobody is late on the last day itself. */
  readonly planned: readonly number[]
  /** Up to today. */
  readonly done: readonly number[]
  /** Bodies ahead of the plan today; less than 0 behind. */
  readonly difference: number
}

export interface ProgressOverDays {
  readonly days: readonly HanoiDate[]
  readonly today: HanoiDate
  readonly stages: readonly Progress[]
}

/** From the launch to the day after the last due day, or to today where that is later; each body counts by its own. */
export function progressOf(
  rows: readonly BoardRow[],
  { launchedOn, today }: { readonly launchedOn: HanoiDate; readonly today: HanoiDate },
): ProgressOverDays {
  const stages = STAGES.filter((stage) => !isEndless(stage))
  const cells = stages.map((stage) => rows.flatMap((row) => cellAt(row, stage) ?? []))
  const dues = cells.map((own) => own.map(({ lastDay }) => addDays(lastDay, 1)))
  const last = dues.flat().reduce((latest, day) => (day > latest ? day : latest), today)
  const days = daysFrom(launchedOn, last)
  const soFar = days.filter((day) => day <= today).length
  return {
    days,
    today,
    stages: stages.map((stage, index) => {
      const own = cells[index] ?? []
      const planned = accumulate(dues[index] ?? [], days)
      const done = accumulate(
        own.flatMap(({ doneOn }) => doneOn ?? []),
        days,
      ).slice(0, soFar)
      return {
        stage,
        bodies: own.length,
        planned,
        done,
        difference: (done.at(-1) ?? 0) - (planned[soFar - 1] ?? 0),
      }
    }),
  }
}

function accumulate(events: readonly HanoiDate[], days: readonly HanoiDate[]): readonly number[] {
  const [first = ''] = days
  const perDay = days.map(() => 0)
  for (const event of events) {
    const index = Math.max(0, daysBetween(first, event))
    if (index < perDay.length) perDay[index] = (perDay[index] ?? 0) + 1
  }
  let sum = 0
  return perDay.map((count) => (sum += count))
}
