import type { FastifyInstance, FastifyRequest } from 'fastify'
import { assertInScope, scopeOf, type Action, type Actor, type Scope } from '../../domain/access.ts'
import { Refusal } from '../../domain/errors.ts'

declare module 'fastify' {
  interface FastifyRequest {
    actor: Actor
    /** Where the actor may do the route's action. */
    scope: Scope
  }
  interface FastifyContextConfig {
    action?: Action | 'public'
  }
}

/** Who asks; null where that is nobody (any more). To `look` whether somebody is still there is no use of their session. */
export type Identify = (request: FastifyRequest, purpose?: 'use' | 'look') => Promise<Actor | null>

/** Every route says who may call it; a parameter named `code` is a body, and another's body does not exist. */
export function guardRoutes(app: FastifyInstance, identify: Identify): void {
  app.decorateRequest('actor')
  app.decorateRequest('scope')
  app.addHook('onRoute', (route) => {
    if (route.url.startsWith('/docs')) route.config = { ...route.config, action: 'public' }
    // A route that forgets to say who may call it fails at start-up, not in production.
    if (route.config?.action === undefined)
      throw new Error(`${String(route.method)} ${route.url} declares no action`)
  })
  // Before the body is read: who may not call this sends nothing.
  app.addHook('onRequest', async (request) => {
    const action = request.routeOptions.config.action
    if (action === undefined || action === 'public') return
    const actor = await identify(request)
    if (actor === null) throw new Refusal('not-authenticated')
    request.actor = actor
    request.scope = scopeOf(actor, action)
    const code = localityIn(request.params)
    if (code !== null) assertInScope(request.scope, code)
  })
}

function localityIn(params: unknown): string | null {
  if (typeof params !== 'object' || params === null || !('code' in params)) return null
  return typeof params.code === 'string' ? params.code : null
}
