import { createAttentionActivities, type AttentionDeps } from './attention.ts'
import { createCampaignActivities, type CampaignDeps } from './campaigns.ts'
import { createConnectionKeyActivities, type ConnectionKeyDeps } from './connection-keys.ts'
import { createLocalityActivities, type LocalityDeps } from './localities.ts'
import { createMatchingActivities, type MatchingDeps } from './matching.ts'
import { createRecordActivities, type RecordDeps } from './records.ts'
import { createRetryActivities, type RetryDeps } from './retries.ts'
import { createSigningActivities, type SigningDeps } from './signing.ts'
import { createSyncWindowActivities, type SyncWindowDeps } from './sync-windows.ts'
import { createUnitActivities, type UnitDeps } from './units.ts'
import { createVerificationActivities, type VerificationDeps } from './verifications.ts'

export type ActivityDeps = AttentionDeps &
  CampaignDeps &
  ConnectionKeyDeps &
  LocalityDeps &
  MatchingDeps &
  RecordDeps &
  RetryDeps &
  SigningDeps &
  SyncWindowDeps &
  UnitDeps &
  VerificationDeps

/** Every activity of both workers; which of them a worker runs is decided by the queue it listens to. */
export const createActivities = (deps: ActivityDeps) => ({
  ...createAttentionActivities(deps),
  ...createCampaignActivities(deps),
  ...createConnectionKeyActivities(deps),
  ...createLocalityActivities(deps),
  ...createMatchingActivities(deps),
  ...createRecordActivities(deps),
  ...createRetryActivities(deps),
  ...createSigningActivities(deps),
  ...createSyncWindowActivities(deps),
  ...createUnitActivities(deps),
  ...createVerificationActivities(deps),
})
