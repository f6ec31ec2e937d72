import { sql } from 'drizzle-orm'
import {
  bigint,
  check,
  foreignKey,
  index,
  integer,
  pgTable,
  primaryKey,
  smallint,
  text,
  unique,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core'
import { bytes, instant, timeOrderedId } from './columns.ts'
import { localities } from './localities.ts'
import { sourceSystems } from './software.ts'

/** One uploaded file. It exists for others from the moment every byte is kept (`received_at`). */
export const intakes = pgTable(
  'intakes',
  {
    intakeId: timeOrderedId('intake_id').primaryKey(),
    localityCode: text('locality_code')
      .notNull()
      .references(() => localities.localityCode),
    sourceId: integer('source_id')
      .notNull()
      .references(() => sourceSystems.sourceId),
    uploadedBy: uuid('uploaded_by').notNull(),
    occurredAt: instant('occurred_at').notNull(),
    recordedAt: instant('recorded_at')
      .notNull()
      .default(sql`now()`),
    /** The header's cells as they stood in the file, and what separates them. */
    header: text('header').array().notNull(),
    delimiter: text('delimiter').notNull(),
    sha256: bytes('sha256'),
    rows: integer('rows'),
    pages: integer('pages'),
    receivedAt: instant('received_at'),
    /** When the last page was converted. */
    convertedAt: instant('converted_at'),
    parkedAt: instant('parked_at'),
  },
  (table) => [
    unique('intakes_of_locality').on(table.intakeId, table.localityCode),
    index('intakes_locality').on(table.localityCode, table.intakeId),
    index('intakes_source').on(table.sourceId, table.receivedAt),
    check(
      'intakes_received_whole',
      sql`num_nulls(${table.receivedAt}, ${table.sha256}, ${table.rows}, ${table.pages}) in (0, 4)`,
    ),
    check(
      'intakes_converted_after_received',
      sql`${table.convertedAt} is null or ${table.receivedAt} is not null`,
    ),
  ],
)

/**
 * The original bytes, cut at record borders, deflated and sealed: staging, checkpoint and evidence in one. `outcome`
 * has a letter per line: A accepted, U unchanged, R rejected.
 */
export const intakePages = pgTable(
  'intake_pages',
  {
    intakeId: uuid('intake_id').notNull(),
    localityCode: text('locality_code').notNull(),
    pageNo: integer('page_no').notNull(),
    /** Line of the file (the header is line 1) at which the page's first record starts. */
    firstLine: integer('first_line').notNull(),
    rows: integer('rows').notNull(),
    body: bytes('body').notNull(),
    convertedAt: instant('converted_at'),
    /** The unit tree by which the page was converted. */
    treeId: uuid('tree_id'),
    outcome: text('outcome'),
    warnings: integer('warnings').notNull().default(0),
  },
  (table) => [
    primaryKey({ columns: [table.intakeId, table.pageNo] }),
    foreignKey({
      columns: [table.intakeId, table.localityCode],
      foreignColumns: [intakes.intakeId, intakes.localityCode],
    }),
    check('intake_pages_rows', sql`${table.rows} between 1 and 5000`),
    check('intake_pages_converted', sql`(${table.convertedAt} is null) = (${table.outcome} is null)`),
    check('intake_pages_each_line_once', sql`length(${table.outcome}) = ${table.rows}`),
    check('intake_pages_outcome', sql`${table.outcome} ~ '^[AUR]+$'`),
  ],
)

/** Why a line was not accepted: one row per line, faults in the order of the file's columns. */
export const intakeRejects = pgTable(
  'intake_rejects',
  {
    intakeId: uuid('intake_id').notNull(),
    localityCode: text('locality_code').notNull(),
    pageNo: integer('page_no').notNull(),
    /** Position of the record within its page, from 0. */
    rowNo: integer('row_no').notNull(),
    line: integer('line').notNull(),
    fields: text('fields').array().notNull(),
    rules: text('rules').array().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.intakeId, table.line] }),
    foreignKey({
      columns: [table.intakeId, table.pageNo],
      foreignColumns: [intakePages.intakeId, intakePages.pageNo],
    }),
    check(
      'intake_rejects_reasons',
      sql`cardinality(${table.rules}) > 0 and cardinality(${table.rules}) = cardinality(${table.fields})`,
    ),
  ],
)

