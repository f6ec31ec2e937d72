import { spawn } from 'node:child_process'
import { closeSync, existsSync, openSync, statSync } from 'node:fs'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
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
import { prepareBinaries } from './postgres-binaries.ts'
import {
  asServer,
  findServerUser,
  initialiseData,
  placeData,
  readPostmaster,
  readServerNote,
  serverEnvironment,
  serverProcesses,
  type ServerUser,
} from './postgres-data.ts'
import {
  endProcesses,
  isStillRunning,
  readProcess,
  waitUntilGone,
  type ProcessEntry,
} from './process-table.ts'

export type PostgresSettings = Readonly<Record<string, string>>

export interface PostgresOptions {
  /** Holds the data, unless the server's user may not go there; made when missing. */
  readonly folder: string
  /** Of the superuser `postgres`; given to a new cluster. */
  readonly password: string
  readonly logFile: string
  /** Asked when a server has to be started; one that still runs keeps its port. */
  readonly choosePort: () => Promise<number>
  readonly settings?: PostgresSettings
  readonly say: Say
  /** The folder of PostgreSQL's programs, when it is not the one that npm brought. */
  readonly native?: string
  /** Where the data may lie that the server's user can not reach in `folder`; else the system's own places. */
  readonly otherPlaces?: readonly string[]
}

export interface RunningPostgres {
  /** Of the superuser, for the database `postgres`. */
  readonly url: string
  readonly urlOf: (database: string) => string
  readonly version: string
  readonly port: number
  readonly dataFolder: string
  readonly pid: number
  /** True when it still ran from an earlier start. */
  readonly isAdopted: boolean
  readonly isAlive: () => boolean
  readonly stop: () => Promise<void>
}

/** For keeping people's work: everything is flushed; sized for one machine that runs all of us. */
export const DURABLE_SETTINGS: PostgresSettings = {
  max_connections: '200',
  shared_buffers: '256MB',
  max_wal_size: '4GB',
  checkpoint_timeout: '15min',
  random_page_cost: '1.1',
  timezone: 'UTC',
  log_timezone: 'UTC',
  // A failed statement and the details of an error can hold people's data, which no log may.
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
}

/** For tests: what a power cut would lose may be lost. */
export const FAST_SETTINGS: PostgresSettings = {
  ...DURABLE_SETTINGS,
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
}

const START_SECONDS_MAX = 120
const STOP_SECONDS_MAX = 4
/** For about a second after a kill what is left of the old server can stand in the way. */
const RETRY_MS = 3_000
const WORTH_A_RETRY =
  /pre-existing shared memory block|postmaster\.pid|another postmaster|address already in use/i

interface Control {
  readonly pgCtl: string
  readonly data: string
  readonly user: ServerUser | undefined
  readonly logFile: string
}

/**
 * Starts the embedded PostgreSQL, or takes over the one that an earlier start left running on the same data. It recovers
 * from any kill, and it outlives this process unless it is stopped.
 * @throws StartFailure that says what is in the way, with the end of the server's log
 */
export async function startPostgres(options: PostgresOptions): Promise<RunningPostgres> {
  const { folder, password, logFile, say } = options
  const user = await findServerUser()
  const { initdb, pgCtl, version } = await prepareBinaries(user, say, options.native)
  const data = await placeData(folder, user, say, options.otherPlaces)
  if (!existsSync(join(data, 'PG_VERSION'))) {
    say('PostgreSQL: making a new database (about a second)')
    await initialiseData(data, { initdb, user, password })
  }
  const control: Control = { pgCtl, data, user, logFile }
  const { postmaster, port, isAdopted } = await bringUp(control, options)
  const urlOf = (database: string) =>
    `postgres://postgres:${encodeURIComponent(password)}@127.0.0.1:${port}/${encodeURIComponent(database)}`
  return {
    url: urlOf('postgres'),
    urlOf,
    version,
    port,
    dataFolder: data,
    pid: postmaster.pid,
    isAdopted,
    isAlive: () => isStillRunning(postmaster),
    stop: () => stopServer(control),
  }
}

interface Up {
  readonly postmaster: ProcessEntry
  readonly port: number
  readonly isAdopted: boolean
}

