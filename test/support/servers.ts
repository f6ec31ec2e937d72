import { spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** What takes long, or had to be passed over, is said where the tests run. */
export const say = (line: string): void => console.log(line)

/** A folder for one test server; as root its database runs as another user, who must be able to pass through. */
export function makeServerFolder(purpose: string): string {
  const folder = mkdtempSync(join(tmpdir(), `dongbo-test-${purpose}-`))
  chmodSync(folder, 0o711)
  return folder
}

/** Waits at the pipe that only we hold open; when we are gone, however we went, it ends whatever runs in our folders, and them. */
const GUARD = `
  const { execFileSync } = require('node:child_process')
  const folders = process.argv.slice(1)
  const signal = (name) => {
    const lines = execFileSync('ps', ['-axww', '-o', 'pid=,command='], { encoding: 'utf8' }).split('\\n')
    const pids = lines.filter((line) => folders.some((folder) => line.includes(folder))).map((line) => parseInt(line, 10))
    const others = pids.filter((pid) => pid !== process.pid)
    for (const pid of others) try { process.kill(pid, name) } catch {}
    return others.length > 0
  }
  process.stdin.resume().on('end', () => {
    signal('SIGQUIT')
    const untilMs = Date.now() + 3000
    const timer = setInterval(() => {
      if (signal(0) && Date.now() < untilMs) return
      clearInterval(timer)
      signal('SIGKILL')
      for (const folder of folders) try { require('node:fs').rmSync(folder, { recursive: true, force: true, maxRetries: 5 }) } catch {}
    }, 50)
  })
`

/** Lets nothing that runs in these folders outlive us, until the returned is called. */
export function guardFolders(...folders: readonly string[]): () => void {
  const guard = spawn(process.execPath, ['-e', GUARD, ...folders], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  })
  guard.unref()
  return () => guard.kill('SIGKILL')
}

interface TestServer {
  readonly stop: () => Promise<void>
}

/**
 * Starts a server for the time of a test run and returns what stops it and removes its folder. The same happens when the
 * run fails, is stopped by Ctrl-C or is killed: no server is ever left on the machine.
 */
export async function withGuard(
  folder: string,
  start: () => Promise<TestServer>,
): Promise<() => Promise<void>> {
  try {
    const server = await start()
    const release = guardFolders(folder)
    return async () => {
      release()
      await server.stop()
      rmSync(folder, { recursive: true, force: true })
    }
  } catch (error) {
    rmSync(folder, { recursive: true, force: true })
    throw error
  }
}
