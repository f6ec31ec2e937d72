import { beforeAll, expect, test } from 'vitest'
import { runAll, tasksOf, type Result } from './run.ts'
import { describeSchedule } from './schedules.ts'

const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8]
const LARGE_SEED = 9

let results: readonly Result[]
beforeAll(async () => {
  const tasks = [...tasksOf(SEEDS, 2_000), ...tasksOf([LARGE_SEED], 20_000)]
  results = await runAll(tasks, { lanes: 2, say: () => {} })
}, 600_000)

const resultOf = (seed: number) => {
  const result = results.find(({ schedule }) => schedule.seed === seed)
  if (result === undefined) throw new Error(`schedule ${seed} was not run`)
  return result
}
/** The schedule stands in the message of a failure: with its seed it can be run again alone. */
const told = ({ schedule, faults }: Result) =>
  faults.length === 0 ? [] : [describeSchedule(schedule), ...faults]

test('a campaign that nothing disturbs is clean', () => {
  expect(told(resultOf(0))).toEqual([])
})
test.each(SEEDS)(
  'whatever is killed, hung or broken in a campaign of 2,000 records, it comes to the same end (seed %i)',
  (seed) => {
    expect(told(resultOf(seed))).toEqual([])
  },
)
test('so does one of 20,000 records', () => {
  expect(told(resultOf(LARGE_SEED))).toEqual([])
})