async function bringUp(control: Control, { choosePort, settings, say }: PostgresOptions): Promise<Up> {
  const wanted = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    ...DURABLE_SETTINGS,
    ...settings,
  }
  const adopted = await adopt(control, wanted, say)
  if (adopted !== undefined) return adopted
  const untilMs = Date.now() + RETRY_MS
  let refusedPort: number | undefined
  for (;;) {
    await clearStaleNote(control.data)
    const port = await choosePort()
    const logFrom = sizeOf(control.logFile)
    const flags = Object.entries({ ...wanted, port: String(port) }).map(
      ([name, value]) => `-c ${name}='${value.replaceAll("'", String.raw`'\''`)}'`,
    )
    const code = await runStart(control, flags.join(' '), logFrom)
    const postmaster = await readPostmaster(control.data)
    if (code === 0 && postmaster !== undefined) return { postmaster, port, isAdopted: false }
    const said = readLogTail(control.logFile, logFrom)
    // One that tries again and again without getting ready would still stand in the way of the next start.
    await stopServer(control)
    if (saysDiskFull(said) || isDiskFull(control.data)) throw diskFull(control.data)
    const isPortTaken = saysPortTaken(said)
    if (isPortTaken && port === refusedPort)
      throw notStarted(control, `port ${port} of 127.0.0.1 is taken by another program`)
    if (!WORTH_A_RETRY.test(said) || Date.now() >= untilMs) throw notStarted(control, reasonIn(said))
    refusedPort = isPortTaken ? port : undefined
    await pause(200)
  }
}

const notStarted = ({ logFile }: Control, reason: string) =>
  new StartFailure(`PostgreSQL does not start: ${reason} (log: ${logFile}).`)

/** The server's own words, without those of `pg_ctl` around them. */
const reasonIn = (said: string): string =>
  [...said.matchAll(/(?:FATAL|PANIC): +(.+)$/gm)].at(-1)?.[1] ?? lastLines(said)

/** A server on a full disk tries to recover for ever: then we do not wait for it any longer. */
async function runStart(control: Control, serverFlags: string, logFrom: number): Promise<number> {
  const starting = runControl(control, ['start', '-w', '-t', String(START_SECONDS_MAX), '-o', serverFlags])
  for (;;) {
    const code = await Promise.race([starting, pause(250)])
    if (typeof code === 'number') return code
    if (saysDiskFull(readLogTail(control.logFile, logFrom))) return -1
  }
}

/** Takes over a server that still runs with the settings that we would give it; one with other settings is ended. */
async function adopt(control: Control, wanted: PostgresSettings, say: Say): Promise<Up | undefined> {
  const untilMs = Date.now() + START_SECONDS_MAX * 1_000
  for (;;) {
    const postmaster = await readPostmaster(control.data)
    const note = await readServerNote(control.data)
    if (postmaster === undefined || note === undefined) return undefined
    if (note.status === 'ready') {
      const given = await readFile(join(control.data, 'postmaster.opts'), 'utf8')
      if (Object.entries(wanted).every(([name, value]) => given.includes(`"${name}=${value}"`)))
        return { postmaster, port: note.port, isAdopted: true }
      say('PostgreSQL: still running with other settings; starting it again')
      await stopServer(control)
      return undefined
    }
    // It is just starting, or just stopping.
    if (Date.now() >= untilMs || isDiskFull(control.data)) {
      await stopServer(control)
      return undefined
    }
    await pause(50)
  }
}

/**
 * PostgreSQL itself clears the note of a dead server, and checks that none of its helpers lives. What it can not see
 * through is a number that another program of the same user has meanwhile (usual in containers), or a dead server whose
 * parent has not noticed yet: then we clear the note, when no process works on the data any more.
 */
async function clearStaleNote(data: string): Promise<void> {
  const note = await readServerNote(data)
  if (note === undefined || (await readPostmaster(data)) !== undefined) return
  if (readProcess(note.pid) === undefined && !existsSync(`/proc/${note.pid}`)) return
  const left = serverProcesses(data)
  if (await waitUntilGone(left, RETRY_MS)) await rm(join(data, 'postmaster.pid'), { force: true })
}

/** Fast: clients are cut off, everything is flushed. If that takes too long: at once, and the next start recovers. */
async function stopServer(control: Control): Promise<void> {
  const postmaster = await readPostmaster(control.data)
  if (postmaster === undefined) return
  const helpers = serverProcesses(control.data)
  const isStopped = async (mode: string, seconds: number) =>
    (await runControl(control, ['stop', '-w', '-t', String(seconds), '-m', mode])) === 0
  if ((await isStopped('fast', STOP_SECONDS_MAX)) || (await isStopped('immediate', 1))) return
  await endProcesses(helpers, 0)
}

/** `pg_ctl`, its words and the server's going to the log. The server gets a session of its own, out of Ctrl-C's reach. */
function runControl(
  { pgCtl, data, user, logFile }: Control,
  controlArguments: readonly string[],
): Promise<number> {
  const log = openSync(logFile, 'a', 0o600)
  const { directory, ...ids } = asServer(user)
  return new Promise<number>((resolve) => {
    const child = spawn(pgCtl, [...controlArguments, '-D', data], {
      stdio: ['ignore', log, log],
      env: serverEnvironment(),
      cwd: directory,
      ...ids,
    })
    child.once('error', () => resolve(-1))
    child.once('exit', (code) => resolve(code ?? -1))
  }).finally(() => closeSync(log))
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0
}
