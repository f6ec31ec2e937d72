import type { FastifyInstance } from 'fastify'

/** Longer than any address of this API with its query; what is longer was not made by a client of ours. */
const URL_CHARACTERS_MAX = 4_096

/** What every answer says to whoever stands between, and how long an address may be. */
export function sendSafely(app: FastifyInstance): void {
  app.addHook('onRequest', async (request) => {
    if (request.url.length > URL_CHARACTERS_MAX)
      throw Object.assign(new Error('the address is too long'), { statusCode: 414 })
  })
  app.addHook('onSend', async (_request, reply, payload) => {
    void reply.header('x-content-type-options', 'nosniff')
    // Answers hold what only the caller may see; the pages of the documentation say for themselves how long they last.
    if (!reply.hasHeader('cache-control')) void reply.header('cache-control', 'no-store')
    return payload
  })
}
