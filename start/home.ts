import { existsSync } from 'node:fs'
import { chmod, mkdir, open, readFile, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { StartFailure } from './failure.ts'

/** Where an installation on this machine keeps everything: database, engine's file, keys, log-ins, logs. */
export interface Home {
  readonly path: string
  readonly file: (name: string) => string
  /** Reads a secret, or makes it at the first start; readable by its owner only. */
  readonly secret: (name: string, make: () => string) => Promise<string>
  readonly release: () => Promise<void>
}

/** Others may pass through (the database's own user must), but not look around. */
const HOME_MODE = 0o711

/** @throws StartFailure while another start uses the same folder */
export async function openHome(path: string, options: { readonly reset: boolean }): Promise<Home> {
  const root = resolve(path)
  await mkdir(root, { recursive: true, mode: HOME_MODE })
  await chmod(root, HOME_MODE)
  const lock = join(root, 'start.pid')
  await takeLock(lock, root)
  if (options.reset) await empty(root)
  await mkdir(join(root, 'logs'), { recursive: true, mode: 0o700 })
  return {
    path: root,
    file: (name) => join(root, name),
    async secret(name, make) {
      const file = join(root, name)
      if (!existsSync(file)) {
        const handle = await open(file, 'wx', 0o600)
        await handle.writeFile(make())
        await handle.close()
      }
      return readFile(file, 'utf8')
    },
    release: () => rm(lock, { force: true }),
  }
}

async function takeLock(lock: string, root: string): Promise<void> {
  try {
    await writeFile(lock, String(process.pid), { flag: 'wx' })
  } catch {
    const holder = Number(await readFile(lock, 'utf8').catch(() => '0'))
    if (holder !== process.pid && isAlive(holder))
      throw new StartFailure(`Dongbo is already running from ${root} (process ${holder}).`)
    // Its holder was killed.
    await writeFile(lock, String(process.pid))
  }
}

const KEPT = ['start.pid']

async function empty(root: string): Promise<void> {
  const { readdir } = await import('node:fs/promises')
  for (const name of await readdir(root))
    if (!KEPT.includes(name)) await rm(join(root, name), { recursive: true, force: true })
}

export function isAlive(pid: number): boolean {
  if (pid <= 0) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // EPERM: alive, but another user's.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
