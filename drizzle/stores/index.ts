import type { Database } from '../client.ts'
import type { Keyring } from '../keyring.ts'
import { createRequestStore } from './access-requests.ts'
import { createAccessStore } from './access.ts'
import { createAttentionStore } from './attention.ts'
import { createAuditStore } from './audit.ts'
import { createCalendarStore } from './calendars.ts'
import { createProcessStore } from './campaigns-processes.ts'
import { createCampaignStore } from './campaigns.ts'
import { createOwedStore } from './clock-owed.ts'
import { createClockStore } from './clock.ts'
import { createAssessmentStore } from './localities-assessment.ts'
import { createProjectionStore } from './localities-projection.ts'
import { createConnectionKeyStore } from './connection-keys.ts'
import { createSoftwareStore } from './software.ts'
import { createLocalityStore } from './localities.ts'
import { createMatchingRunStore } from './matching-runs.ts'
import { createNoticeStore } from './notices.ts'

/** All doors to the database, for the two mains that put rooms together. */
export const createStores = (db: Database, keyring: Keyring) => ({
  access: createAccessStore(db),
  requests: createRequestStore(db),
  attention: createAttentionStore(db),
  audit: createAuditStore(db),
  calendars: createCalendarStore(db),
  campaigns: createCampaignStore(db),
  processStarts: createProcessStore(db),
  clock: createClockStore(db),
  owed: createOwedStore(db),
  localities: createLocalityStore(db),
  software: createSoftwareStore(db, keyring),
  keys: createConnectionKeyStore(db, keyring),
  assessments: createAssessmentStore(db),
  projections: createProjectionStore(db),
  matchingRuns: createMatchingRunStore(db),
  notices: createNoticeStore(db),
})
export type Stores = ReturnType<typeof createStores>
