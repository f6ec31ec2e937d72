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

/** Waits at the pipe that only we hold open; when we are gone, however we went, it ends the server and its folder. */
const GUARD = `
  const [pid, folder] = process.argv.slice(1)
  const signal = (name) => { try { process.kill(Number(pid), name); return true } catch { return false } }
  process.stdin.resume().on('end', () => {
    signal('SIGQUIT')
    const untilMs = Date.now() + 3000
    const timer = setInterval(() => {
      if (signal(0) && Date.now() < untilMs) return
      clearInterval(timer)
      signal('SIGKILL')
      require('node:fs').rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
    }, 50)
  })
`

interface TestServer {
  readonly pid: number
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
    const guard = spawn(process.execPath, ['-e', GUARD, String(server.pid), folder], {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
    })
    guard.unref()
    return async () => {
      guard.kill('SIGKILL')
      await server.stop()
      rmSync(folder, { recursive: true, force: true })
    }
  } catch (error) {
    rmSync(folder, { recursive: true, force: true })
    throw error
  }
}
