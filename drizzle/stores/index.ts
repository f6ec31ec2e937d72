import type { Database } from '../client.ts'
import type { Keyring } from '../keyring.ts'
import { createRequestStore } from './access-requests.ts'
import { createSessionStore } from './access-sessions.ts'
import { createAccessStore } from './access.ts'
import { createAttentionStore } from './attention.ts'
import { createAuditStore } from './audit.ts'
import { createCalendarStore } from './calendars.ts'
import { createProcessStore } from './campaigns-processes.ts'
import { createCampaignStore } from './campaigns.ts'
import { createOwedStore } from './clock-owed.ts'
import { createClockStore } from './clock.ts'
import { createConnectionKeyStore } from './connection-keys.ts'
import { createAssessmentStore } from './localities-assessment.ts'
import { createProjectionStore } from './localities-projection.ts'
import { createLocalityStore } from './localities.ts'
import { createMatchingRunStore } from './matching-runs.ts'
import { createMatchingStore } from './matching.ts'
import { createNoticeStore } from './notices.ts'
import { createConversionStore } from './records-conversion.ts'
import { createIntakeStore } from './records-intake.ts'
import { createEndStateStore } from './reports-end-state.ts'
import { createRetryStore } from './retries.ts'
import { createSigningStore } from './signing.ts'
import { createSoftwareStore } from './software.ts'
import { createWindowStore } from './sync-windows.ts'
import { createUnitStore } from './units.ts'
import { createRecomputingStore } from './verifications-recomputing.ts'
import { createVerificationStore } from './verifications.ts'

/** All doors to the database, for the two mains that put rooms together. */
export const createStores = (db: Database, keyring: Keyring) => ({
  keyring,
  access: createAccessStore(db),
  requests: createRequestStore(db),
  sessions: createSessionStore(db),
  attention: createAttentionStore(db),
  audit: createAuditStore(db),
  calendars: createCalendarStore(db),
  campaigns: createCampaignStore(db),
  processStarts: createProcessStore(db),
  clock: createClockStore(db),
  owed: createOwedStore(db),
  keys: createConnectionKeyStore(db, keyring),
  assessments: createAssessmentStore(db),
  projections: createProjectionStore(db),
  localities: createLocalityStore(db),
  matchingRuns: createMatchingRunStore(db),
  matching: createMatchingStore(db, keyring),
  notices: createNoticeStore(db),
  conversions: createConversionStore(db, keyring),
  intakes: createIntakeStore(db, keyring),
  endState: createEndStateStore(db, keyring),
  retries: createRetryStore(db),
  signing: createSigningStore(db),
  software: createSoftwareStore(db, keyring),
  windows: createWindowStore(db, keyring),
  units: createUnitStore(db),
  verifications: createVerificationStore(db),
  recomputing: createRecomputingStore(db, keyring),
})
export type Stores = ReturnType<typeof createStores>
