import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { SYSTEMS, type System } from './faults.ts'

/** What a system takes in a second from everybody together, unless it is told otherwise. */
const PER_SECOND = 500
export const quota = z.strictObject({ perSecond: z.int().min(1).max(100_000) })

export interface Quotas {
  readonly get: (system: System) => number
  /** Null for what it is by itself. */
  readonly set: (system: System, perSecond: number | null) => void
  /** Counts a request; false when the second is used up. */
  readonly take: (system: System) => boolean
}

export function createQuotas(): Quotas {
  const limits = new Map<System, number>()
  const used = new Map<System, { readonly second: number; readonly requests: number }>()
  const get = (system: System) => limits.get(system) ?? PER_SECOND
  return {
    get,
    set(system, perSecond) {
      if (perSecond === null) limits.delete(system)
      else limits.set(system, perSecond)
    },
    take(system) {
      const second = Math.floor(Date.now() / 1_000)
      const before = used.get(system)
      const requests = (before?.second === second ? before.requests : 0) + 1
      used.set(system, { second, requests })
      return requests <= get(system)
    },
  }
}

/** A request over the quota is answered 429, and when to come again. */
export function keepQuota(app: FastifyInstance, system: System, quotas: Quotas): void {
  app.addHook('onRequest', async (_request, reply) => {
    if (!quotas.take(system)) await reply.code(429).header('retry-after', '1').send({ error: 'quota' })
  })
}

const quotaParams = z.object({ system: z.enum(SYSTEMS) })

/** The switch for quotas. */
export function controlQuotas(app: FastifyInstance, quotas: Quotas): void {
  app.get('/control/v1/quotas', () =>
    Object.fromEntries(SYSTEMS.map((system) => [system, { perSecond: quotas.get(system) }])),
  )
  app.put('/control/v1/quotas/:system', (request) => {
    const { system } = quotaParams.parse(request.params)
    quotas.set(system, quota.parse(request.body).perSecond)
    return { system, perSecond: quotas.get(system) }
  })
  app.delete('/control/v1/quotas/:system', (request) => {
    const { system } = quotaParams.parse(request.params)
    quotas.set(system, null)
    return { system, perSecond: quotas.get(system) }
  })
}
