import { problem } from '../api/contract/shapes.ts'

/**
 * The API said no, or nothing came. `message` is its sentence in the chosen language, empty where it had none to say;
 * `status` is 0 and `code` `unreachable` where there was no answer.
 */
export class Problem extends Error {
  override readonly name = 'Problem'
  readonly status: number
  readonly code: string
  /** To be quoted when asking for help. */
  readonly requestId: string | null

  constructor(of: { status: number; code: string; title?: string; instance?: string }) {
    super(of.title ?? '')
    this.status = of.status
    this.code = of.code
    this.requestId = of.instance ?? null
  }
}

export const isUnreachable = (error: unknown): boolean =>
  error instanceof Problem && error.code === 'unreachable'
export const isLoggedOut = (error: unknown): boolean =>
  error instanceof Problem && error.code === 'not-authenticated'

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'
interface Options {
  readonly body?: object
  /** Of an act: the same for every repetition of it, so that it is done once. */
  readonly key?: string
  /** Of what is known already: then the answer may be 304, without a body. */
  readonly tag?: string | undefined
  readonly signal?: AbortSignal
}
const UNCHANGED = 304

/** @throws Problem for everything that is no success */
export async function ask(method: Method, path: string, options: Options = {}): Promise<Response> {
  const { body, key, tag, signal } = options
  const response = await fetch(`/v1${path}`, {
    method,
    headers: {
      accept: 'application/json, application/problem+json',
      'accept-language': document.documentElement.lang,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      // What a form of another site can not send.
      ...(method === 'GET' || body !== undefined ? {} : { 'x-csrf': '1' }),
      ...(key === undefined ? {} : { 'idempotency-key': key }),
      ...(tag === undefined ? {} : { 'if-none-match': tag }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
    credentials: 'same-origin',
  }).catch((error: unknown) => {
    if (signal?.aborted === true) throw error
    throw new Problem({ status: 0, code: 'unreachable' })
  })
  if (response.ok || (tag !== undefined && response.status === UNCHANGED)) return response
  const told = problem.safeParse(await response.json().catch(() => null))
  if (told.success) throw new Problem(told.data)
  // Of a proxy in between: it speaks for a server that did not.
  throw new Problem({ status: response.status, code: response.status >= 502 ? 'unreachable' : 'unexpected' })
}

/** What can be read of an answer; the schemas of `api/contract` are. */
export interface Reader<T> {
  readonly parse: (value: unknown) => T
}

/** Of each address the tag of what came from it last. The browser itself keeps nothing of the API’s answers. */
const tags = new Map<string, string>()

/** Reads what is there; where that is what is `known` already, only that is told over the network. */
export async function read<T>(
  path: string,
  reader: Reader<T>,
  { known, signal }: { readonly known?: T | undefined; readonly signal: AbortSignal },
): Promise<T> {
  const answer = await ask('GET', path, { signal, tag: known === undefined ? undefined : tags.get(path) })
  if (answer.status === UNCHANGED && known !== undefined) return known
  const tag = answer.headers.get('etag')
  if (tag === null) tags.delete(path)
  else tags.set(path, tag)
  return reader.parse(await answer.json())
}

/** Does something once, however often it is sent with this key. */
export const act = async <T>(path: string, body: object, key: string, reader: Reader<T>): Promise<T> =>
  reader.parse(await (await ask('POST', path, { body, key })).json())
