/**
 * How another authority's system failed us. `unavailable`: no whole answer in time, 503 or 504: it did not get to the request, or
 * what became of it is unknown; `failed`: another 5xx: it had the request and could not finish it; `busy`: 429, not done;
 * `incomplete`: it answered, but not what was asked; `not-authorised`: 401 or 403, our credential is refused; `refused`:
 * any other 4xx.
 */
export class GatewayFailure extends Error {
  override readonly name = 'GatewayFailure'
  readonly kind: 'unavailable' | 'failed' | 'busy' | 'incomplete' | 'not-authorised' | 'refused'
  readonly status: number | null
  readonly retryAfterMs: number | null

  constructor(
    system: string,
    kind: GatewayFailure['kind'],
    status: number | null,
    retryAfterMs: number | null = null,
  ) {
    super(`${system} answered ${status ?? 'nothing'}`)
    this.kind = kind
    this.status = status
    this.retryAfterMs = retryAfterMs
  }
}

export interface GatewayOptions {
  readonly url: string
  /** The ministry's credential at that system. */
  readonly secret: string
  readonly timeoutMs: number
}

export interface GatewayRequest {
  readonly method: 'GET' | 'POST' | 'PUT'
  readonly path: string
  readonly body?: unknown
  readonly idempotencyKey?: string
  /** A body's connection key in place of the ministry's credential. */
  readonly secret?: string
  readonly signal?: AbortSignal | undefined
}

/**
 * One request with a deadline; answers the parsed JSON, or null for 404. No retries here: the engine retries, and leaves
 * a trace. Nothing that was sent or answered goes into an error.
 */
export async function ask(
  system: string,
  options: GatewayOptions,
  request: GatewayRequest,
): Promise<unknown> {
  const deadline = AbortSignal.timeout(options.timeoutMs)
  let response: Response
  let text: string
  try {
    response = await fetch(`${options.url}${request.path}`, {
      method: request.method,
      headers: {
        authorization: `Bearer ${request.secret ?? options.secret}`,
        ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(request.idempotencyKey === undefined ? {} : { 'idempotency-key': request.idempotencyKey }),
      },
      ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
      signal: request.signal === undefined ? deadline : AbortSignal.any([request.signal, deadline]),
    })
    text = await response.text()
  } catch (error) {
    if (request.signal?.aborted) throw error
    throw new GatewayFailure(system, 'unavailable', null)
  }
  const { status } = response
  if (status === 404) return null
  if (status === 429)
    throw new GatewayFailure(system, 'busy', status, readRetryAfterMs(response.headers.get('retry-after')))
  if (status === 401 || status === 403) throw new GatewayFailure(system, 'not-authorised', status)
  if (status === 503 || status === 504) throw new GatewayFailure(system, 'unavailable', status)
  if (status >= 500) throw new GatewayFailure(system, 'failed', status)
  if (status >= 400) throw new GatewayFailure(system, 'refused', status)
  try {
    return JSON.parse(text)
  } catch {
    throw new GatewayFailure(system, 'unavailable', status)
  }
}

/** `Retry-After` as seconds or as a date; a second where it says nothing that can be read. */
function readRetryAfterMs(value: string | null): number {
  const seconds = Number(value ?? Number.NaN)
  const ms = Number.isFinite(seconds) ? seconds * 1_000 : Date.parse(value ?? '') - Date.now()
  return Number.isFinite(ms) && ms > 0 ? ms : 1_000
}
