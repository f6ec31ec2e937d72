import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { z } from 'zod'
import { PAGE_MAX } from '../api/contract/shapes.ts'
import { type Answer, problemCode, understand } from './answers.ts'
import { createRequester, isUnavailable, type Request, type RequesterOptions } from './requests.ts'

const ANSWER_WITHIN_MS = 30_000
const PAGES_MAX = 1_000

export interface ClientOptions extends RequesterOptions {
  /** One key for the whole command: repeated with it, nothing is done twice. */
  readonly key: string
}

/** The API as one person uses it: what is answered is checked against the contract. */
export function createClient(options: ClientOptions) {
  const { apiUrl, ask } = createRequester(options)

  async function read<T>(schema: z.ZodType<T>, request: Request): Promise<Answer<T>> {
    const { response, text } = await ask(request, whole, isUnknown)
    return understand(schema, response.status, text)
  }
  const get = <T>(schema: z.ZodType<T>, path: string): Promise<Answer<T>> =>
    read(schema, { method: 'GET', path, withinMs: ANSWER_WITHIN_MS })

  return {
    apiUrl,
    get,

    /** All pages of a list, each as it came. */
    pages: <T extends { readonly next: string | null }>(schema: z.ZodType<T>, path: string) =>
      allPages((page) => get(schema, page), path),

    /** `step` tells apart what one command orders more than once at the same path. */
    post: <T>(schema: z.ZodType<T>, path: string, body: object = {}, step?: string): Promise<Answer<T>> =>
      read(schema, {
        method: 'POST',
        path,
        key: step === undefined ? options.key : `${options.key}:${step}`,
        type: 'application/json',
        body: () => JSON.stringify(body),
        withinMs: ANSWER_WITHIN_MS,
      }),

    /** Sends a file from the disk as it is read; `onSent` hears how many bytes are on their way. */
    async upload<T>(
      schema: z.ZodType<T>,
      path: string,
      file: string,
      onSent: (bytes: number, total: number) => void = () => {},
    ): Promise<Answer<T>> {
      const { size } = await stat(file)
      return read(schema, {
        method: 'POST',
        path,
        key: options.key,
        type: 'text/csv',
        length: size,
        body: () => counted(file, (bytes) => onSent(bytes, size)),
        withinMs: null,
      })
    },

    /** The bytes of an answer as they come. @throws Refused */
    async download(path: string): Promise<AsyncIterable<Uint8Array>> {
      const { response } = await ask(
        { method: 'GET', path, withinMs: null },
        async (found) => ({ response: found }),
        isUnavailable,
      )
      if (!response.ok || response.body === null)
        understand(z.never(), response.status, await response.text())
      return bytesOf(response)
    },
  }
}
export type Client = ReturnType<typeof createClient>

interface Reply {
  readonly response: Response
  readonly text: string
}
const whole = async (response: Response): Promise<Reply> => ({ response, text: await response.text() })
const isUnknown = (reply: Reply) => isUnavailable(reply) || problemCode(reply.text) === 'request-in-progress'

async function allPages<T extends { readonly next: string | null }>(
  read: (path: string) => Promise<Answer<T>>,
  path: string,
): Promise<readonly Answer<T>[]> {
  const found: Answer<T>[] = []
  const joint = path.includes('?') ? '&' : '?'
  for (let after: string | null = ''; after !== null && found.length < PAGES_MAX;) {
    const rest: string = after === '' ? '' : `&after=${encodeURIComponent(after)}`
    const page: Answer<T> = await read(`${path}${joint}limit=${PAGE_MAX}${rest}`)
    found.push(page)
    after = page.value.next
  }
  return found
}

async function* counted(file: string, onSent: (bytes: number) => void): AsyncGenerator<Uint8Array> {
  let bytes = 0
  for await (const chunk of createReadStream(file)) {
    if (!(chunk instanceof Uint8Array)) continue
    yield chunk
    bytes += chunk.length
    onSent(bytes)
  }
}

async function* bytesOf({ body }: Response): AsyncGenerator<Uint8Array> {
  if (body === null) return
  const reader = body.getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    yield value
  }
}
