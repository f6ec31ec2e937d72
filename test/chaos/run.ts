import { runSchedule, type Outcome } from './campaign.ts'
import { scheduleOf, type Schedule } from './schedules.ts'
import { startServers, type Servers } from './servers.ts'

export interface Task {
  readonly name: string
  readonly schedule: Schedule
  readonly records: number
  /** Processes of the `work` role. */
  readonly workers?: number
}
export interface Result extends Task {
  readonly faults: readonly string[]
  readonly outcome: Outcome | null
}

export const CALM: Schedule = { seed: 0, blows: [], disturbances: [] }
export const UNDISTURBED = 'undisturbed'
export const tasksOf = (seeds: readonly number[], records: number): readonly Task[] =>
  seeds.map((seed) => ({ name: `seed ${seed}`, schedule: scheduleOf(seed), records }))

/**
 * Runs schedules in so many lanes, each on servers of its own. Every campaign must come to the same end as the first,
 * which nothing disturbs; those of another size are only verified. Says each result as it comes.
 */
export async function runAll(
  tasks: readonly Task[],
  options: {
    readonly records: number
    readonly lanes: number
    readonly say: (line: string) => void
    readonly onResult?: (result: Result) => void
  },
): Promise<readonly Result[]> {
  const { records, say, onResult = () => {} } = options
  const results: Result[] = []
  const report = (result: Result) => {
    results.push(result)
    onResult(result)
  }
  const attempt = async (servers: Servers, task: Task): Promise<Result> => {
    try {
      const outcome = await runSchedule(servers, task.schedule, { ...task, say })
      return { ...task, outcome, faults: outcome.faults }
    } catch (error) {
      return { ...task, outcome: null, faults: [error instanceof Error ? error.message : String(error)] }
    }
  }

  const lanes = await Promise.all(Array.from({ length: options.lanes }, () => startServers(say)))
  const [lane] = lanes
  if (lane === undefined) throw new Error('There is no lane.')
  const calm = attempt(lane, { name: UNDISTURBED, schedule: CALM, records })
  const queue = tasks.values()
  const work = async (servers: Servers) => {
    if (servers === lane) report(await calm)
    for (const task of queue) {
      const result = await attempt(servers, task)
      const differences = task.records === records ? differencesOf(result, await calm) : []
      report({ ...result, faults: [...result.faults, ...differences] })
    }
  }
  try {
    await Promise.all(lanes.map(work))
  } finally {
    await Promise.all(lanes.map((servers) => servers.stop()))
  }
  return results
}

const LINES_SHOWN = 5

/** What stands in one end and not in the other: `+` here, `-` where nothing was disturbed. */
function differencesOf({ outcome: one }: Result, { outcome: calm }: Result): readonly string[] {
  if (one === null || calm === null) return []
  const more = [...one.endState].filter((line) => !calm.endState.has(line))
  const less = [...calm.endState].filter((line) => !one.endState.has(line))
  if (more.length + less.length === 0) return []
  const shown = [
    ...less.slice(0, LINES_SHOWN).map((line) => `- ${line}`),
    ...more.slice(0, LINES_SHOWN).map((line) => `+ ${line}`),
  ]
  return [`another end than undisturbed, ${less.length} and ${more.length} lines:`, ...shown]
}
