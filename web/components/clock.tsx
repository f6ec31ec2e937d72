import { useQuery } from '@tanstack/react-query'
import { clockView } from '../../api/contract/clock.ts'
import { act } from '../api.ts'
import { clockQuery, type Who } from '../queries.ts'
import { useSpeech } from '../words/languages.tsx'
import { useAct } from './acts.ts'
import { Refused } from './states.tsx'

/** Campaign days per second that are offered; another that was set elsewhere is shown beside them. */
const SPEEDS = [0.05, 0.2, 1, 3, 10]

interface Step {
  readonly path: 'pause' | 'resume' | 'speed'
  readonly body: object
}

/** What time it is in a rehearsal, and for those who may the means to steer it. Nothing where the clock is the real one. */
export function RehearsalClock({ who }: { readonly who: Who }) {
  const { words, format } = useSpeech()
  const { data: clock } = useQuery(clockQuery)
  const steer = useAct(
    ({ path, body }: Step, key: string) => act(`/clock/${path}`, body, key, clockView),
    ['clock'],
  )
  if (clock === undefined || clock.daysPerSecond === null) return null
  const speeds = [...new Set([...SPEEDS, clock.daysPerSecond])].toSorted((one, other) => one - other)
  const step = clock.standing === 'paused' ? 'resume' : 'pause'
  return (
    <section className="clock" aria-label={words.clock.title} data-standing={clock.standing}>
      <p>
        <span className="clock-title">{words.clock.title}</span>
        <time dateTime={clock.now}>{format.instant(clock.now)}</time>
        <span className="clock-standing">{words.clock.standing[clock.standing]}</span>
      </p>
      {who.actions.includes('clock.steer') ? (
        <div className="clock-steering">
          <button
            type="button"
            className="button"
            disabled={steer.isPending}
            // The second half of a double click would undo the first.
            onClick={({ detail }) => (detail > 1 ? undefined : steer.order({ path: step, body: {} }))}
          >
            {words.clock[step]}
          </button>
          <select
            aria-label={words.clock.speed}
            value={clock.daysPerSecond}
            disabled={steer.isPending}
            onChange={({ target }) =>
              steer.order({ path: 'speed', body: { daysPerSecond: Number(target.value) } })
            }
          >
            {speeds.map((speed) => (
              <option key={speed} value={speed}>
                {words.clock.daysPerSecond(speed)}
              </option>
            ))}
          </select>
        </div>
      ) : null}
      {steer.isError ? <Refused error={steer.error} /> : null}
    </section>
  )
}
