import { toHanoiIso } from '../../domain/hanoi-time.ts'
import type { CampaignStore } from '../../drizzle/stores/campaigns.ts'

export type FoundCampaign = NonNullable<Awaited<ReturnType<CampaignStore['readCampaign']>>>

export function viewOf(campaign: FoundCampaign) {
  const endedMs = campaign.cancelledAt ?? campaign.closedAt
  const state =
    campaign.cancelledAt !== null ? 'cancelled' : campaign.closedAt !== null ? 'closed' : 'running'
  return {
    campaignId: campaign.campaignId,
    template: campaign.template,
    titleVi: campaign.titleVi,
    titleEn: campaign.titleEn,
    legalDocument: campaign.legalDocument,
    launchedAt: toHanoiIso(campaign.launchedAt),
    endedAt: endedMs === null ? null : toHanoiIso(endedMs),
    state,
    stages: campaign.stages.map(({ stage, namedDate, inclusive, dueMs }) => ({
      stage,
      namedDate,
      inclusive,
      dueAt: toHanoiIso(dueMs),
    })),
  } as const
}
