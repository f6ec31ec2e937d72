import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { tokenView } from '../api/contract/access.ts'
import { readConfig } from '../config.ts'
import { readKeptToken, readRehearsalPassword } from './access-kept.ts'
import type { Answer } from './answers.ts'
import { createClient, type Client } from './client.ts'
import { LANGUAGES, type Language } from './language.ts'
import { createTerminal, type Io, type Terminal } from './terminal.ts'

const REHEARSAL_HOME = '.dongbo'
const PATIENCE_SECONDS = 20

/** What every command understands. */
export const sessionOptions = z.object({
  json: z.boolean().default(false),
  language: z.enum(LANGUAGES).optional(),
  as: z.string().min(1).optional(),
  key: z
    .string()
    .regex(/^[\x21-\x7e]{8,150}$/)
    .optional(),
  patience: z.coerce.number().min(0).max(3_600).default(PATIENCE_SECONDS),
})
type SessionOptions = z.infer<typeof sessionOptions>

/** One command of one person: whom it asks, and how it shows what it was answered. */
export interface Session {
  readonly io: Io
  readonly terminal: Terminal
  readonly api: Client
  /** Asks without being anybody. */
  readonly publicApi: Client
  readonly home: string
  readonly as: string | undefined
  readonly json: boolean
  readonly key: string
  /** Shows a result: for scripts exactly as the API sent it, for people as `render` says. */
  readonly show: <T>(answer: Answer<T>, render: (value: T) => string) => void
  readonly showAll: <T>(answers: readonly Answer<T>[], render: (values: readonly T[]) => string) => void
}

export interface Circumstances {
  readonly io: Io
  readonly language: Language
  /** The key of this command: its repetition is asked with the same. */
  readonly onKey: (key: string) => void
}

export function openSession({ io, language, onKey }: Circumstances, options: SessionOptions): Session {
  const config = readConfig('cli', io.environment)
  const terminal = createTerminal(io, language)
  const apiUrl = config.DONGBO_API_URL.replace(/\/+$/, '')
  const home = config.DONGBO_HOME ?? REHEARSAL_HOME
  const key = options.key ?? randomUUID()
  onKey(key)
  warnOfPlainHttp(terminal, apiUrl)
  const client = (token: () => Promise<string | null>) =>
    createClient({
      apiUrl,
      language,
      token,
      key,
      patienceMs: options.patience * 1_000,
      onSilence: () =>
        terminal.say({
          vi: `${apiUrl} chưa trả lời; đang hỏi lại trong ${options.patience} giây …`,
          en: `No answer from ${apiUrl} yet; asking again for ${options.patience} seconds …`,
        }),
    })
  const publicApi = client(async () => null)

  async function findToken(): Promise<string> {
    const { as } = options
    if (config.DONGBO_TOKEN !== undefined) {
      if (as !== undefined)
        terminal.say({ vi: 'DONGBO_TOKEN thay cho --as.', en: 'DONGBO_TOKEN is used instead of --as.' })
      return config.DONGBO_TOKEN
    }
    if (as === undefined) return readKeptToken(io.environment, apiUrl)
    const password = await readRehearsalPassword(home, as)
    return (await publicApi.post(tokenView, '/access-tokens', { name: as, password })).value.accessToken
  }
  const print = (text: string) => terminal.show(text.trimEnd())
  return {
    io,
    terminal,
    api: client(findToken),
    publicApi,
    home,
    as: options.as,
    json: options.json,
    key,
    show: (answer, render) => print(options.json ? answer.text : render(answer.value)),
    showAll: (answers, render) =>
      print(
        options.json
          ? answers.map(({ text }) => text.trimEnd()).join('\n')
          : render(answers.map(({ value }) => value)),
      ),
  }
}

/** A password or token on an open wire can be read by whoever stands at it. */
function warnOfPlainHttp(terminal: Terminal, apiUrl: string): void {
  const { protocol, hostname } = new URL(apiUrl)
  if (protocol === 'https:' || /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname)) return
  terminal.say({
    vi: `Cảnh báo: ${apiUrl} không mã hóa đường truyền.`,
    en: `Warning: ${apiUrl} is not encrypted on its way.`,
  })
}
