import { sql } from 'drizzle-orm'
import { check, date, index, integer, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { instant, instantRange, timeOrderedId } from './columns.ts'

/** What the national database can take per hour; counters kept by a trigger, so that no two bookings pass together. */
export const syncCapacity = pgTable(
  'sync_capacity',
  {
    campaignId: uuid('campaign_id').notNull(),
    hour: instant('hour').notNull(),
    bodiesMax: integer('bodies_max').notNull(),
    recordsMax: integer('records_max').notNull(),
    bodies: integer('bodies').notNull().default(0),
    records: integer('records').notNull().default(0),
  },
  (table) => [
    primaryKey({ columns: [table.campaignId, table.hour] }),
    check('sync_capacity_bodies', sql`${table.bodies} between 0 and ${table.bodiesMax}`),
    check('sync_capacity_records', sql`${table.records} between 0 and ${table.recordsMax}`),
  ],
)

/** A body's time at the national database: proposed by it, counted against the capacity once confirmed. */
export const syncSlots = pgTable(
  'sync_slots',
  {
    slotId: timeOrderedId('slot_id').primaryKey(),
    campaignId: uuid('campaign_id').notNull(),
    localityCode: text('locality_code').notNull(),
    /** `campaign`: inside the official window; `delta`: corrections on a day after it. */
    kind: text('kind').notNull(),
    day: date('day').notNull(),
    during: instantRange('during').notNull(),
    recordsPerHour: integer('records_per_hour').notNull(),
    proposedBy: uuid('proposed_by').notNull(),
    proposedAt: instant('proposed_at').notNull(),
    confirmedBy: uuid('confirmed_by'),
    confirmedAt: instant('confirmed_at'),
    cancelledAt: instant('cancelled_at'),
    recordedAt: instant('recorded_at')
      .notNull()
      .default(sql`now()`),
  },
  (table) => [
    index('sync_slots_locality').on(table.campaignId, table.localityCode),
    check('sync_slots_kind', sql`${table.kind} in ('campaign', 'delta')`),
    check('sync_slots_rate', sql`${table.recordsPerHour} > 0`),
    check('sync_slots_two_persons', sql`${table.confirmedBy} <> ${table.proposedBy}`),
  ],
)
