import type { Client } from '@temporalio/client'
import {
  amendUpdate,
  campaignWorkflowId,
  endUpdate,
  type CampaignEnd,
} from '../../workflows/contract/campaigns.ts'
import { askEngine } from './processes.ts'

/** Speaks to the running process of a campaign. */
export interface CampaignControl {
  readonly amend: (
    campaignId: string,
    order: { readonly opId: string; readonly amendmentId: string },
  ) => Promise<void>
  readonly end: (campaignId: string, end: CampaignEnd) => Promise<void>
}

export function createCampaignControl(client: Client): CampaignControl {
  const handleOf = (campaignId: string) => client.workflow.getHandle(campaignWorkflowId(campaignId))
  return {
    async amend(campaignId, order) {
      await askEngine(client, () =>
        handleOf(campaignId).executeUpdate(amendUpdate, { args: [order], updateId: order.opId }),
      )
    },
    async end(campaignId, end) {
      await askEngine(client, () =>
        handleOf(campaignId).executeUpdate(endUpdate, { args: [end], updateId: end.opId }),
      )
    },
  }
}
