import Fastify, { type FastifyInstance } from 'fastify'
import { z } from 'zod'
import { createFaults, disturb, fault, SYSTEMS, type Faults, type System } from './faults.ts'
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
const faultParams = z.object({ system: z.enum(SYSTEMS) })

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
        disturb(scope, system, faults)
        await BODIES[system](scope, { journal, secret, people })
      },
      { prefix: `/${system}` },
    )
  controlQuotas(app, quotas)
  app.get('/control/v1/faults', () =>
    Object.fromEntries(SYSTEMS.map((system) => [system, faults.get(system)])),
  )
  app.put('/control/v1/faults/:system', (request) => {
    const { system } = faultParams.parse(request.params)
    faults.set(system, fault.parse(request.body))
    return { system, fault: faults.get(system) }
  })
  app.delete('/control/v1/faults/:system', (request) => {
    const { system } = faultParams.parse(request.params)
    faults.set(system, null)
    return { system, fault: null }
  })
  return app
}
