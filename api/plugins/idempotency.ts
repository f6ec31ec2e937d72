import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Refusal } from '../../domain/errors.ts'
import type { Fingerprint, RequestKey, RequestStore } from '../../drizzle/stores/access-requests.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** What this request orders: its id, and the campaign instant at which its key was first seen. */
    operation: Operation
    /** Of a body that was read as a stream, set by its route: what the request's repetitions are known by. */
    fileSha256: Uint8Array | null
  }
  interface FastifyContextConfig {
    /** `no`: a POST that changes nothing. `stream`: an upload, which comes as slowly as it likes. */
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
  readonly renewalMs: number
}

/** A claim that could not be given back is tried again until shortly before another request may take it over. */
const GIVE_BACK_EVERY_MS = 300
const GIVE_BACK_WITHIN_MS = 8_000

interface Claimed {
  readonly key: RequestKey
  /** Ends its renewal: afterwards nothing takes the claim again. Says when it was taken or renewed last. */
  readonly settle: () => Promise<number>
}

/** Every POST that starts or changes something carries an `Idempotency-Key`: repeated, it is answered and not done again. */
export function answerOnce(app: FastifyInstance, { requests, now, renewalMs }: Deps): void {
  const claimed = new WeakMap<FastifyRequest, Claimed>()
  app.decorateRequest('operation')
  app.decorateRequest('fileSha256', null)

  app.addHook('preHandler', async (request, reply) => {
    const { config } = request.routeOptions
    // An address that is no route has no action: nothing is done there that could be done twice.
    if (request.method !== 'POST' || config.action === undefined || config.action === 'public') return
    if (config.idempotency === 'no') return
    const key = request.headers['idempotency-key']
    if (typeof key !== 'string' || !KEY_SHAPE.test(key)) throw new Refusal('idempotency-key-missing')
    const [path = ''] = request.url.split('?', 1)
    const requestKey = { subject: request.actor.subject, route: path, key }
    const claimedMs = Date.now()
    const claim = await requests.claim(requestKey, fingerprintOf(request), await now())
    if (claim.kind === 'other-request') throw new Refusal('idempotency-key-reused')
    if (claim.kind === 'in-progress') throw new Refusal('request-in-progress')
    if (claim.kind === 'answered') {
      if (!(await isSameFile(request, claim.requestSha256))) throw new Refusal('idempotency-key-reused')
      return reply
        .code(claim.status)
        .type('application/json; charset=utf-8')
        .header('idempotency-replayed', 'true')
        .serializer(String)
        .send(claim.response)
    }
    const { body } = request
    const settle = renewing(claimedMs, {
      everyMs: renewalMs,
      renew: () => requests.renew(requestKey),
      // Another request may have taken this one's place.
      onFailure: (error) => body instanceof Readable && body.destroy(error),
    })
    claimed.set(request, { key: requestKey, settle })
    request.operation = { id: claim.operationId, occurredMs: claim.occurredMs }
    return undefined
  })

  app.addHook('onSend', async (request, reply, payload) => {
    const found = claimed.get(request)
    if (found === undefined) return payload
    claimed.delete(request)
    const { key, settle } = found
    const sinceMs = await settle()
    // Without the database the claim stands, and whoever repeats the request would be told to wait for it.
    const giveBackLater = () => void giveBack(requests, key, sinceMs + GIVE_BACK_WITHIN_MS)
    if (reply.statusCode >= 400 || typeof payload !== 'string') {
      await requests.release(key).catch(giveBackLater)
      return payload
    }
    const answer = {
      status: reply.statusCode,
      response: payload,
      requestSha256: request.fileSha256 === null ? undefined : hashOf(request, request.fileSha256),
    }
    await requests.answer(key, answer).catch((error: unknown) => {
      giveBackLater()
      throw error
    })
    return payload
  })
}

async function giveBack(requests: RequestStore, key: RequestKey, untilMs: number): Promise<void> {
  while (Date.now() < untilMs) {
    await pause(GIVE_BACK_EVERY_MS, undefined, { ref: false })
    const isDone = await requests.release(key).then(
      () => true,
      () => false,
    )
    if (isDone) return
  }
}

interface Renewal {
  readonly everyMs: number
  readonly renew: () => Promise<void>
  readonly onFailure: (error: Error) => void
}

/** Renews a claim until its request is answered: what lasts long is not taken for dead. */
function renewing(claimedMs: number, { everyMs, renew, onFailure }: Renewal): () => Promise<number> {
  let last = Promise.resolve(claimedMs)
  const renewOnce = async (sinceMs: number) => {
    const nowMs = Date.now()
    try {
      await renew()
      return nowMs
    } catch (error) {
      onFailure(error instanceof Error ? error : new Error('A claim could not be renewed.'))
      return sinceMs
    }
  }
  const timer = setInterval(() => {
    last = last.then(renewOnce)
  }, everyMs)
  return () => {
    clearInterval(timer)
    return last
  }
}

const hashOf = ({ method, url }: FastifyRequest, body: string | Uint8Array): Uint8Array =>
  createHash('sha256').update(`${method} ${url}\n`).update(body).digest()

/** A file that still comes is known by its length until it was read. */
function fingerprintOf(request: FastifyRequest): Fingerprint {
  const { body, headers } = request
  if (body instanceof Readable)
    return { sha256: hashOf(request, headers['content-length'] ?? ''), isBeforeBody: true }
  return { sha256: hashOf(request, body instanceof Uint8Array ? body : (JSON.stringify(body) ?? '')) }
}

/** Reads a file to its end to know whether it is the one that was answered. */
async function isSameFile(request: FastifyRequest, answered: Uint8Array): Promise<boolean> {
  if (!(request.body instanceof Readable)) return true
  const hash = createHash('sha256')
  for await (const chunk of request.body) if (chunk instanceof Uint8Array) hash.update(chunk)
  return Buffer.from(answered).equals(hashOf(request, hash.digest()))
}
