import { ask, type GatewayOptions } from '../request.ts'
import { lookUpView, type Citizen, type LookUpRequest } from './contract.ts'

const SYSTEM = 'Population database'

export interface PopulationDatabase {
  /** What the register knows of each person asked, by the caller's reference; null for unknown ids. */
  readonly lookUp: (
    request: LookUpRequest,
    signal?: AbortSignal,
  ) => Promise<ReadonlyMap<number, Citizen | null>>
}

export const createPopulationDatabase = (options: GatewayOptions): PopulationDatabase => ({
  async lookUp(request, signal) {
    const answer = await ask(SYSTEM, options, {
      method: 'POST',
      path: '/v1/look-ups',
      body: request,
      idempotencyKey: request.requestId,
      signal,
    })
    const { answers } = lookUpView.parse(answer)
    return new Map(answers.map(({ reference, citizen }) => [reference, citizen]))
  },
})
