import { parseArgs } from 'node:util'
import { runAll, tasksOf } from './run.ts'
import { describeSchedule } from './schedules.ts'

/**
 * `npm run chaos -- --schedules 300 --records 2000 [--from 1] [--lanes 2] [--workers 1] [--verbose]`: so many seeded schedules, each a
 * whole campaign on databases of its own. Ends with 1 when one of them fails; `--schedules 1 --from N` repeats it.
 */
const { values } = parseArgs({
  options: {
    schedules: { type: 'string', default: '8' },
    records: { type: 'string', default: '2000' },
    from: { type: 'string', default: '1' },
    lanes: { type: 'string', default: '2' },
    workers: { type: 'string', default: '1' },
    verbose: { type: 'boolean', default: false },
  },
})
const from = Number(values.from)
const seeds = Array.from({ length: Number(values.schedules) }, (_, index) => from + index)
const records = Number(values.records)
const tasks = tasksOf(seeds, records).map((task) => ({ ...task, workers: Number(values.workers) }))
const results = await runAll(tasks, {
  records,
  lanes: Math.min(Number(values.lanes), Math.max(1, seeds.length)),
  say: (line) => {
    if (values.verbose) console.log(`  ${line}`)
  },
  onResult({ name, schedule, faults, outcome }) {
    if (faults.length > 0) console.log(describeSchedule(schedule))
    const took = outcome === null ? '' : `${outcome.seconds.toFixed(1)} s`
    console.log(`${name} ${faults.length === 0 ? 'ok' : 'FAILED'} ${took} ${faults.join('; ')}`)
    if (values.verbose) console.log(`  ${outcome?.phases.join(', ') ?? ''}`)
  },
})
const failed = results.filter(({ faults }) => faults.length > 0)
console.log(
  `${results.length - failed.length} of ${results.length} campaigns (one undisturbed): nothing lost, nothing twice; failed seeds: ${
    failed.map(({ schedule }) => schedule.seed).join(' ') || 'none'
  }`,
)
process.exit(failed.length === 0 ? 0 : 1)