/** Narrow and hot: what lists, joins and "unchanged?" need of the current version. */
export const records = pgTable(
  'records',
  {
    recordId: bigint('record_id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    localityCode: text('locality_code').notNull(),
    sourceId: integer('source_id').notNull(),
    recordCode: text('record_code').notNull(),
    salt: bytes('salt').notNull(),
    currentNo: integer('current_no').notNull(),
    unitCode: text('unit_code').notNull(),
    /** Keyed hash of the personal id. */
    personalIdHash: bytes('personal_id_hash').notNull(),
    /** Salted hash of the current content. */
    contentHash: bytes('content_hash').notNull(),
    leaf: bytes('leaf').notNull(),
  },
  (table) => [
    unique('records_source_code').on(table.sourceId, table.recordCode),
    // A second record of the same person in one body is a merge case, not an overwrite.
    uniqueIndex('records_one_per_person').on(table.localityCode, table.personalIdHash),
    index('records_locality').on(table.localityCode, table.recordId),
    check('records_salt', sql`octet_length(${table.salt}) = 16`),
  ],
)

/** What was handed in: immutable, sealed as one blob. */
export const recordContents = pgTable(
  'record_contents',
  {
    recordId: bigint('record_id', { mode: 'number' }).notNull(),
    contentNo: integer('content_no').notNull(),
    localityCode: text('locality_code').notNull(),
    sealed: bytes('sealed').notNull(),
    contentHash: bytes('content_hash').notNull(),
    intakeId: uuid('intake_id').notNull(),
    pageNo: integer('page_no').notNull(),
    line: integer('line').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.recordId, table.contentNo] }),
    uniqueIndex('record_contents_line').on(table.intakeId, table.line),
    check('record_contents_hash', sql`octet_length(${table.contentHash}) = 32`),
  ],
)

/** A content at a unit: immutable, narrow; what is signed and sent. Numbers are dense: each but the first follows one. */
export const recordVersions = pgTable(
  'record_versions',
  {
    recordId: bigint('record_id', { mode: 'number' }).notNull(),
    versionNo: integer('version_no').notNull(),
    previousNo: integer('previous_no').generatedAlwaysAs(sql`nullif(version_no - 1, 0)`),
    contentNo: integer('content_no').notNull(),
    localityCode: text('locality_code').notNull(),
    unitCode: text('unit_code').notNull(),
    leaf: bytes('leaf').notNull(),
    cause: text('cause').notNull(),
    occurredAt: instant('occurred_at').notNull(),
    recordedAt: instant('recorded_at')
      .notNull()
      .default(sql`now()`),
  },
  (table) => [
    primaryKey({ columns: [table.recordId, table.versionNo] }),
    foreignKey({
      name: 'record_versions_dense',
      columns: [table.recordId, table.previousNo],
      foreignColumns: [table.recordId, table.versionNo],
    }),
    check('record_versions_no', sql`${table.versionNo} > 0`),
    check('record_versions_leaf', sql`octet_length(${table.leaf}) = 32`),
    check('record_versions_cause', sql`${table.cause} in ('intake', 'correction', 'recoding')`),
  ],
)

/** Warnings are counted per rule, not kept per person. */
export const intakeWarnings = pgTable(
  'intake_warnings',
  {
    intakeId: uuid('intake_id').notNull(),
    pageNo: integer('page_no').notNull(),
    localityCode: text('locality_code').notNull(),
    rule: text('rule').notNull(),
    lines: smallint('lines').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.intakeId, table.pageNo, table.rule] }),
    foreignKey({
      columns: [table.intakeId, table.pageNo],
      foreignColumns: [intakePages.intakeId, intakePages.pageNo],
    }),
  ],
)
