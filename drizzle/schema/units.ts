import { sql } from 'drizzle-orm'
import {
  check,
  date,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  unique,
  uuid,
} from 'drizzle-orm/pg-core'
import { bytes, dateRange, instant, timeOrderedId } from './columns.ts'
import { localities } from './localities.ts'

/** An uploaded tree that passed every check; nothing of a faulty file is kept but its fault list in the answer. */
export const unitTrees = pgTable(
  'unit_trees',
  {
    treeId: timeOrderedId('tree_id').primaryKey(),
    localityCode: text('locality_code')
      .notNull()
      .references(() => localities.localityCode),
    version: integer('version').notNull(),
    sha256: bytes('sha256').notNull(),
    units: jsonb('units').notNull(),
    unitCount: integer('unit_count').notNull(),
    uploadedBy: uuid('uploaded_by').notNull(),
    uploadedAt: instant('uploaded_at').notNull(),
    acceptedAt: instant('accepted_at'),
    /** When the national database confirmed it. */
    confirmedAt: instant('confirmed_at'),
    refusedAt: instant('refused_at'),
    refusalReasons: text('refusal_reasons').array(),
    recordedAt: instant('recorded_at')
      .notNull()
      .default(sql`now()`),
  },
  (table) => [
    unique('unit_trees_version').on(table.localityCode, table.version),
    check(
      'unit_trees_confirmed_after_accepted',
      sql`${table.confirmedAt} is null or ${table.acceptedAt} is not null`,
    ),
  ],
)

/** Units in force, by period. Temporal keys (no second life, no orphan) are added by the second migration. */
export const units = pgTable(
  'units',
  {
    code: text('code').notNull(),
    valid: dateRange('valid').notNull(),
    localityCode: text('locality_code')
      .notNull()
      .references(() => localities.localityCode),
    parentCode: text('parent_code'),
    name: text('name').notNull(),
    kind: text('kind').notNull(),
    closedReason: text('closed_reason'),
    treeId: uuid('tree_id').notNull(),
  },
  (table) => [
    check(
      'units_code',
      sql`${table.code} ~ '^[A-Z][0-9]{2}([.][0-9A-Z]+)*$' and length(${table.code}) <= 35`,
    ),
    check(
      'units_own_code',
      sql`${table.code} = ${table.localityCode} or ${table.code} like ${table.localityCode} || '.%'`,
    ),
    check('units_parent_is_prefix', sql`${table.code} like ${table.parentCode} || '.%'`),
    check('units_valid', sql`not isempty(${table.valid})`),
    index('units_locality').on(table.localityCode),
  ],
)

/** Which open unit stands for a closed one. Several successors of one code are a human decision. */
export const unitSuccessors = pgTable(
  'unit_successors',
  {
    localityCode: text('locality_code').notNull(),
    code: text('code').notNull(),
    closedOn: date('closed_on').notNull(),
    successorCode: text('successor_code').notNull(),
  },
  (table) => [primaryKey({ columns: [table.localityCode, table.code, table.successorCode] })],
)
