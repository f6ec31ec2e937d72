import { createAttentionActivities, type AttentionDeps } from './attention.ts'
import { createCampaignActivities, type CampaignDeps } from './campaigns.ts'
import { createConnectionKeyActivities, type ConnectionKeyDeps } from './connection-keys.ts'
import { createLocalityActivities, type LocalityDeps } from './localities.ts'

export type ActivityDeps = AttentionDeps & CampaignDeps & ConnectionKeyDeps & LocalityDeps

/** Every activity of both workers; which of them a worker runs is decided by the queue it listens to. */
export const createActivities = (deps: ActivityDeps) => ({
  ...createAttentionActivities(deps),
  ...createCampaignActivities(deps),
  ...createConnectionKeyActivities(deps),
  ...createLocalityActivities(deps),
})
