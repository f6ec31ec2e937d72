import Fastify, { type FastifyInstance } from 'fastify'
import { z } from 'zod'
import { createFaults, disturb, fault, SYSTEMS, type Faults, type System } from './faults.ts'
import type { Journal } from './journal.ts'
import { noticeChannel } from './notices.ts'
import { personnelDatabase } from './personnel-database.ts'
import { populationDatabase } from './population-database.ts'
import { signatureService } from './signature-service.ts'

const BODIES: Readonly<
  Record<System, (app: FastifyInstance, options: { journal: Journal; secret: string }) => Promise<void>>
> = {
  'personnel-database': personnelDatabase,
  'population-database': populationDatabase,
  'signature-service': signatureService,
  notices: noticeChannel,
}
const faultParams = z.object({ system: z.enum(SYSTEMS) })

export interface SandboxOptions {
  readonly journal: Journal
  /** What every simulated system accepts as the ministry's credential. */
  readonly secret: string
  readonly faults?: Faults
}

/** The four outside systems in one process, each below its own path, and the switch for their faults. */
export async function buildSandbox({
  journal,
  secret,
  faults = createFaults(),
}: SandboxOptions): Promise<FastifyInstance> {
  const app = Fastify({ logger: false, bodyLimit: 64 * 1_048_576, forceCloseConnections: true })
  app.get('/healthz', () => ({ healthy: true }))
  for (const system of SYSTEMS)
    await app.register(
      async (scope) => {
        disturb(scope, system, faults)
        await BODIES[system](scope, { journal, secret })
      },
      { prefix: `/${system}` },
    )
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
