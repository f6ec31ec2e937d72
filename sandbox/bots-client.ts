import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { tokenView } from '../api/contract/access.ts'

const ANSWER_WITHIN_MS = 30_000
/** Longer than the API leaves a request to a process of its own that was killed. */
const TRIES_MAX = 80
const WAIT_MS = 500

export const logIns = z.array(
  z.object({
    name: z.string(),
    password: z.string(),
    role: z.string(),
    localityCode: z.string().nullable(),
  }),
)
export type BotLogIn = z.infer<typeof logIns>[number]

/** The API said no: the bot did something that its role or the moment does not allow. */
export class Declined extends Error {
  readonly code: string
  constructor(code: string) {
    super(code)
    this.code = code
  }
}

/** Somebody who uses the public API with a log-in of their own, and repeats with the same key what got no answer. */
export function createUser(apiUrl: string, { name, password }: BotLogIn) {
  let token: string | null = null

  async function logIn(): Promise<string> {
    const response = await fetch(`${apiUrl}/v1/access-tokens`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name, password }),
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    })
    return tokenView.parse(await response.json()).accessToken
  }

  async function once(
    method: string,
    path: string,
    key: string,
    body: string | null,
    type: string,
  ): Promise<Response> {
    token ??= await logIn()
    return fetch(`${apiUrl}/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(method === 'POST' ? { 'idempotency-key': key } : {}),
        ...(body === null ? {} : { 'content-type': type }),
      },
      ...(body === null ? {} : { body }),
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    })
  }

  async function ask<T>(
    schema: z.ZodType<T>,
    method: string,
    path: string,
    body: string | null,
    type: string,
  ): Promise<T> {
    const key = randomUUID()
    for (let tries = 1; ; tries += 1) {
      const response = await once(method, path, key, body, type).catch(() => null)
      if (response?.ok) return schema.parse(await response.json())
      const said: unknown = await response?.json().catch(() => null)
      const { code } = z.object({ code: z.string() }).catch({ code: 'no-answer' }).parse(said)
      const mayRepeat =
        response === null ||
        response.status >= 500 ||
        response.status === 401 ||
        code === 'request-in-progress'
      if (response?.status === 401) token = null
      if (!mayRepeat || tries >= TRIES_MAX) throw new Declined(code)
      await new Promise((resolve) => setTimeout(resolve, WAIT_MS))
    }
  }

  const anything = z.record(z.string(), z.unknown())
  return {
    get: <T>(schema: z.ZodType<T>, path: string) => ask(schema, 'GET', path, null, ''),
    post: (path: string, body: object = {}) =>
      ask(anything, 'POST', path, JSON.stringify(body), 'application/json'),
    put: (path: string, body: object) => ask(anything, 'PUT', path, JSON.stringify(body), 'application/json'),
    upload: (path: string, csv: string) => ask(anything, 'POST', path, csv, 'text/csv'),
  }
}
export type User = ReturnType<typeof createUser>
