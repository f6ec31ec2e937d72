import { createHash, randomUUID } from 'node:crypto'
import { chmod, link, mkdir, open, readFile, readdir, rename, rm, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { engineProcesses } from './engine.ts'
import { codeOf, StartFailure } from './failure.ts'
import { movedDataFolder, postgresProcesses } from './postgres-data.ts'
import { endProcesses, findProcesses, readProcess, type ProcessEntry } from './process-table.ts'

/** Where an installation on this machine keeps everything. Only one start holds it at a time. */
export interface Home {
  readonly path: string
  /** Folder of the database: its password and, unless PostgreSQL's user may not go there, its data. */
  readonly postgres: string
  /** The file in which the engine keeps all processes' state. */
  readonly engineDatabase: string
  readonly keyring: string
  readonly tokenKey: string
  readonly logIns: string
  readonly ports: string
  readonly file: (name: string) => string
  readonly log: (name: string) => string
  /** Reads a secret, or makes it at the first start; readable by its owner only, and whole or not there at all. */
  readonly secret: (name: string, make: () => string) => Promise<string>
  readonly release: () => Promise<void>
}

/** Given to each of our own processes as an argument, so that those of a killed start can be found and named. */
export const homeMark = (path: string): string => `--dongbo-home=${path}`

const LOCK = 'start.lock'
/** Is there while a home is being emptied, so that an emptying that was killed is finished before anything starts. */
const EMPTYING = 'emptying'
const LOG_BYTES_MAX = 20 * 1_048_576

/**
 * Opens the folder, makes what is missing in it, and holds it until `release`.
 * @throws StartFailure while another start holds it
 */
export async function openHome(path: string): Promise<Home> {
  const root = resolve(path)
  await mkdir(root, { recursive: true })
  // As root the database runs as another user, who must be able to pass through; nobody else may look around.
  await chmod(root, process.getuid?.() === 0 ? 0o711 : 0o700)
  const release = await takeLock(root)
  const home: Home = {
    path: root,
    postgres: join(root, 'postgres'),
    engineDatabase: join(root, 'engine', 'temporal.db'),
    keyring: join(root, 'keyring.json'),
    tokenKey: join(root, 'token-key.pem'),
    logIns: join(root, 'log-ins.json'),
    ports: join(root, 'ports.json'),
    file: (name) => join(root, name),
    log: (name) => join(root, 'logs', `${name}.log`),
    secret: (name, make) => keepSecret(join(root, name), make),
    release,
  }
  try {
    if ((await readIfThere(home.file(EMPTYING))) !== undefined) await emptyHome(home)
    await makeFolders(home)
    await rotateLogs(join(root, 'logs'))
  } catch (error) {
    await release()
    throw error
  }
  return home
}

/**
 * Removes everything that the home holds, the data that had to move elsewhere included; the lock stays.
 * @throws StartFailure while a process of it lives: its files would be pulled away under it
 */
export async function emptyHome(home: Home): Promise<void> {
  const living = await livingProcesses(home)
  if (living.length > 0)
    throw new StartFailure(
      `${home.path} can not be emptied while processes of it live (${living.map(({ pid }) => pid).join(', ')}).`,
    )
  await (await open(home.file(EMPTYING), 'a', 0o600)).close()
  const moved = await movedDataFolder(home.postgres)
  if (moved !== undefined) await rm(moved, { recursive: true, force: true })
  for (const name of await readdir(home.path))
    if (!name.startsWith(LOCK) && name !== EMPTYING)
      await rm(home.file(name), { recursive: true, force: true })
  await rm(home.file(EMPTYING))
  await makeFolders(home)
}

/** Our own processes and the servers that a killed start of this home left running. */
export async function livingProcesses(home: Home): Promise<readonly ProcessEntry[]> {
  return [
    ...ownProcesses(home),
    ...engineProcesses(home.engineDatabase),
    ...(await postgresProcesses(home.postgres)),
  ]
}

const ownProcesses = (home: Home): readonly ProcessEntry[] =>
  findProcesses(
    ({ pid, command }) => pid !== process.pid && ` ${command} `.includes(` ${homeMark(home.path)} `),
  )

/**
 * Ends what a killed start left of our own processes and waits for it, so that nobody works twice on the same rows.
 * The servers are left to be taken over. Returns how many there were.
 */
export async function endLeftProcesses(home: Home, timeoutMs = 8_000): Promise<number> {
  const left = ownProcesses(home)
  await endProcesses(left, timeoutMs)
  return left.length
}

/** Ends everything of this home that still lives, the servers included: before it is emptied. */
export async function endAllProcesses(home: Home, timeoutMs = 8_000): Promise<void> {
  await endLeftProcesses(home, timeoutMs)
  await endProcesses(engineProcesses(home.engineDatabase), 5_000)
  // To PostgreSQL's postmaster SIGTERM means to wait for its clients; ours are gone by now.
  await endProcesses(await postgresProcesses(home.postgres), 5_000)
}

async function makeFolders(home: Home): Promise<void> {
  for (const name of ['logs', 'engine']) await mkdir(home.file(name), { recursive: true, mode: 0o700 })
}

/** Logs only grow while we run: one that became big is set aside at the next start, and only the last one is kept. */
async function rotateLogs(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const file = join(folder, name)
    if (name.endsWith('.log') && (await stat(file)).size > LOG_BYTES_MAX) await rename(file, `${file}.1`)
  }
}

