import Fastify, { type FastifyInstance } from 'fastify'
import { z } from 'zod'
import { controlFaults } from './faults-control.ts'
import { disturb } from './faults-disturbing.ts'
import { createFaults, SYSTEMS, type Faults, type System } from './faults.ts'
import type { Journal } from './journal.ts'
import { noticeChannel } from './notices.ts'
import { personnelDatabase } from './personnel-database.ts'
import { populationDatabase } from './population-database.ts'
import { controlQuotas, createQuotas, keepQuota } from './quotas.ts'
import { signatureService } from './signature-service.ts'
import { sourceSystems, type InventedPeople } from './source-systems.ts'

interface SystemOptions {
  readonly journal: Journal
  readonly secret: string
  readonly people: InventedPeople | undefined
}
const BODIES: Readonly<Record<System, (app: FastifyInstance, options: SystemOptions) => Promise<void>>> = {
  'personnel-database': personnelDatabase,
  'population-database': populationDatabase,
  'signature-service': signatureService,
  notices: noticeChannel,
  'source-systems': sourceSystems,
}

export interface SandboxOptions {
  readonly journal: Journal
  /** What every simulated system accepts as the ministry's credential. */
  readonly secret: string
  /** Who stands in the source systems; without it there are none. */
  readonly people?: InventedPeople
  readonly faults?: Faults
}

/** The outside systems in one process, each below its own path, and the switches for their quotas and faults. */
export async function buildSandbox({
  journal,
  secret,
  people,
  faults = createFaults(),
}: SandboxOptions): Promise<FastifyInstance> {
  const app = Fastify({ logger: false, bodyLimit: 64 * 1_048_576, forceCloseConnections: true })
  const quotas = createQuotas()
  app.get('/healthz', () => ({ healthy: true }))
  for (const system of SYSTEMS)
    await app.register(
      async (scope) => {
        keepQuota(scope, system, quotas)
        disturb(scope, system, faults, journal)
        await BODIES[system](scope, { journal, secret, people })
      },
      { prefix: `/${system}` },
    )
  await app.register(async (control) => {
    control.setErrorHandler((error, _request, reply) =>
      error instanceof z.ZodError
        ? reply.code(400).send({ error: z.prettifyError(error) })
        : reply.send(error),
    )
    controlQuotas(control, quotas)
    controlFaults(control, faults)
  })
  return app
}
