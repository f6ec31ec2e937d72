import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chmod, chown, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { runCommand } from './commands.ts'
import { codeOf, diskFull, isDiskFull, lastLines, saysDiskFull, StartFailure, type Say } from './failure.ts'
import { findProcesses, readProcess, type ProcessEntry } from './process-table.ts'

/** The user as whom PostgreSQL runs where we are root, which it refuses to be. */
export interface ServerUser {
  readonly name: string
  readonly uid: number
  readonly gid: number
}

const UID_MAX = 2_147_483_647 // Node takes no larger one; `nobody` has one on some systems

/** `postgres` where that user exists, else `nobody`; undefined where we are not root and need no other. */
export async function findServerUser(): Promise<ServerUser | undefined> {
  if (process.getuid?.() !== 0) return undefined
  for (const name of ['postgres', 'nobody', 'daemon']) {
    const uid = Number((await runCommand('id', ['-u', name])).output.trim() || Number.NaN)
    const gid = Number((await runCommand('id', ['-g', name])).output.trim() || Number.NaN)
    if (uid > 0 && uid <= UID_MAX && gid >= 0 && gid <= UID_MAX) return { name, uid, gid }
  }
  throw new StartFailure(
    'PostgreSQL refuses to run as root, and there is no user postgres, nobody or daemon as whom it could run.',
  )
}

/** What to add to a spawn so that it runs as the server's user, in a folder that every user may enter. */
export const asServer = (user: ServerUser | undefined) =>
  user === undefined ? { directory: '/' } : { uid: user.uid, gid: user.gid, directory: '/' }

/** English messages, because we read them; nothing else of ours is the server's business. */
export const serverEnvironment = (): NodeJS.ProcessEnv => ({
  PATH: '/usr/local/bin:/usr/bin:/bin',
  LC_ALL: 'C',
  TZ: 'UTC',
})

/** Survive a restart of the machine, which the temporary folder does not. */
const OTHER_PLACES = ['/var/lib', '/var/tmp']
const PLACE_NOTE = 'place'
const MOVED_FOLDER = 'dongbo-postgres'

/** Where the data lies that could not lie in `folder`. */
export async function movedDataFolder(folder: string): Promise<string | undefined> {
  try {
    const place = (await readFile(join(folder, PLACE_NOTE), 'utf8')).trim()
    // Whatever someone wrote into the note: only a folder that we made is ever used, or removed.
    return dirname(dirname(place)).endsWith(`/${MOVED_FOLDER}`) ? dirname(place) : undefined
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}

/**
 * The data directory: inside `folder` where the server's user may go there, else in a place of the system that is noted
 * in `folder`. It may not exist yet.
 */
export async function placeData(
  folder: string,
  user: ServerUser | undefined,
  say: Say,
  otherPlaces: readonly string[] = OTHER_PLACES,
): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const moved = await movedDataFolder(folder)
  if (moved !== undefined) {
    const data = join(moved, 'data')
    if (existsSync(data)) return data
    throw new StartFailure(`The database's data is gone from ${data}; begin anew with --reset.`)
  }
  if (user === undefined) return join(folder, 'data')
  await chmod(folder, 0o711)
  if (existsSync(join(folder, 'data', 'PG_VERSION')) || (await mayEnter(folder, user)))
    return join(folder, 'data')
  for (const place of [...otherPlaces, tmpdir()]) {
    const own = join(place, MOVED_FOLDER, randomUUID())
    if (!(await makeFolder(own)) || !(await mayEnter(own, user))) continue
    await writeFile(join(folder, PLACE_NOTE), `${join(own, 'data')}\n`, { mode: 0o600 })
    say(`PostgreSQL: its user "${user.name}" may not enter ${folder}; the data lies in ${own}`)
    return join(own, 'data')
  }
  throw new StartFailure(
    `PostgreSQL's user "${user.name}" may enter neither ${folder} nor ${otherPlaces.join(' nor ')}; set DONGBO_HOME to a folder that it may enter.`,
  )
}

