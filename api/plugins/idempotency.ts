import { createHash } from 'node:crypto'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Refusal } from '../../domain/errors.ts'
import type { RequestKey, RequestStore } from '../../drizzle/stores/access-requests.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** What this request orders: its id, and the campaign instant at which its key was first seen. */
    operation: Operation
  }
  interface FastifyContextConfig {
    /** `no`: a POST that changes nothing. `stream`: the body is not read beforehand and does not belong to the fingerprint. */
    idempotency?: 'no' | 'stream'
  }
}

export interface Operation {
  readonly id: string
  readonly occurredMs: number
}

const KEY_SHAPE = /^[\x21-\x7e]{8,200}$/

interface Deps {
  readonly requests: RequestStore
  readonly now: () => Promise<number>
}

/** Every POST that starts or changes something carries an `Idempotency-Key`: repeated, it is answered and not done again. */
export function answerOnce(app: FastifyInstance, { requests, now }: Deps): void {
  const claimed = new WeakMap<FastifyRequest, RequestKey>()
  app.decorateRequest('operation')

  app.addHook('preHandler', async (request, reply) => {
    const { config } = request.routeOptions
    // An address that is no route has no action: nothing is done there that could be done twice.
    if (request.method !== 'POST' || config.action === undefined || config.action === 'public') return
    if (config.idempotency === 'no') return
    const key = request.headers['idempotency-key']
    if (typeof key !== 'string' || !KEY_SHAPE.test(key)) throw new Refusal('idempotency-key-missing')
    const [path = ''] = request.url.split('?', 1)
    const requestKey = { subject: request.actor.subject, route: path, key }
    const claim = await requests.claim(
      requestKey,
      fingerprint(request, config.idempotency === 'stream'),
      await now(),
    )
    if (claim.kind === 'other-request') throw new Refusal('idempotency-key-reused')
    if (claim.kind === 'in-progress') throw new Refusal('request-in-progress')
    if (claim.kind === 'answered')
      return reply
        .code(claim.status)
        .type('application/json; charset=utf-8')
        .header('idempotency-replayed', 'true')
        .serializer(String)
        .send(claim.response)
    claimed.set(request, requestKey)
    request.operation = { id: claim.operationId, occurredMs: claim.occurredMs }
    return undefined
  })

  app.addHook('onSend', async (request, reply, payload) => {
    const key = claimed.get(request)
    if (key === undefined) return payload
    claimed.delete(request)
    if (reply.statusCode < 400 && typeof payload === 'string')
      await requests.answer(key, reply.statusCode, payload)
    else await requests.release(key)
    return payload
  })
}

function fingerprint(request: FastifyRequest, streamed: boolean): Uint8Array {
  const hash = createHash('sha256').update(`${request.method} ${request.url}\n`)
  // A file that was read already is known by its bytes, one that still comes by its length.
  if (request.body instanceof Uint8Array) return hash.update(request.body).digest()
  return hash
    .update((streamed ? request.headers['content-length'] : JSON.stringify(request.body)) ?? '')
    .digest()
}