async function keepSecret(file: string, make: () => string): Promise<string> {
  const kept = await readIfThere(file)
  if (kept !== undefined) return kept
  const secret = make()
  await writeSecret(file, secret)
  return secret
}

/** Writes a file that only its owner may read; a crash leaves the old one or the new one, never a half. */
export async function writeSecret(file: string, text: string): Promise<void> {
  const beside = `${file}.${process.pid}.new`
  const handle = await open(beside, 'w', 0o600)
  try {
    await handle.writeFile(text)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(beside, file)
}

interface Holder {
  readonly pid: number
  readonly started: string
}

async function takeLock(root: string): Promise<() => Promise<void>> {
  const lock = join(root, LOCK)
  const mine = `${lock}.${randomUUID()}`
  const started = readProcess(process.pid)?.started ?? ''
  const text = JSON.stringify({ pid: process.pid, started, id: randomUUID() })
  await writeSecret(mine, text)
  try {
    const holder = await take(lock, mine)
    if (holder !== undefined)
      throw new StartFailure(`Dongbo is already running from ${root} (process ${holder.pid}).`)
  } finally {
    await rm(mine, { force: true })
  }
  return async () => {
    if ((await readIfThere(lock)) === text) await rm(lock, { force: true })
  }
}

/**
 * Takes a lock, or returns who has it. It is linked into its place, which succeeds for one only. The lock of a dead
 * process is replaced by whoever holds the lock named after its content: were it simply removed, of two starts that both
 * found it the slower one would remove the lock of the quicker.
 */
async function take(lock: string, mine: string): Promise<Holder | undefined> {
  for (;;) {
    if (await linked(mine, lock)) return undefined
    const held = await readIfThere(lock)
    if (held === undefined) continue
    const holder = parseHolder(held)
    if (holder !== undefined && readProcess(holder.pid)?.started === holder.started) return holder
    const right = `${lock}.${createHash('sha256').update(held).digest('hex').slice(0, 16)}`
    if ((await take(right, mine)) !== undefined) {
      await pause(20)
      continue
    }
    try {
      if ((await readIfThere(lock)) !== held) continue
      await linked(mine, `${mine}.over`)
      await rename(`${mine}.over`, lock)
      return undefined
    } finally {
      await rm(right, { force: true })
    }
  }
}

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to)
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  }
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}

function parseHolder(text: string): Holder | undefined {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    return undefined
  }
  if (typeof parsed !== 'object' || parsed === null || !('pid' in parsed) || !('started' in parsed))
    return undefined
  const { pid, started } = parsed
  return typeof pid === 'number' && typeof started === 'string' ? { pid, started } : undefined
}
