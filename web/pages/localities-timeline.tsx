import { STAGE_NAMES } from '../../domain/notices.ts'
import type { HanoiDate } from '../../domain/hanoi-time.ts'
import { isEndless } from '../../domain/stages.ts'
import { Glyph } from '../components/glyphs.tsx'
import type { Body } from '../queries.ts'
import { useSpeech, wordOf } from '../words/languages.tsx'
import { cellOf } from './campaigns-board-rows.ts'
import { stageActs, type Looker, type StageAct } from './localities-acts.ts'

type StageStatus = Body['stages'][number]
type OnAct = (act: StageAct, stage: StageStatus) => void

interface TimelineProps {
  readonly body: Body
  readonly looker: Looker
  readonly today: HanoiDate
  readonly onAct: OnAct
}

/** The seven stages from the first to the last: what each is, what it lacks, and what this person may do at it. */
export function Timeline({ body, looker, today, onAct }: TimelineProps) {
  const { words } = useSpeech()
  return (
    <section aria-label={words.locality.timeline}>
      <ol className="timeline">
        {body.stages.map((stage) => (
          <Step
            key={stage.stage}
            stage={stage}
            isOpen={stage.stage === body.openStage}
            acts={stageActs(stage, body, looker)}
            today={today}
            onAct={onAct}
          />
        ))}
      </ol>
    </section>
  )
}

interface StepProps {
  readonly stage: StageStatus
  readonly isOpen: boolean
  readonly acts: readonly StageAct[]
  readonly today: HanoiDate
  readonly onAct: OnAct
}

function Step({ stage, isOpen, acts, today, onAct }: StepProps) {
  const { words, language, format } = useSpeech()
  const overdue = stage.overdueSince !== null && stage.doneAt === null
  const { kind, days, lastDay } = cellOf({ ...stage, overdue }, today)
  const { board, locality } = words
  const dates = [
    [isEndless(stage.stage) ? locality.from : locality.due, format.day(lastDay)],
    [locality.opened, stage.openedAt === null ? null : format.instant(stage.openedAt)],
    [locality.submitted, stage.submittedAt === null ? null : format.instant(stage.submittedAt)],
    [locality.done, stage.doneAt === null ? null : format.instant(stage.doneAt)],
    [locality.letters, stage.letters === 0 ? null : format.number(stage.letters)],
  ] as const
  return (
    <li className="step" data-kind={kind} data-open={isOpen} aria-current={isOpen ? 'step' : undefined}>
      <span className="step-mark">
        <Glyph name={kind} />
      </span>
      <div className="step-text">
        <h2>{STAGE_NAMES[stage.stage][language]}</h2>
        <p className="step-state">
          {words.cells[kind]}
          {days < 0 && kind !== 'done' && kind !== 'waiting' && kind !== 'daily'
            ? ` · ${board.daysLate(-days)}`
            : null}
          {kind === 'open' || kind === 'at-risk'
            ? ` · ${days === 0 ? board.dueToday : board.daysLeft(days)}`
            : null}
        </p>
        <dl>
          {dates.map(([label, value]) =>
            value === null ? null : (
              <div key={label}>
                <dt>{label}</dt>
                <dd>{value}</dd>
              </div>
            ),
          )}
        </dl>
        {stage.blockers.length === 0 ? null : (
          <div className="lacks">
            <h3>{locality.lacks}</h3>
            <ul>
              {stage.blockers.map((blocker) => (
                <li key={blocker}>{wordOf(locality.blockers, blocker)}</li>
              ))}
            </ul>
          </div>
        )}
        {acts.length === 0 ? null : (
          <p className="acts">
            {acts.map((act, index) => (
              <button
                key={act}
                type="button"
                className="button"
                data-kind={
                  isOpen && index === 0 && (act === 'submit' || act === 'approve') ? 'primary' : undefined
                }
                onClick={() => onAct(act, stage)}
              >
                {locality.acts[act]} <span className="unseen">{words.stages[stage.stage]}</span>
              </button>
            ))}
          </p>
        )}
      </div>
    </li>
  )
}
