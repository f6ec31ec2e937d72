import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { fault, SYSTEMS, SYSTEMS_OF, type Faults, type System } from './faults.ts'

const faultParams = z.object({ system: z.enum(SYSTEMS) })

/** The switches for faults. What is not understood, or makes no sense for a system, is answered 400 with the reason. */
export function controlFaults(app: FastifyInstance, faults: Faults): void {
  const view = (system: System) => ({ system, fault: faults.get(system) })
  app.get('/control/v1/faults', () =>
    Object.fromEntries(SYSTEMS.map((system) => [system, faults.get(system)])),
  )
  app.get('/control/v1/faults/:system', (request) => view(faultParams.parse(request.params).system))
  app.put('/control/v1/faults/:system', async (request, reply) => {
    const { system } = faultParams.parse(request.params)
    const value = fault.parse(request.body)
    const systems: readonly System[] = SYSTEMS_OF[value.kind]
    if (!systems.includes(system))
      return reply.code(400).send({
        error: `${system} takes no ${value.kind}; these do: ${systems.join(', ')}`,
      })
    faults.set(system, value)
    return view(system)
  })
  app.delete('/control/v1/faults/:system', (request) => {
    const { system } = faultParams.parse(request.params)
    faults.set(system, null)
    return view(system)
  })
}
