import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync, openSync, statSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Connection } from '@temporalio/client'
import {
  diskFull,
  isDiskFull,
  lastLines,
  readLogTail,
  saysDiskFull,
  saysPortTaken,
  StartFailure,
  type Say,
} from './failure.ts'
import {
  endProcesses,
  findProcesses,
  isStillRunning,
  readProcess,
  type ProcessEntry,
} from './process-table.ts'

export interface EnginePorts {
  readonly port: number
  readonly uiPort: number
}

export interface EngineOptions {
  readonly binary: string
  /** Holds the state of all processes; it survives any kill. */
  readonly databaseFile: string
  readonly logFile: string
  /** Asked when an engine has to be started; one that still runs keeps its ports. */
  readonly choosePorts: () => Promise<EnginePorts>
  readonly ip?: string
  /** For tests: the time of one execution can be moved on. */
  readonly timeSkipping?: boolean
  /** Beside `default`. */
  readonly namespaces?: readonly string[]
  readonly say: Say
}

export interface RunningEngine {
  readonly address: string
  readonly uiUrl: string
  readonly pid: number
  /** True when it still ran from an earlier start. */
  readonly isAdopted: boolean
  readonly isAlive: () => boolean
  readonly stop: () => Promise<void>
}

const READY_MS = 30_000
/** A port that was free when it was chosen may be taken a moment later, by the engine's own inner ports too. */
const STARTS_MAX = 3
const STOP_MS = 5_000

/**
 * Starts the Temporal server on its file and waits until it serves. An engine that a killed start left running on that
 * file is taken over when it has the same settings, and ended first when it has not: never two on one file.
 * @throws StartFailure with the end of its log
 */
export async function startEngine(options: EngineOptions): Promise<RunningEngine> {
  const { databaseFile, say } = options
  const ip = options.ip ?? '127.0.0.1'
  for (const left of engineProcesses(databaseFile)) {
    const ports = portsOf(left.command)
    const isAsWanted = ports !== undefined && left.command.endsWith(flagsOf(options, ports).join(' '))
    if (isAsWanted && (await servesWithin(`${ip}:${ports.port}`, 3_000)))
      return running(left, ip, ports, true)
    say('Engine: ending one that an earlier start left behind')
    await endProcesses([left], STOP_MS)
  }
  await mkdir(dirname(databaseFile), { recursive: true, mode: 0o700 })
  for (let starts = 1; ; starts += 1) {
    try {
      return await startOnce(options, ip)
    } catch (error) {
      if (!(error instanceof PortTaken) || starts === STARTS_MAX) throw error
    }
  }
}

class PortTaken extends StartFailure {}

async function startOnce(options: EngineOptions, ip: string): Promise<RunningEngine> {
  const ports = await options.choosePorts()
  const logFrom = statSync(options.logFile, { throwIfNoEntry: false })?.size ?? 0
  const child = spawnEngine(options, ports)
  const entry = child.pid === undefined ? undefined : readProcess(child.pid)
  const serving = servesWithin(`${ip}:${ports.port}`, READY_MS)
  const outcome = await Promise.race([serving, reasonOfEnd(child)])
  if (outcome === true && entry !== undefined && isStillRunning(entry))
    return running(entry, ip, ports, false)
  if (entry !== undefined) await endProcesses([entry], STOP_MS)
  throw failureOf(options, ports, logFrom, outcome)
}

/** Any engine that works on this file, whoever started it. */
export const engineProcesses = (databaseFile: string): readonly ProcessEntry[] =>
  findProcesses(
    ({ name, command }) =>
      name.includes('temporal') &&
      command.includes(' start-dev ') &&
      ` ${command} `.includes(` ${databaseFile} `),
  )

const running = (entry: ProcessEntry, ip: string, ports: EnginePorts, isAdopted: boolean): RunningEngine => ({
  address: `${ip}:${ports.port}`,
  uiUrl: `http://${ip}:${ports.uiPort}`,
  pid: entry.pid,
  isAdopted,
  isAlive: () => isStillRunning(entry),
  stop: () => endProcesses([entry], STOP_MS),
})

