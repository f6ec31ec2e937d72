import { spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import { endProcesses, findProcesses, readProcess } from '../../start/process-table.ts'

/** A folder for one test; whatever still runs in it or is named after it afterwards is ended, and it is removed. */
export function makeFolder(mode = 0o711): string {
  const folder = mkdtempSync(join(tmpdir(), 'dongbo-start-'))
  chmodSync(folder, mode)
  onTestFinished(async () => {
    await endProcesses(
      findProcesses(
        ({ pid, command, directory }) =>
          pid !== process.pid && (command.includes(folder) || directory?.startsWith(folder) === true),
      ),
      1_000,
    )
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  })
  return folder
}

/** Keeps what a start says. */
export function listen() {
  const lines: string[] = []
  return { lines, say: (line: string) => void lines.push(line) }
}

export async function until(
  what: string,
  isSo: () => boolean | Promise<boolean>,
  withinMs = 10_000,
): Promise<void> {
  const untilMs = Date.now() + withinMs
  while (!(await isSo())) {
    if (Date.now() > untilMs) throw new Error(`Waited in vain: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

export const isRunning = (pid: number): boolean => readProcess(pid) !== undefined

/** Brings something up from another process and kills that one with `kill -9`; returns the number it said, and its words. */
export async function bringUpAndKill(...words: readonly string[]): Promise<{ pid: number; output: string }> {
  const script = fileURLToPath(new URL('killed-parent.ts', import.meta.url))
  const parent = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), script, ...words], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  parent.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk
  })
  const ended = new Promise<void>((resolve) => parent.once('exit', () => resolve()))
  await Promise.race([until('it is up', () => /^up \d+$/m.test(output), 60_000), ended])
  const [, pid] = /^up (\d+)$/m.exec(output) ?? []
  if (pid === undefined) throw new Error(`It ended before it was up: ${output}`)
  parent.kill('SIGKILL')
  await ended
  return { pid: Number(pid), output }
}
