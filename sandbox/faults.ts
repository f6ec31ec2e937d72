import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'

export const SYSTEMS = [
  'personnel-database',
  'population-database',
  'signature-service',
  'notices',
  'source-systems',
] as const
export type System = (typeof SYSTEMS)[number]

/** A fault of one system: everything it does is disturbed, or only so many requests. */
export const fault = z.strictObject({
  kind: z.enum(['outage', 'server-error', 'too-many-requests', 'latency', 'commit-then-timeout']),
  /** How many requests it disturbs; without it, all until it is taken away. */
  times: z.int().positive().optional(),
  /** For `latency` and `commit-then-timeout`. */
  delayMs: z.int().min(0).max(120_000).default(10_000),
})
export type Fault = z.infer<typeof fault>

export interface Faults {
  readonly set: (system: System, value: Fault | null) => void
  readonly get: (system: System) => Fault | null
}

export function createFaults(): Faults {
  const faults = new Map<System, Fault>()
  return {
    get: (system) => faults.get(system) ?? null,
    set(system, value) {
      if (value === null) faults.delete(system)
      else faults.set(system, value)
    },
  }
}

/** Counts a disturbed request, and takes the fault away after the last. */
function use(faults: Faults, system: System): Fault | null {
  const current = faults.get(system)
  if (current?.times === undefined) return current
  faults.set(system, current.times > 1 ? { ...current, times: current.times - 1 } : null)
  return current
}

/** Disturbs a system before it handles a request, or after it did and before it answers. */
export function disturb(app: FastifyInstance, system: System, faults: Faults): void {
  app.addHook('preHandler', async (_request, reply) => {
    const current = faults.get(system)
    if (current === null || current.kind === 'commit-then-timeout') return
    use(faults, system)
    if (current.kind === 'latency') await sleep(current.delayMs)
    else if (current.kind === 'too-many-requests')
      await reply.code(429).header('retry-after', '1').send({ error: 'busy' })
    else await reply.code(current.kind === 'outage' ? 503 : 500).send({ error: current.kind })
  })
  app.addHook('onSend', async (request, _reply, payload) => {
    if (request.method === 'GET' || faults.get(system)?.kind !== 'commit-then-timeout') return payload
    const current = use(faults, system)
    await sleep(current?.delayMs ?? 0)
    request.raw.destroy()
    return payload
  })
}
