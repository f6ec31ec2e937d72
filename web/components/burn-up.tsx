import type { HanoiDate } from '../../domain/hanoi-time.ts'

interface BurnUpProps {
  readonly days: readonly HanoiDate[]
  readonly planned: readonly number[]
  /** Up to today; shorter than the plan while the campaign runs. */
  readonly done: readonly number[]
  readonly max: number
  /** What the picture says, in words. */
  readonly label: string
  readonly dayMonth: (day: HanoiDate) => string
  readonly number: (value: number) => string
}

const WIDTH = 420
const HEIGHT = 180
const EDGE = { left: 38, right: 12, top: 10, bottom: 24 }

/** Two stepped lines over days: what is done, and what was planned. */
export function BurnUp({ days, planned, done, max, label, dayMonth, number }: BurnUpProps) {
  const bottom = HEIGHT - EDGE.bottom
  const x = (index: number) =>
    EDGE.left + (index / Math.max(days.length - 1, 1)) * (WIDTH - EDGE.left - EDGE.right)
  const y = (value: number) => bottom - (value / Math.max(max, 1)) * (bottom - EDGE.top)
  const stepped = (values: readonly number[]) =>
    values
      .map(
        (value, index) =>
          `${index === 0 ? 'M' : 'H'}${round(x(index))}${index === 0 ? ',' : 'V'}${round(y(value))}`,
      )
      .join('')
  const today = done.length - 1
  const marks = [0, max / 2, max]
  return (
    <svg className="burn-up" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
      {marks.map((value) => (
        <g key={value}>
          <path className="grid" d={`M${EDGE.left},${y(value)}H${WIDTH - EDGE.right}`} />
          <text x={EDGE.left - 6} y={y(value)} className="mark-value">
            {number(Math.round(value))}
          </text>
        </g>
      ))}
      {days.map((day, index) =>
        day.endsWith('-01') || index === 0 ? (
          <text key={day} x={x(index)} y={HEIGHT - 6} className="mark-day" data-first={index === 0}>
            {dayMonth(day)}
          </text>
        ) : null,
      )}
      {done.length === 0 ? null : <path className="area" d={`${stepped(done)}V${bottom}H${EDGE.left}Z`} />}
      <path className="planned" d={stepped(planned)} />
      <path className="done" d={stepped(done)} />
      {today < 0 ? null : <path className="today" d={`M${round(x(today))},${EDGE.top}V${bottom}`} />}
    </svg>
  )
}

const round = (value: number) => Math.round(value * 10) / 10
