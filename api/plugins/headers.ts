import { createHash } from 'node:crypto'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Refusal } from '../../domain/errors.ts'

/** Longer than any address of this API with its query; what is longer was not made by a client of ours. */
const URL_CHARACTERS_MAX = 4_096

/** Answers hold what only the caller may see, and are what they say they are. */
export const SAFE_HEADERS = { 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' } as const

const tagOf = (text: string): string => `W/"${createHash('sha256').update(text).digest('base64url')}"`

/** Whether the client shows by `If-None-Match` that it has what this tag names; a weak tag is as good as another. */
export function isKnown({ headers }: FastifyRequest, tag: string): boolean {
  const named = headers['if-none-match']?.split(',').map((each) => each.trim().replace('W/', ''))
  return named?.some((each) => each === '*' || each === tag.replace('W/', '')) === true
}

/** Whoever has an answer already gets it without its body. What a stream will say is not known beforehand. */
export function answerUnchanged(app: FastifyInstance): void {
  app.addHook('onSend', async (request, reply, payload) => {
    const isRead = request.method === 'GET' || request.method === 'HEAD'
    if (!isRead || reply.statusCode !== 200) return payload
    if (typeof payload === 'string' && !reply.hasHeader('etag')) void reply.header('etag', tagOf(payload))
    else if (!Buffer.isBuffer(payload) && typeof payload !== 'string') return payload
    if (!isKnown(request, String(reply.getHeader('etag')))) return payload
    void reply.code(304).removeHeader('content-type').removeHeader('content-encoding')
    return null
  })
}

/** What every answer says to whoever stands between, and how long an address may be. */
export function sendSafely(app: FastifyInstance): void {
  app.addHook('onRequest', async (request) => {
    if (request.url.length > URL_CHARACTERS_MAX) throw new Refusal('address-too-long')
  })
  app.addHook('onSend', async (_request, reply, payload) => {
    // The pages of the documentation say for themselves how long they last.
    for (const [name, value] of Object.entries(SAFE_HEADERS))
      if (!reply.hasHeader(name)) void reply.header(name, value)
    return payload
  })
}
