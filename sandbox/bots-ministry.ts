import { boardView } from '../api/contract/campaigns.ts'
import { keyList, softwareView } from '../api/contract/software.ts'
import { Declined, type User } from './bots-client.ts'
import { until } from './bots-locality.ts'

/** What is parked for longer is for an operator. */
const CLOSED_WITHIN_MS = 20_000

export interface Ministry {
  readonly coordinator: User
  readonly operator: User
  readonly security: User
}

/** What the ministry does on a day: switches keys, approves what was submitted. */
export async function workAtMinistry(
  { coordinator, operator, security }: Ministry,
  campaignId: string,
): Promise<void> {
  const board = await coordinator.get(boardView, `/campaigns/${campaignId}/board?limit=200`)
  for (const { code, stages, openStage } of board.bodies) {
    const state = stages.find(({ stage }) => stage === openStage)?.state
    try {
      if (openStage === 'select-software' && (state === 'submitted' || state === 'approved'))
        await switchKeys(code)
      if (state === 'submitted' && openStage !== 'update-records')
        await coordinator.post(`/campaigns/${campaignId}/localities/${code}/stages/${openStage}/approve`)
    } catch (error) {
      if (!(error instanceof Declined)) throw error
      // A day without capacity, or one that is over: the body proposes another.
      if (error.code === 'capacity-full' || error.code === 'slot-outside-window')
        await coordinator
          .post(`/campaigns/${campaignId}/localities/${code}/stages/${openStage}/return`, {
            reason: error.code,
          })
          .catch(onlyDeclined)
    }
  }
  // An approved stage closes when its rows are complete: keys switched, trees confirmed by the national database.
  await until(
    () => coordinator.get(boardView, `/campaigns/${campaignId}/board?limit=200`),
    ({ bodies }) =>
      bodies.every(
        ({ openStage, stages }) => stages.find(({ stage }) => stage === openStage)?.state !== 'approved',
      ),
    CLOSED_WITHIN_MS,
  )

  async function switchKeys(code: string): Promise<void> {
    const { keys } = await operator.get(keyList, `/localities/${code}/connection-keys`)
    if (keys.some(({ state }) => state === 'active')) return
    const { choice } = await operator.get(softwareView, `/localities/${code}/software`)
    if (choice === null) return
    const { keyId } = await operator.post(`/localities/${code}/connection-keys`, { source: choice.source })
    await security.post(`/localities/${code}/connection-keys/${String(keyId)}/activate`)
  }
}

function onlyDeclined(error: unknown): void {
  if (!(error instanceof Declined)) throw error
}
