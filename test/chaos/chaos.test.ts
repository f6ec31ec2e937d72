import { beforeAll, expect, test } from 'vitest'
import { CALM, runAll, tasksOf, UNDISTURBED, type Result, type Task } from './run.ts'
import { describeSchedule, scheduleOf, type Blow } from './schedules.ts'

const RECORDS = 2_000
const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8]
const WORKERS = [2, 4]
/** A worker that is restarted every ten seconds for a minute, whatever it does. */
const RESTARTS = Array.from({ length: 7 }, (_, index): Blow => ({
  phase: 'launch',
  afterMs: index * 10_000,
  kind: 'kill',
  targets: ['work worker'],
  forMs: 0,
}))
/** Longer than all tries of a window together: it is parked, and an operator lets it go on. */
const STUCK: Blow = { phase: 'window', afterMs: 100, kind: 'hang', targets: ['sandbox'], forMs: 45_000 }

// The longest first, so that no lane waits for the other at the end.
const TASKS: readonly Task[] = [
  { name: 'large', schedule: scheduleOf(9), records: 20_000 },
  { name: 'stuck', schedule: { ...CALM, blows: [STUCK] }, records: RECORDS },
  { name: 'restarts', schedule: { ...CALM, blows: RESTARTS }, records: RECORDS },
  ...WORKERS.map((workers) => ({ name: `${workers} workers`, schedule: CALM, records: RECORDS, workers })),
  ...tasksOf(SEEDS, RECORDS),
]

let results: readonly Result[]
beforeAll(async () => {
  results = await runAll(TASKS, { records: RECORDS, lanes: 2, say: () => {} })
}, 600_000)

/** What is wrong with a campaign, its schedule first: with its seed it can be run again alone. */
function faultsOf(wanted: string): readonly string[] {
  const result = results.find(({ name }) => name === wanted)
  if (result === undefined) return [`${wanted} was not run`]
  const { schedule, faults } = result
  return faults.length === 0 ? [] : [describeSchedule(schedule), ...faults]
}

test('a campaign that nothing disturbs is clean', () => {
  expect(faultsOf(UNDISTURBED)).toEqual([])
})
test.each(SEEDS)(
  'whatever is killed, hung or broken in a campaign of 2,000 records, it comes to the same end (seed %i)',
  (seed) => {
    expect(faultsOf(`seed ${seed}`)).toEqual([])
  },
)
test('so does one of 20,000 records', () => {
  expect(faultsOf('large')).toEqual([])
})
test('a worker that is restarted every ten seconds for a minute loses nothing', () => {
  expect(faultsOf('restarts')).toEqual([])
})
test('a receiver that is stuck until the window is parked gets every version once when it goes on', () => {
  expect(faultsOf('stuck')).toEqual([])
})
test.each(WORKERS)('%i work workers on the same queue come to the same end as one', (workers) => {
  expect(faultsOf(`${workers} workers`)).toEqual([])
})
