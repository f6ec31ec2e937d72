import { fork, type ChildProcess } from 'node:child_process'
import { closeSync, openSync, statSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { diskFull, lastLines, readLogTail, saysDiskFull, StartFailure, type Say } from './failure.ts'

/** One of our own processes, as it is to be run. */
export interface ProcessPlan {
  /** For people: it stands in messages and names the log. */
  readonly name: string
  /** The module to run: `.ts` through tsx, `.js` as it is. */
  readonly file: string
  /** All variables it gets; nothing of ours is inherited. */
  readonly environment: Readonly<Record<string, string>>
  /** Answers 2xx once the process is ready. Without it the process says so itself (`tellReady`). */
  readonly readyUrl?: string
  readonly readyWithinMs?: number
}

export interface SupervisorOptions {
  readonly say: Say
  readonly logFileOf: (name: string) => string
  /** Given to each process as an argument by which it can be found when we are killed. */
  readonly mark: string
  readonly stopWithinMs?: number
}

export interface Supervisor {
  /**
   * Starts a process and waits until it is ready. From then on it is started again whenever it dies.
   * @throws StartFailure when it ends before it is ready, or is not ready in time
   */
  readonly start: (plan: ProcessPlan) => Promise<void>
  readonly pidOf: (name: string) => number | undefined
  /** Ends all of them: asks, and after the deadline does not ask. Nothing is started any more. */
  readonly stop: () => Promise<void>
}

const READY_MS = 60_000
const STOP_MS = 5_000
const BACK_OFF_FIRST_MS = 200
const BACK_OFF_MAX_MS = 5_000
/** One that ran as long as this before it died begins with a short wait again. */
const STEADY_MS = 30_000

/** One run of a process, from its start to its end. */
interface Run {
  readonly child: ChildProcess
  readonly startedMs: number
  /** Where in the log its own lines begin. */
  readonly logFrom: number
  readonly ended: Promise<void>
  readonly hasEnded: () => boolean
  readonly saysReady: () => boolean
}

interface Supervised {
  readonly plan: ProcessPlan
  run: Run
  backOffMs: number
  waiting: NodeJS.Timeout | undefined
}

/** Runs our own processes beside this one and keeps them running until it is stopped. */
export function createSupervisor(options: SupervisorOptions): Supervisor {
  const { say, logFileOf, mark } = options
  const all = new Map<string, Supervised>()
  let isStopping = false

  const restartWhenItDies = async (one: Supervised): Promise<void> => {
    const { plan, run } = one
    await run.ended
    if (isStopping) return
    if (Date.now() - run.startedMs > STEADY_MS) one.backOffMs = BACK_OFF_FIRST_MS
    const said = reasonFrom(readLogTail(logFileOf(plan.name), run.logFrom))
    const reason = run.child.signalCode ?? said ?? `exit code ${run.child.exitCode}`
    say(`${plan.name} ended (${reason}); starting it again in ${one.backOffMs / 1_000} s`)
    one.waiting = setTimeout(() => {
      one.run = launch(plan, logFileOf(plan.name), mark)
      void restartWhenItDies(one)
    }, one.backOffMs)
    one.backOffMs = Math.min(one.backOffMs * 2, BACK_OFF_MAX_MS)
  }

  return {
    async start(plan) {
      if (isStopping) throw new StartFailure(`${plan.name} is not started: everything is being stopped.`)
      const logFile = logFileOf(plan.name)
      const run = launch(plan, logFile, mark)
      const one = { plan, run, backOffMs: BACK_OFF_FIRST_MS, waiting: undefined }
      all.set(plan.name, one)
      const outcome = await readyOrEnded(plan, run)
      if (!isStopping && outcome !== 'ready') {
        run.child.kill('SIGKILL')
        throw failureOf(plan, outcome, logFile, run.logFrom)
      }
      void restartWhenItDies(one)
    },
    pidOf: (name) => all.get(name)?.run.child.pid,
    async stop() {
      isStopping = true
      for (const { waiting } of all.values()) clearTimeout(waiting)
      const runs = [...all.values()].map(({ run }) => run)
      await endAll(runs, options.stopWithinMs ?? STOP_MS)
    },
  }
}

/** In a session of its own, so that Ctrl-C reaches it through us, and in our order. */
function launch(plan: ProcessPlan, logFile: string, mark: string): Run {
  const logFrom = statSync(logFile, { throwIfNoEntry: false })?.size ?? 0
  const log = openSync(logFile, 'a', 0o600)
  const child = fork(plan.file, [mark], {
    // Found from here: the process may run in a folder from which `tsx` can not be seen.
    execArgv: plan.file.endsWith('.ts') ? ['--import', import.meta.resolve('tsx')] : [],
    env: { ...plan.environment },
    stdio: ['ignore', log, log, 'ipc'],
    detached: true,
  })
  closeSync(log)
  let isOver = false
  let isReady = false
  child.on('message', (message) => {
    if (message === 'ready') isReady = true
  })
  const ended = new Promise<void>((resolve) => {
    const end = () => {
      isOver = true
      resolve()
    }
    child.once('exit', end)
    // It could not even be started; a signal that does not arrive is an error too, but not an end.
    child.on('error', () => {
      if (child.pid === undefined) end()
    })
  })
  return { child, startedMs: Date.now(), logFrom, ended, hasEnded: () => isOver, saysReady: () => isReady }
}

type Outcome = 'ready' | 'ended' | 'too slow'

async function readyOrEnded({ readyUrl, readyWithinMs = READY_MS }: ProcessPlan, run: Run): Promise<Outcome> {
  const untilMs = Date.now() + readyWithinMs
  while (!run.hasEnded()) {
    if (readyUrl === undefined ? run.saysReady() : await answersWell(readyUrl)) return 'ready'
    if (Date.now() >= untilMs) return 'too slow'
    await pause(50)
  }
  return 'ended'
}

async function answersWell(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(1_000) })
    await response.body?.cancel()
    return response.ok
  } catch {
    // Not yet: the caller asks again until its time is over.
    return false
  }
}

function failureOf(plan: ProcessPlan, outcome: Outcome, logFile: string, logFrom: number): StartFailure {
  const said = readLogTail(logFile, logFrom)
  if (saysDiskFull(said)) return diskFull(logFile)
  const reason = reasonFrom(said) ?? (lastLines(said, 1) || 'it said nothing')
  return outcome === 'too slow'
    ? new StartFailure(`${plan.name} is not ready in time: ${lastLines(said, 1)} (log: ${logFile}).`)
    : new StartFailure(`${plan.name} does not start: ${reason} (log: ${logFile}).`)
}

/** Node prints an error's name and message before its stack: that line is the reason. */
function reasonFrom(said: string): string | undefined {
  const headers = [
    ...said.matchAll(/^(?:[A-Z]\w*(?:Error|Configuration|Failure|Refusal)|Error)(?: \[\w+\])?: (.+)$/gm),
  ]
  return headers.at(-1)?.[1]?.replace(/\.$/, '')
}

async function endAll(runs: readonly Run[], withinMs: number): Promise<void> {
  const signalAll = (signal: NodeJS.Signals) => {
    for (const { child, hasEnded } of runs) if (!hasEnded()) child.kill(signal)
  }
  signalAll('SIGTERM')
  const timer = setTimeout(signalAll, withinMs, 'SIGKILL')
  await Promise.all(runs.map(({ ended }) => ended))
  clearTimeout(timer)
}