/** In a session of its own: Ctrl-C is for us, who end it last. */
function spawnEngine(options: EngineOptions, ports: EnginePorts): ChildProcess {
  const log = openSync(options.logFile, 'a', 0o600)
  try {
    const child = spawn(options.binary, flagsOf(options, ports), {
      stdio: ['ignore', log, log],
      detached: true,
    })
    child.unref()
    return child
  } finally {
    closeSync(log)
  }
}

function flagsOf(
  { databaseFile, ip = '127.0.0.1', timeSkipping = false, namespaces = [] }: EngineOptions,
  ports: EnginePorts,
): string[] {
  const dynamicSettings = [
    // By default every timer fires up to a second late: hours of campaign time in a rehearsal.
    `history.timerProcessorMaxTimeShift="${timeSkipping ? '10ms' : '50ms'}"`,
    ...(timeSkipping ? TIME_SKIPPING : []),
  ]
  const pairs: readonly (readonly [string, string])[] = [
    ['--ip', ip],
    ['--port', String(ports.port)],
    ['--ui-port', String(ports.uiPort)],
    ['--db-filename', databaseFile],
    ['--log-level', 'warn'],
    ...namespaces.map((namespace) => ['--namespace', namespace] as const),
    ['--sqlite-pragma', 'journal_mode=WAL'],
    ['--sqlite-pragma', 'synchronous=NORMAL'],
    ...dynamicSettings.map((setting) => ['--dynamic-config-value', setting] as const),
  ]
  return ['server', 'start-dev', ...pairs.flat(), '--ui-disable-news-fetch']
}

/** The name up to server 1.32, and the one from 1.33 on, which a newer `temporal` on the PATH may have. */
const TIME_SKIPPING = ['frontend.WorkflowTimeSkippingEnabled=true', 'system.workflowTimeSkippingEnabled=true']

function portsOf(command: string): EnginePorts | undefined {
  const [, port, uiPort] = / --port (\d+) --ui-port (\d+) /.exec(command) ?? []
  return port === undefined || uiPort === undefined
    ? undefined
    : { port: Number(port), uiPort: Number(uiPort) }
}

const reasonOfEnd = (child: ChildProcess): Promise<string> =>
  new Promise((resolve) => {
    child.once('error', ({ message }) => resolve(message))
    child.once('exit', (code, signal) => resolve(`it ended with ${signal ?? `code ${code}`}`))
  })

/** True once the engine answers for its namespace, which is there a moment after the port. */
async function servesWithin(address: string, timeoutMs: number): Promise<boolean> {
  const untilMs = Date.now() + timeoutMs
  while (Date.now() < untilMs) {
    if (await serves(address)) return true
    await pause(50)
  }
  return false
}

async function serves(address: string): Promise<boolean> {
  let connection: Connection | undefined
  try {
    connection = await Connection.connect({ address, connectTimeout: '1s' })
    const { workflowService } = connection
    await connection.withDeadline(Date.now() + 1_000, () =>
      workflowService.describeNamespace({ namespace: 'default' }),
    )
    return true
  } catch {
    // Not yet: the caller asks again until its time is over.
    return false
  } finally {
    await connection?.close()
  }
}

function failureOf(
  { databaseFile, logFile }: EngineOptions,
  ports: EnginePorts,
  logFrom: number,
  outcome: string | boolean,
): StartFailure {
  const said = readLogTail(logFile, logFrom)
  if (saysDiskFull(said) || isDiskFull(dirname(databaseFile))) return diskFull(databaseFile)
  const sentence = (reason: string) => `The Temporal engine does not start: ${reason} (log: ${logFile}).`
  if (saysPortTaken(said))
    return new PortTaken(sentence(`port ${ports.port} or ${ports.uiPort} is taken by another program`))
  const ended = typeof outcome === 'string' ? outcome : `it does not serve within ${READY_MS / 1_000} s`
  return new StartFailure(sentence(lastLines(said) || ended))
}
