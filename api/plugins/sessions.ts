import { createHash, randomBytes } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Actor } from '../../domain/access.ts'
import { Refusal } from '../../domain/errors.ts'
import type { AccessStore } from '../../drizzle/stores/access.ts'
import type { SessionStore } from '../../drizzle/stores/access-sessions.ts'
import type { Identify } from './access.ts'

/** Kept by browsers for this host only, and sent by no page of another site but with a link that is followed. */
export const SESSION_COOKIE = '__Host-dongbo-session'
const ATTRIBUTES = { path: '/', httpOnly: true, secure: true, sameSite: 'lax' } as const

const SAFE_METHODS: readonly string[] = ['GET', 'HEAD']
/** What a form of another site can not send without asking first, which nobody here answers. */
const OWN_TYPES: readonly string[] = ['application/json', 'text/csv']

const cookieOf = ({ cookies }: FastifyRequest) => cookies[SESSION_COOKIE]
const hashOf = (id: string): Uint8Array => createHash('sha256').update(id).digest()

/** @throws Refusal `cross-site` unless a page of our own sent what changes something */
export function assertFromOwnPage({ method, headers }: FastifyRequest): void {
  if (SAFE_METHODS.includes(method)) return
  const [type = ''] = (headers['content-type'] ?? '').split(';', 1)
  const isMarked = headers['x-csrf'] === '1' || OWN_TYPES.includes(type.trim().toLowerCase())
  if (!isMarked || !isSameOrigin(headers)) throw new Refusal('cross-site')
}

function isSameOrigin({ 'sec-fetch-site': site, origin, host }: FastifyRequest['headers']): boolean {
  if (site !== undefined) return site === 'same-origin'
  return origin !== undefined && URL.canParse(origin) && new URL(origin).host === host
}

export interface Sessions {
  readonly identify: Identify
  /** Logs the browser in under a new id; the session that it had ends. */
  readonly begin: (request: FastifyRequest, reply: FastifyReply, subject: string) => Promise<void>
  /** Logs the browser out, here and there. */
  readonly end: (request: FastifyRequest, reply: FastifyReply) => Promise<void>
}

/** Log-ins of browsers: the cookie holds an id of 32 random bytes that says nothing, and everything else stays here. */
export function createSessions(sessions: SessionStore, access: AccessStore): Sessions {
  const forget = async (request: FastifyRequest) => {
    const id = cookieOf(request)
    if (id !== undefined) await sessions.end(hashOf(id))
  }
  return {
    async identify(request, purpose = 'use'): Promise<Actor | null> {
      assertFromOwnPage(request)
      const subject = await sessions.findSubject(hashOf(cookieOf(request) ?? ''), purpose === 'use')
      if (subject === null) return null
      const grants = await access.readGrants(subject)
      return grants.length === 0 ? null : { subject, grants }
    },
    async begin(request, reply, subject) {
      await forget(request)
      const id = randomBytes(32).toString('base64url')
      await sessions.begin(hashOf(id), subject)
      void reply.setCookie(SESSION_COOKIE, id, ATTRIBUTES)
    },
    async end(request, reply) {
      await forget(request)
      void reply.clearCookie(SESSION_COOKIE, ATTRIBUTES)
    },
  }
}

/** By the access token or by the cookie, each for itself: a request that brings both is refused. */
export const identifyBy =
  (token: Identify, session: Identify): Identify =>
  async (request, purpose) => {
    if (cookieOf(request) === undefined) return token(request, purpose)
    if (request.headers.authorization !== undefined) throw new Refusal('two-credentials')
    return session(request, purpose)
  }
