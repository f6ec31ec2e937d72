import { spawn } from 'node:child_process'
import { openSync, readFileSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { Connection } from '@temporalio/client'
import { StartFailure } from './failure.ts'
import { isAlive } from './home.ts'

export interface EngineOptions {
  readonly binary: string
  /** Keeps all processes' state; survives a kill. */
  readonly databaseFile: string
  readonly port: number
  readonly uiPort: number
  readonly log: string
  /** For tests: the time of one execution can be moved on. */
  readonly timeSkipping?: boolean
}
export interface RunningEngine {
  readonly address: string
  readonly uiUrl: string
  readonly pid: number
  readonly stop: () => Promise<void>
}

const READY_WITHIN_MS = 20_000
const STOP_WITHIN_MS = 5_000
/** By default every timer fires up to a second late: hours of campaign time in a rehearsal. */
const TIMER_SHIFT = 'history.timerProcessorMaxTimeShift'

/**
 * Starts the Temporal server on its file. One that a killed start left behind is ended first: it may have been started
 * with other ports or settings.
 * @throws StartFailure when it does not serve in time
 */
export async function startEngine(options: EngineOptions): Promise<RunningEngine> {
  const pidFile = `${options.databaseFile}.pid`
  await endOrphan(pidFile, options.databaseFile)
  const address = `127.0.0.1:${options.port}`
  const log = openSync(options.log, 'a')
  const child = spawn(options.binary, flagsOf(options), { stdio: ['ignore', log, log], detached: true })
  child.unref()
  const { pid } = child
  if (pid === undefined) throw new StartFailure(`The engine can not be run: ${options.binary}`)
  await writeFile(pidFile, String(pid))
  const stop = async () => {
    await end(pid)
    await rm(pidFile, { force: true })
  }
  try {
    await serving(address, () => isAlive(pid))
  } catch (error) {
    await stop()
    const tail = readFileSync(options.log, 'utf8').trim().split('\n').slice(-3).join(' | ')
    throw new StartFailure(`The Temporal engine does not serve: ${tail}`, { cause: error })
  }
  return { address, uiUrl: `http://127.0.0.1:${options.uiPort}`, pid, stop }
}

function flagsOf({ databaseFile, port, uiPort, timeSkipping }: EngineOptions): string[] {
  const dynamic = timeSkipping
    ? ['frontend.WorkflowTimeSkippingEnabled=true', `${TIMER_SHIFT}="10ms"`]
    : [`${TIMER_SHIFT}="50ms"`]
  return [
    ...['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(port), '--ui-port', String(uiPort)],
    ...['--ui-disable-news-fetch', '--db-filename', databaseFile, '--log-level', 'error'],
    ...['--sqlite-pragma', 'journal_mode=WAL', '--sqlite-pragma', 'synchronous=NORMAL'],
    ...dynamic.flatMap((value) => ['--dynamic-config-value', value]),
  ]
}

async function serving(address: string, alive: () => boolean): Promise<void> {
  const deadline = Date.now() + READY_WITHIN_MS
  for (;;) {
    if (!alive()) throw new Error('it ended')
    try {
      const connection = await Connection.connect({ address, connectTimeout: '1s' })
      try {
        // The namespace is there a moment after the port.
        await connection.workflowService.describeNamespace({ namespace: 'default' })
        return
      } finally {
        await connection.close()
      }
    } catch (error) {
      if (Date.now() > deadline) throw error
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
}

/** Ends what the note names if it still is our engine on our file; a recycled process id is left alone. */
async function endOrphan(pidFile: string, databaseFile: string): Promise<void> {
  let pid = 0
  try {
    pid = Number(readFileSync(pidFile, 'utf8'))
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8')
    if (!command.includes(databaseFile)) return
  } catch {
    return
  }
  await end(pid)
}

async function end(pid: number): Promise<void> {
  const deadline = Date.now() + STOP_WITHIN_MS
  signal(pid, 'SIGTERM')
  while (isAlive(pid) && !isZombie(pid)) {
    if (Date.now() > deadline) signal(pid, 'SIGKILL')
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch {
    // It is gone already.
  }
}

function isZombie(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ')
  } catch {
    return false
  }
}
