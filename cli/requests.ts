import { setTimeout as pause } from 'node:timers/promises'
import { NoAnswer } from './answers.ts'
import type { Language } from './language.ts'

const ASK_AGAIN_AFTER_MS = 1_000
const RETRY_AFTER_MS_MAX = 10_000
/** The way to the API is not there or it does not know yet; asking again with the same key is safe. */
const OPEN_STATUS: readonly number[] = [502, 503, 504]
/** Nothing was sent: there was nobody to send it to, or nobody who could prove who he is. */
const NEVER_SENT =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|UND_ERR_CONNECT_TIMEOUT|CERT_|ERR_TLS_|ERR_SSL_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_)/

export interface RequesterOptions {
  readonly apiUrl: string
  readonly language: Language
  /** Whose request it is; null for those that need nobody. */
  readonly token: () => Promise<string | null>
  /** So long is asked again where no answer comes. */
  readonly patienceMs: number
  readonly onSilence: () => void
}
export interface Request {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly key?: string
  readonly type?: string
  readonly length?: number
  /** Made anew for each try: a stream can be sent once. */
  readonly body?: () => string | AsyncIterable<Uint8Array>
  readonly withinMs: number | null
}
interface HasResponse {
  readonly response: Response
}

export const isUnavailable = ({ response }: HasResponse): boolean => OPEN_STATUS.includes(response.status)

/** Asks the API; what got no answer is asked again with the same key, for a bounded time. */
export function createRequester(options: RequesterOptions) {
  const apiUrl = options.apiUrl.replace(/\/+$/, '')
  let token: Promise<string | null> | null = null
  // Kept over the requests of a command: after one that waited in vain, the next ones do not wait again.
  let silentSinceMs: number | null = null
  let told = false

  async function send(request: Request): Promise<Response> {
    token ??= options.token()
    const bearer = await token
    const body = request.body?.()
    return fetch(`${apiUrl}/v1${request.path}`, {
      method: request.method,
      redirect: 'manual',
      headers: {
        'accept-language': options.language,
        ...(bearer === null ? {} : { authorization: `Bearer ${bearer}` }),
        ...(request.key === undefined ? {} : { 'idempotency-key': request.key }),
        ...(request.type === undefined ? {} : { 'content-type': request.type }),
        ...(request.length === undefined ? {} : { 'content-length': String(request.length) }),
      },
      ...(body === undefined ? {} : { body, duplex: 'half' as const }),
      ...(request.withinMs === null ? {} : { signal: AbortSignal.timeout(request.withinMs) }),
    })
  }

  async function waitToAskAgain(afterMs: number, answer: NoAnswer): Promise<void> {
    silentSinceMs ??= performance.now()
    if (performance.now() + afterMs - silentSinceMs > options.patienceMs) throw answer
    if (!told) options.onSilence()
    told = true
    await pause(afterMs)
  }

  /** Asks until somebody answers. @throws NoAnswer when the patience is over */
  async function ask<T extends HasResponse>(
    request: Request,
    take: (response: Response) => Promise<T>,
    isOpen: (reply: T) => boolean,
  ): Promise<T> {
    const changes = request.method === 'POST'
    let mayBeDone = false
    for (;;) {
      let reason = ''
      const reply = await send(request)
        .then(take)
        .catch((error: unknown) => {
          if (!isSilence(error)) throw error
          reason = reasonOf(error)
          return null
        })
      if (reply !== null && !isOpen(reply)) {
        silentSinceMs = null
        return reply
      }
      mayBeDone ||= changes && !NEVER_SENT.test(reason)
      const waitMs = reply === null ? ASK_AGAIN_AFTER_MS : retryAfterMs(reply.response)
      await waitToAskAgain(waitMs, new NoAnswer(mayBeDone, reason || String(reply?.response.status)))
    }
  }
  return { apiUrl, ask }
}

/** `fetch` throws a TypeError for everything that happens on the way, and a DOMException when time is over. */
const isSilence = (error: unknown): error is Error =>
  (error instanceof TypeError && error.cause !== undefined) ||
  (error instanceof DOMException && error.name === 'TimeoutError')

function reasonOf({ name, cause }: Error): string {
  if (!(cause instanceof Error)) return name
  return 'code' in cause ? String(cause.code) : cause.message
}

function retryAfterMs({ headers }: Response): number {
  const seconds = Number(headers.get('retry-after') ?? Number.NaN)
  return Number.isFinite(seconds) && seconds > 0
    ? Math.min(seconds * 1_000, RETRY_AFTER_MS_MAX)
    : ASK_AGAIN_AFTER_MS
}
