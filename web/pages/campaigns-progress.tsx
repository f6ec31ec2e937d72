import { useMemo } from 'react'
import { STAGE_NAMES } from '../../domain/notices.ts'
import type { HanoiDate } from '../../domain/hanoi-time.ts'
import { BurnUp } from '../components/burn-up.tsx'
import { useSpeech } from '../words/languages.tsx'
import type { BoardRow } from './campaigns-board-rows.ts'
import { progressOf } from './campaigns-progress-series.ts'

interface ProgressProps {
  readonly rows: readonly BoardRow[]
  readonly launchedOn: HanoiDate
  readonly today: HanoiDate
}

/** For each stage how many bodies have it behind them day by day, against how many should. */
export function ProgressCharts({ rows, launchedOn, today }: ProgressProps) {
  const { words, language, format } = useSpeech()
  const { days, stages } = useMemo(() => progressOf(rows, { launchedOn, today }), [rows, launchedOn, today])
  const { progress } = words
  return (
    <section className="progress">
      <p>{progress.caption}</p>
      <ul className="legend">
        <li data-line="done">{progress.done}</li>
        <li data-line="planned">{progress.planned}</li>
        <li data-line="today">{`${progress.today} ${format.day(today)}`}</li>
      </ul>
      <div className="charts">
        {stages.map(({ stage, bodies, planned, done, difference }) => (
          <figure key={stage} data-behind={difference < 0}>
            <figcaption>
              <h2>{STAGE_NAMES[stage][language]}</h2>
              <p>
                {words.board.doneOf(done.at(-1) ?? 0, bodies)} ·{' '}
                <strong>{progress.difference(difference)}</strong>
              </p>
            </figcaption>
            <BurnUp
              days={days}
              planned={planned}
              done={done}
              max={bodies}
              label={`${STAGE_NAMES[stage][language]}: ${words.board.doneOf(done.at(-1) ?? 0, bodies)}, ${progress.difference(difference)}`}
              dayMonth={format.dayMonth}
              number={format.number}
            />
          </figure>
        ))}
      </div>
      <p className="hint">{progress.endless}</p>
    </section>
  )
}
