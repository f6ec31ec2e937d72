import { spawn } from 'node:child_process'

export interface CommandOptions {
  readonly uid?: number
  readonly gid?: number
  readonly directory?: string
  readonly environment?: NodeJS.ProcessEnv
  readonly timeoutMs?: number
  readonly signal?: AbortSignal | undefined
  readonly onLine?: (line: string) => void
}

export interface CommandResult {
  /** 0 for success; a command that could not be run, was too slow or was stopped has -1. */
  readonly code: number
  /** What it wrote to both outputs, its end if it was long. */
  readonly output: string
}

const OUTPUT_CHARACTERS_MAX = 65_536

/** Runs a program to its end. A failure is a result, not an exception; only a wanted stop is thrown. */
export async function runCommand(
  command: string,
  commandArguments: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  options.signal?.throwIfAborted()
  const { uid, gid, directory, timeoutMs } = options
  const child = spawn(command, commandArguments, {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(options.environment === undefined ? {} : { env: options.environment }),
    ...(uid === undefined ? {} : { uid }),
    ...(gid === undefined ? {} : { gid }),
    ...(directory === undefined ? {} : { cwd: directory }),
  })
  let output = ''
  let unfinishedLine = ''
  const listen = (chunk: string) => {
    output = (output + chunk).slice(-OUTPUT_CHARACTERS_MAX)
    const lines = (unfinishedLine + chunk).split('\n')
    unfinishedLine = lines.pop() ?? ''
    for (const line of lines) options.onLine?.(line)
  }
  child.stdout.setEncoding('utf8').on('data', listen)
  child.stderr.setEncoding('utf8').on('data', listen)
  let isTooSlow = false
  const timer =
    timeoutMs === undefined
      ? undefined
      : setTimeout(() => {
          isTooSlow = true
          child.kill('SIGKILL')
        }, timeoutMs)
  const stop = () => child.kill('SIGTERM')
  options.signal?.addEventListener('abort', stop)
  try {
    const code = await new Promise<number>((resolve) => {
      child.once('error', (error) => {
        output += error.message
        resolve(-1)
      })
      child.once('close', (exitCode) => {
        resolve(isTooSlow ? -1 : (exitCode ?? -1))
      })
    })
    options.signal?.throwIfAborted()
    if (isTooSlow) output += `\nIt did not end within ${Math.round((timeoutMs ?? 0) / 1000)} s.`
    return { code, output }
  } finally {
    clearTimeout(timer)
    options.signal?.removeEventListener('abort', stop)
  }
}