async function makeFolder(path: string): Promise<boolean> {
  try {
    await mkdir(path, { recursive: true, mode: 0o711 })
    await chmod(path, 0o711)
    await chmod(dirname(path), 0o711)
    return true
  } catch {
    return false
  }
}

/** Asked of the system itself, which also knows access lists and mounts. */
async function mayEnter(folder: string, user: ServerUser): Promise<boolean> {
  const { code } = await runCommand('/bin/sh', ['-c', 'cd -- "$1"', 'sh', folder], {
    ...asServer(user),
    environment: serverEnvironment(),
  })
  return code === 0
}

const INITDB_FLAGS = [
  '--encoding=UTF8',
  '--locale-provider=builtin',
  '--builtin-locale=C.UTF-8',
  '--username=postgres',
  '--auth=scram-sha-256',
  '--no-sync',
  // We remove what it leaves, after a look at the disk.
  '--no-clean',
]

/** Makes a new cluster. It appears in its place whole, so that a killed one is never taken for a database. */
export async function initialiseData(
  data: string,
  options: { readonly initdb: string; readonly user: ServerUser | undefined; readonly password: string },
): Promise<void> {
  const { initdb, user, password } = options
  const unfinished = `${data}.new`
  const passwordFile = `${data}.password`
  await rm(unfinished, { recursive: true, force: true })
  await rm(passwordFile, { force: true })
  try {
    await mkdir(unfinished, { mode: 0o700 })
    await writeFile(passwordFile, password, { mode: 0o600 })
    if (user !== undefined)
      for (const path of [unfinished, passwordFile]) await chown(path, user.uid, user.gid)
    const flags = [...INITDB_FLAGS, `--pwfile=${passwordFile}`, '--pgdata', unfinished]
    const { code, output } = await runCommand(initdb, flags, {
      ...asServer(user),
      environment: serverEnvironment(),
    })
    if (saysDiskFull(output) || isDiskFull(unfinished)) throw diskFull(data)
    if (code !== 0)
      throw new StartFailure(`PostgreSQL could not make its data in ${data}: ${lastLines(output)}.`)
    await rename(unfinished, data)
  } finally {
    await rm(unfinished, { recursive: true, force: true })
    await rm(passwordFile, { force: true })
  }
}

/** What `postmaster.pid` says of the server that wrote it, whether or not it still lives. */
export interface ServerNote {
  readonly pid: number
  readonly port: number
  readonly status: string
}

export async function readServerNote(data: string): Promise<ServerNote | undefined> {
  let text: string
  try {
    text = await readFile(join(data, 'postmaster.pid'), 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
  const lines = text.split('\n')
  return { pid: Number(lines[0]), port: Number(lines[3] ?? ''), status: (lines[7] ?? '').trim() }
}

/** The postmaster that works on this data, if it lives. A number that another program has meanwhile is not it. */
export async function readPostmaster(data: string): Promise<ProcessEntry | undefined> {
  const note = await readServerNote(data)
  if (note === undefined || !(note.pid > 0)) return undefined
  const entry = readProcess(note.pid)
  return entry !== undefined && isOnData(entry, data) ? entry : undefined
}

/** All server processes on this data: after the postmaster was killed its helpers live on for a moment. */
export const serverProcesses = (data: string): readonly ProcessEntry[] =>
  findProcesses((entry) => isOnData(entry, data))

const isOnData = ({ name, command, directory }: ProcessEntry, data: string): boolean =>
  name.startsWith('postgres') && (directory === undefined ? command.includes(data) : directory === data)

/** The living postmaster of the database in this folder, wherever its data lies. */
export async function postgresProcesses(folder: string): Promise<readonly ProcessEntry[]> {
  const moved = await movedDataFolder(folder)
  const postmaster = await readPostmaster(join(moved ?? folder, 'data'))
  return postmaster === undefined ? [] : [postmaster]
}
