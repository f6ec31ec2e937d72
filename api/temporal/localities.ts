import type { Client } from '@temporalio/client'
import type { Act, ActAnswer, LocalityState } from '../../domain/localities-process.ts'
import type { Stage } from '../../domain/stages.ts'
import { actUpdate, localityWorkflowId, processQuery } from '../../workflows/contract/localities.ts'
import { decideUpdate, lookAgainSignal, type Decision } from '../../workflows/contract/messages.ts'
import { askEngine } from './processes.ts'

/** Speaks to the running processes of bodies, and gives back the refusals that their rules made. */
export interface LocalityControl {
  readonly act: (campaignId: string, code: string, act: Act) => Promise<ActAnswer>
  readonly readProcess: (campaignId: string, code: string) => Promise<LocalityState>
  /** Rows of a stage changed. A lost signal is made good by the next one: the act itself is in the rows. */
  readonly lookAgain: (campaignId: string, code: string, stage: Stage) => Promise<void>
  readonly decide: (processId: string, decision: Decision) => Promise<void>
}

export function createLocalityControl(client: Client): LocalityControl {
  const handleOf = (campaignId: string, code: string) =>
    client.workflow.getHandle(localityWorkflowId(campaignId, code))
  return {
    act: (campaignId, code, act) =>
      askEngine(client, () =>
        handleOf(campaignId, code).executeUpdate(actUpdate, { args: [act], updateId: act.opId }),
      ),
    readProcess: (campaignId, code) =>
      askEngine(client, () => handleOf(campaignId, code).query(processQuery)),
    lookAgain: (campaignId, code, stage) =>
      askEngine(client, () => handleOf(campaignId, code).signal(lookAgainSignal, stage)),
    async decide(processId, decision) {
      const handle = client.workflow.getHandle(processId)
      await askEngine(client, () =>
        handle.executeUpdate(decideUpdate, { args: [decision], updateId: decision.opId }),
      )
    },
  }
}
