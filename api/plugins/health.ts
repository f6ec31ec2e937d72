import type { FastifyInstance } from 'fastify'
import { collectDefaultMetrics, Histogram, Registry } from 'prom-client'
import { z } from 'zod'

const healthView = z.object({ healthy: z.boolean() })
const readyView = z.object({ ready: z.boolean(), missing: z.array(z.string()) })

/** What the API needs beside itself; each check answers what is missing, or null. */
export type ReadyCheck = () => Promise<string | null>

/** Liveness, readiness and metrics. Routes are counted by their pattern, so that no code or id becomes a label. */
export function reportHealth(app: FastifyInstance, checks: readonly ReadyCheck[]): void {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const durations = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time to answer, by route and status',
    labelNames: ['method', 'route', 'status'],
    registers: [registry],
  })
  app.addHook('onResponse', (request, reply, done) => {
    const { method, routeOptions } = request
    durations.observe(
      { method, route: routeOptions.url ?? 'unknown', status: String(reply.statusCode) },
      reply.elapsedTime / 1_000,
    )
    done()
  })
  app.get(
    '/healthz',
    {
      config: { action: 'public' },
      schema: { tags: ['Health'], security: [], response: { 200: healthView } },
    },
    async () => ({ healthy: true }),
  )
  app.get(
    '/readyz',
    {
      config: { action: 'public' },
      schema: { tags: ['Health'], security: [], response: { 200: readyView, 503: readyView } },
    },
    async (_request, reply) => {
      const found = await Promise.all(checks.map((check) => check()))
      const missing = found.filter((what) => what !== null)
      return reply.code(missing.length === 0 ? 200 : 503).send({ ready: missing.length === 0, missing })
    },
  )
  app.get('/metrics', { config: { action: 'public' }, schema: { hide: true } }, async (_request, reply) =>
    reply.type(registry.contentType).send(await registry.metrics()),
  )
}
