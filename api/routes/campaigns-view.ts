import { toHanoiIso } from '../../domain/hanoi-time.ts'
import type { CampaignStore } from '../../drizzle/stores/campaigns.ts'
import type { LocalityStore } from '../../drizzle/stores/localities.ts'

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

/** Bodies and their stages in the words of the API. */
export function viewOfBoard(bodies: Awaited<ReturnType<LocalityStore['readBoard']>>) {
  // Most bodies have the same due instants, and writing one takes longer than anything else here.
  const written = new Map<number, string>()
  const isoOf = (ms: number): string => {
    const known = written.get(ms)
    if (known !== undefined) return known
    const text = toHanoiIso(ms)
    written.set(ms, text)
    return text
  }
  return bodies.map(({ stages, ...body }) => ({
    ...body,
    letters: stages.reduce((sum, { letters }) => sum + letters, 0),
    stages: stages.map(({ stage, state, dueMs, doneMs, onTime, overdue, letters }) => ({
      stage,
      state,
      dueAt: isoOf(dueMs),
      doneAt: doneMs === null ? null : isoOf(doneMs),
      onTime,
      overdue,
      letters,
    })),
  }))
}
