import { createInterface } from 'node:readline'
import { Writable, type Readable } from 'node:stream'
import { EXIT, Stop, wrongUsage } from './exit-codes.ts'
import type { Language, Sentence } from './language.ts'

/** Where a command line reads from and writes to; the process's own, or a test's. */
export interface Io {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly stdin: Readable & { readonly isTTY?: boolean }
  readonly stdout: Output
  readonly stderr: Output
  /** Ends what would go on for ever (`--watch`). */
  readonly stop?: AbortSignal
}
export type Output = Writable & { readonly isTTY?: boolean; readonly columns?: number }

/** Says where long work stands. `step` names how far it is: where lines can not be redrawn, only another step is a line. */
export interface Progress {
  readonly show: (step: string, line: string) => void
  readonly end: () => void
}

const YES = { vi: /^(c|có|co|y|yes)$/i, en: /^(y|yes)$/i } as const
const CLEAR_LINE = '\r\u001B[2K'
const BAR_WIDTH = 24
const PASSWORD_BYTES_MAX = 1_024

const notConfirmed = { vi: 'Không xác nhận; chưa làm gì.', en: 'Not confirmed; nothing was done.' }

/** The person at the other end: results go to stdout, everything else to stderr. */
export function createTerminal(io: Io, language: Language) {
  const say = (sentence: Sentence) => void io.stderr.write(`${sentence[language]}\n`)

  async function ask(question: string, output: Writable): Promise<string> {
    const lines = createInterface({ input: io.stdin, output, terminal: io.stdin.isTTY === true })
    try {
      return await new Promise((resolve, reject) => {
        // Ctrl-C and Ctrl-D close the line without an answer.
        lines.once('close', () => reject(new Stop(EXIT.wrongUsage, notConfirmed)))
        lines.question(question, resolve)
      })
    } finally {
      lines.close()
    }
  }

  return {
    language,
    columns: io.stdout.columns,
    isInteractive: io.stdout.isTTY === true,
    say,
    /** A result: what the command was asked for. */
    show: (text: string) => void io.stdout.write(`${text}\n`),
    /** Text beside the result, such as what is to be confirmed. */
    tell: (text: string) => void io.stderr.write(`${text}\n`),
    redraw: (text: string) => void io.stdout.write(`\u001B[H\u001B[2J${text}\n`),
    pick: (sentence: Sentence) => sentence[language],

    /** @throws Stop where nobody says yes, or nobody is there to be asked */
    async confirm(question: Sentence): Promise<void> {
      if (io.stdin.isTTY !== true)
        throw wrongUsage({
          vi: 'Cần xác nhận nhưng không có ai để hỏi; hãy thêm --yes.',
          en: 'This needs a confirmation and nobody can be asked; add --yes.',
        })
      const answer = await ask(`${question[language]} ${language === 'vi' ? '[c/K]' : '[y/N]'} `, io.stderr)
      if (!YES[language].test(answer.trim())) throw new Stop(EXIT.wrongUsage, notConfirmed)
    },

    /** The first line that is typed without being shown, or that is piped in. */
    async readSecret(question: Sentence): Promise<string> {
      if (io.stdin.isTTY !== true) return firstLine(await readAll(io.stdin))
      io.stderr.write(question[language])
      const answer = await ask('', new Writable({ write: (_chunk, _encoding, done) => done() }))
      io.stderr.write('\n')
      return answer
    },

    progress(): Progress {
      let shown: string | null = null
      if (io.stderr.isTTY === true)
        return {
          show: (_step, line) => {
            if (line === shown) return
            shown = line
            io.stderr.write(CLEAR_LINE + line)
          },
          end: () => void (shown === null || io.stderr.write('\n')),
        }
      return {
        show: (step, line) => {
          if (step === shown) return
          shown = step
          io.stderr.write(`${line}\n`)
        },
        end: () => {},
      }
    },
  }
}
export type Terminal = ReturnType<typeof createTerminal>

/** `[██████······] 50 %` */
export function showBar(done: number, total: number): string {
  const part = total === 0 ? 1 : Math.min(1, done / total)
  const full = Math.round(part * BAR_WIDTH)
  return `[${'█'.repeat(full)}${'·'.repeat(BAR_WIDTH - full)}] ${Math.floor(part * 100)} %`
}

/** A step for each tenth, so that a log gets ten lines and not a thousand. */
export const tenth = (done: number, total: number): string =>
  String(total === 0 ? 10 : Math.floor((done / total) * 10))

async function readAll(stream: Readable): Promise<string> {
  let text = ''
  for await (const chunk of stream) {
    text += String(chunk)
    if (text.length > PASSWORD_BYTES_MAX) break
  }
  return text
}
export const firstLine = (text: string): string => text.split(/\r?\n/, 1)[0] ?? ''
