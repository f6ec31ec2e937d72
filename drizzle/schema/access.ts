import { sql } from 'drizzle-orm'
import { check, index, integer, pgTable, primaryKey, smallint, text, uuid } from 'drizzle-orm/pg-core'
import { bytes, instant, timeOrderedId } from './columns.ts'

/** A log-in of this installation; an OpenID Connect provider takes its place later. The name is a role's, not a person's. */
export const accounts = pgTable('accounts', {
  subject: timeOrderedId('subject').primaryKey(),
  name: text('name').notNull().unique(),
  passwordSalt: bytes('password_salt').notNull(),
  /** scrypt with the cost below. */
  passwordHash: bytes('password_hash').notNull(),
  cost: integer('cost').notNull(),
  createdAt: instant('created_at')
    .notNull()
    .default(sql`now()`),
  endedAt: instant('ended_at'),
})

/** Who holds which role for which body, and who gave it. Asked at every request, so that taking it away works at once. */
export const grants = pgTable(
  'grants',
  {
    grantId: timeOrderedId('grant_id').primaryKey(),
    subject: uuid('subject').notNull(),
    role: text('role').notNull(),
    /** Null for a national role. */
    localityCode: text('locality_code'),
    validFrom: instant('valid_from')
      .notNull()
      .default(sql`now()`),
    validTo: instant('valid_to'),
    grantedBy: uuid('granted_by'),
    approvedBy: uuid('approved_by'),
    documentNo: text('document_no').notNull(),
  },
  (table) => [
    index('grants_subject').on(table.subject),
    check('grants_two_persons', sql`${table.grantedBy} <> ${table.approvedBy}`),
    check(
      'grants_scope',
      sql`(${table.role} in ('locality-officer', 'locality-signer', 'machine')) = (${table.localityCode} is not null)`,
    ),
  ],
)

/** What a body's own software presents to us: the hash only. */
export const apiCredentials = pgTable(
  'api_credentials',
  {
    credentialId: timeOrderedId('credential_id').primaryKey(),
    subject: uuid('subject').notNull(),
    localityCode: text('locality_code').notNull(),
    secretSha256: bytes('secret_sha256').notNull(),
    createdBy: uuid('created_by').notNull(),
    createdAt: instant('created_at')
      .notNull()
      .default(sql`now()`),
    cancelledAt: instant('cancelled_at'),
  },
  (table) => [index('api_credentials_locality').on(table.localityCode)],
)

/** One row per subject, route and idempotency key: the first sight, and the answer once there is one. Kept for 7 days. */
export const httpRequests = pgTable(
  'http_requests',
  {
    subject: uuid('subject').notNull(),
    route: text('route').notNull(),
    key: text('key').notNull(),
    requestSha256: bytes('request_sha256').notNull(),
    /** The id of what the request makes or orders: a repetition makes the same thing. */
    operationId: timeOrderedId('operation_id').notNull(),
    /** When the key was first seen: real time, and campaign time, which is when the act counts. */
    firstSeenAt: instant('first_seen_at')
      .notNull()
      .default(sql`now()`),
    occurredAt: instant('occurred_at').notNull(),
    /** Who works on it since when; taken over 10 s after its last renewal. Null after a refusal, which is not kept. */
    claimedAt: instant('claimed_at'),
    status: smallint('status'),
    response: text('response'),
  },
  (table) => [
    primaryKey({ columns: [table.subject, table.route, table.key] }),
    index('http_requests_age').on(table.firstSeenAt),
    check('http_requests_answer', sql`(${table.status} is null) = (${table.response} is null)`),
  ],
)
