import type { FastifyInstance } from 'fastify'
import { Refusal } from '../../domain/errors.ts'

/** Longer than any address of this API with its query; what is longer was not made by a client of ours. */
const URL_CHARACTERS_MAX = 4_096

/** Answers hold what only the caller may see, and are what they say they are. */
export const SAFE_HEADERS = { 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' } as const

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
