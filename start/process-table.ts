import { execFileSync } from 'node:child_process'
import { readFileSync, readdirSync, readlinkSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'

/** A process as the operating system shows it. `started` tells two processes apart that had the same number. */
export interface ProcessEntry {
  readonly pid: number
  readonly name: string
  /** The arguments with spaces between them. */
  readonly command: string
  readonly started: string
  /** Its working directory, where the system lets us see it. */
  readonly directory: string | undefined
}

/** The process of that number, unless there is none or it has ended and only waits for its parent to notice. */
export const readProcess = (pid: number): ProcessEntry | undefined =>
  process.platform === 'linux' ? readFromProc(pid) : listByPs(['-p', String(pid)]).at(0)

/** All living processes that we may see and of which `isWanted` is true. */
export function findProcesses(isWanted: (entry: ProcessEntry) => boolean): readonly ProcessEntry[] {
  const entries =
    process.platform === 'linux'
      ? readdirSync('/proc')
          .filter((name) => /^\d+$/.test(name))
          .map((name) => readFromProc(Number(name)))
      : listByPs(['-ax'])
  return entries.filter((entry) => entry !== undefined).filter(isWanted)
}

/** Whether the process that was seen is still the one that runs. */
export const isStillRunning = (seen: ProcessEntry): boolean => readProcess(seen.pid)?.started === seen.started

/** Sends a signal; that the process is already gone is no fault. */
export function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}

/** Waits until none of the processes runs any more; false when some still do after that time. */
export async function waitUntilGone(seen: readonly ProcessEntry[], timeoutMs: number): Promise<boolean> {
  const untilMs = Date.now() + timeoutMs
  while (seen.some(isStillRunning)) {
    if (Date.now() >= untilMs) return false
    await pause(20)
  }
  return true
}

/** Asks the processes to end, waits, then ends those that did not. */
export async function endProcesses(seen: readonly ProcessEntry[], timeoutMs: number): Promise<void> {
  for (const { pid } of seen.filter(isStillRunning)) signalProcess(pid, 'SIGTERM')
  if (await waitUntilGone(seen, timeoutMs)) return
  for (const { pid } of seen.filter(isStillRunning)) signalProcess(pid, 'SIGKILL')
  await waitUntilGone(seen, 2_000)
}

const STARTED_FIELD = 19 // field 22 of /proc/PID/stat, counted from the state, which is field 3

function readFromProc(pid: number): ProcessEntry | undefined {
  const stat = readIfPresent(() => readFileSync(`/proc/${pid}/stat`, 'utf8'))
  const command = readIfPresent(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8'))
  if (stat === undefined || command === undefined) return undefined
  // The name stands in brackets and may itself contain brackets and spaces.
  const name = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'))
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const state = fields[0]
  const started = fields[STARTED_FIELD]
  if (state === undefined || started === undefined || state === 'Z' || state === 'X') return undefined
  return {
    pid,
    name,
    command: command.split('\0').join(' ').trimEnd(),
    started,
    directory: readIfPresent(() => readlinkSync(`/proc/${pid}/cwd`)),
  }
}

/** Processes end while we read about them, and some are not ours to look at: both are simply not there for us. */
function readIfPresent(read: () => string): string | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}

const PS_LINE = /^\s*(\d+)\s+(\S+)\s+(\w{3}\s+\w{3}\s+\d+\s+[\d:]+\s+\d{4})\s+(.*)$/

function listByPs(which: readonly string[]): readonly ProcessEntry[] {
  const output = readIfPresent(() =>
    // The form of the date depends on the language.
    execFileSync('env', ['LC_ALL=C', 'ps', '-ww', '-o', 'pid=,state=,lstart=,command=', ...which], {
      encoding: 'utf8',
      maxBuffer: 16 * 1_048_576,
      stdio: ['ignore', 'pipe', 'ignore'],
    }),
  )
  return (output ?? '').split('\n').flatMap((line) => {
    const [, pid, state, started, command] = PS_LINE.exec(line) ?? []
    if (pid === undefined || state === undefined || started === undefined || command === undefined) return []
    if (state.startsWith('Z')) return []
    const name = command.split(' ')[0]?.split('/').at(-1) ?? ''
    return [{ pid: Number(pid), name, command, started, directory: undefined }]
  })
}
