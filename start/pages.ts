import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runCommand } from './commands.ts'
import { StartFailure, type Say } from './failure.ts'

const fileOf = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url))
const WEB = fileOf('web')
const BUILT = fileOf('web/dist/index.html')
const VITE = fileOf('node_modules/vite/bin/vite.js')
/** All that the pages are made of. */
const SOURCES = ['web', 'domain', 'api/contract', 'package-lock.json'].map(fileOf)

/** Builds the pages of `web/` in a checkout, where they are not there or older than what they are made of. */
export async function buildPages(say: Say): Promise<void> {
  if (!import.meta.url.endsWith('.ts')) return
  const builtMs = await changedMs(BUILT)
  const changes = await Promise.all(SOURCES.map(newestMs))
  if (builtMs > Math.max(...changes)) return
  say('Pages: building')
  const { code, output } = await runCommand(process.execPath, [VITE, 'build', WEB], {
    // Asked for in a test, it would build the checks of development in.
    environment: { ...process.env, NODE_ENV: 'production' },
  })
  if (code !== 0) throw new StartFailure(`The pages could not be built:\n${output}`)
}

async function newestMs(path: string): Promise<number> {
  if (!(await stat(path)).isDirectory()) return changedMs(path)
  const entries = await readdir(path, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile() && !entry.parentPath.includes('/dist'))
  return Math.max(...(await Promise.all(files.map((file) => changedMs(join(file.parentPath, file.name))))))
}

const changedMs = (path: string): Promise<number> =>
  stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  )
