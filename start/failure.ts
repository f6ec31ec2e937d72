import { closeSync, fstatSync, openSync, readSync, statfsSync } from 'node:fs'

/** Tells the person at the terminal one thing in one line. */
export type Say = (line: string) => void

/** Something that only the person who starts us can mend. The message is one sentence for them; the exit code is 1. */
export class StartFailure extends Error {
  override readonly name = 'StartFailure'
}

/** The operating system's name of an error, such as `ENOENT`; empty when it is none of its errors. */
export const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''

const LOG_TAIL_BYTES_MAX = 16_384

/** The end of a log, from `offset` on: what a server said since we started it. A missing log is an empty one. */
export function readLogTail(file: string, offset = 0): string {
  let descriptor: number
  try {
    descriptor = openSync(file, 'r')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return ''
    throw error
  }
  try {
    const { size } = fstatSync(descriptor)
    const from = Math.max(offset, size - LOG_TAIL_BYTES_MAX, 0)
    const bytes = Buffer.alloc(Math.max(size - from, 0))
    return bytes.subarray(0, readSync(descriptor, bytes, 0, bytes.length, from)).toString('utf8')
  } finally {
    closeSync(descriptor)
  }
}

/** The last lines of a text in one line, for the end of an error message. */
export const lastLines = (text: string, count = 3): string =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .slice(-count)
    .join(' | ')

const DISK_FULL = /No space left on device|ENOSPC|database or disk is full|Disk quota exceeded|EDQUOT/
const PORT_TAKEN = /address already in use|EADDRINUSE/i

export const saysDiskFull = (text: string): boolean => DISK_FULL.test(text)
export const saysPortTaken = (text: string): boolean => PORT_TAKEN.test(text)

const FREE_BYTES_MIN = 1_048_576

/** Whether next to nothing can be written in this folder: a server that met it does not always find the words. */
export function isDiskFull(folder: string): boolean {
  const { bavail, bsize } = statfsSync(folder)
  return bavail * bsize < FREE_BYTES_MIN
}

export const diskFull = (where: string): StartFailure =>
  new StartFailure(`The disk that holds ${where} is full; free some space there and start again.`)

/**
 * The one sentence to print for an error that ends a start, or undefined when the error is a bug: then its stack is
 * what helps.
 */
export function sentenceOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  if (error instanceof StartFailure || error.name === 'WrongConfiguration') return error.message
  const path = 'path' in error && typeof error.path === 'string' ? error.path : 'the state folder'
  switch (codeOf(error)) {
    case 'ENOSPC':
    case 'EDQUOT':
      return diskFull(path).message
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return `This user may not read and write ${path}; set DONGBO_HOME to a folder where it may.`
    default:
      return undefined
  }
}
