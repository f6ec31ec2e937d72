import { ask, GatewayFailure, type GatewayOptions } from '../request.ts'
import { lookUpView, type Citizen, type LookUpRequest } from './contract.ts'

const SYSTEM = 'Population database'

export interface PopulationDatabase {
  /**
   * What the register knows of each person asked, by the caller's reference; null for unknown ids. An answer that leaves
   * somebody out is `incomplete`: silence about a person does not say that the person is unknown.
   */
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
    const known = new Map(answers.map(({ reference, citizen }) => [reference, citizen]))
    return new Map(
      request.people.map(({ reference }) => {
        const citizen = known.get(reference)
        if (citizen === undefined) throw new GatewayFailure(SYSTEM, 'incomplete', 200)
        return [reference, citizen]
      }),
    )
  },
})
