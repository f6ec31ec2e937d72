import { and, asc, eq, gt, isNull, sql } from 'drizzle-orm'
import type { UnitMapping } from '../../domain/units.ts'
import type { Database, Transaction } from '../client.ts'
import { bigintField, copyIn, instantField, intField, textField, uuidField, type Field } from '../copy.ts'
import type { Keyring } from '../keyring.ts'
import { intakePages, intakeRejects, intakes, intakeWarnings } from '../schema/records.ts'
import { sourceSystems } from '../schema/software.ts'
import { units, unitSuccessors, unitTrees } from '../schema/units.ts'
import { appendAudit } from './audit.ts'
import { pagePlace } from './records-intake.ts'

export interface KnownRecord {
  readonly recordId: number
  readonly recordCode: string
  readonly salt: Uint8Array
  readonly currentNo: number
  readonly contentNo: number
  readonly unitCode: string
  readonly contentHash: Uint8Array
  /** It was accepted from an earlier page of the same file. */
  readonly isRepeated: boolean
}
/** A line that brings something new: a record's first content, or another one. */
export interface AcceptedRow {
  readonly row: number
  readonly line: number
  readonly recordCode: string
  /** Null for a record that is not known yet. */
  readonly known: KnownRecord | null
  readonly salt: Uint8Array
  readonly personalIdHash: Uint8Array
  readonly contentHash: Uint8Array
  readonly leaf: Uint8Array
  readonly unitCode: string
  /** Canonical JSON of what was handed in. */
  readonly canonical: string
}
export interface RejectedRow {
  readonly row: number
  readonly line: number
  readonly fields: readonly string[]
  readonly rules: readonly string[]
}
export interface PageResult {
  readonly intakeId: string
  readonly localityCode: string
  readonly sourceId: number
  readonly pageNo: number
  readonly treeId: string
  /** A letter per line: A accepted, U unchanged, R rejected. */
  readonly outcome: string
  readonly accepted: readonly AcceptedRow[]
  readonly rejected: readonly RejectedRow[]
  readonly warnings: ReadonlyMap<string, number>
  readonly occurredMs: number
}

export const contentPlace = (source: string, recordCode: string, contentNo: number) =>
  `record_contents|${source}/${recordCode}|${contentNo}`

/** Turns pages into records, each page in one transaction that is also its checkpoint. */
export function createConversionStore(db: Database, keyring: Keyring) {
  return {
    async readIntakeHead(intakeId: string) {
      const [found] = await db
        .select({
          localityCode: intakes.localityCode,
          sourceId: intakes.sourceId,
          source: sourceSystems.code,
          header: intakes.header,
          delimiter: intakes.delimiter,
          occurredAt: intakes.occurredAt,
        })
        .from(intakes)
        .innerJoin(sourceSystems, eq(sourceSystems.sourceId, intakes.sourceId))
        .where(eq(intakes.intakeId, intakeId))
      return found ?? null
    },

    /** The units of the body that are in force, and what became of closed ones; null before a tree was accepted. */
    async readMapping(localityCode: string): Promise<(UnitMapping & { readonly treeId: string }) | null> {
      const [tree] = await db
        .select({ treeId: unitTrees.treeId })
        .from(unitTrees)
        .where(and(eq(unitTrees.localityCode, localityCode), sql`${unitTrees.acceptedAt} is not null`))
        .orderBy(sql`${unitTrees.version} desc`)
        .limit(1)
      if (tree === undefined) return null
      const open = await db
        .select({ code: units.code })
        .from(units)
        .where(and(eq(units.localityCode, localityCode), sql`upper_inf(${units.valid})`))
      const rows = await db
        .select({ code: unitSuccessors.code, successor: unitSuccessors.successorCode })
        .from(unitSuccessors)
        .where(eq(unitSuccessors.localityCode, localityCode))
      const successors = new Map<string, string[]>()
      for (const { code, successor } of rows)
        successors.set(code, [...(successors.get(code) ?? []), successor])
      return { treeId: tree.treeId, open: new Set(open.map(({ code }) => code)), successors }
    },

    /** The next page in order after that number that is not converted; null when there is none. */
    async readNextPage(intakeId: string, after: number) {
      const [page] = await db
        .select({
          pageNo: intakePages.pageNo,
          firstLine: intakePages.firstLine,
          rows: intakePages.rows,
          body: intakePages.body,
        })
        .from(intakePages)
        .where(
          and(
            eq(intakePages.intakeId, intakeId),
            gt(intakePages.pageNo, after),
            isNull(intakePages.convertedAt),
          ),
        )
        .orderBy(asc(intakePages.pageNo))
        .limit(1)
      return page === undefined
        ? null
        : { ...page, body: keyring.openPage(pagePlace(intakeId, page.pageNo), page.body) }
    },
    countPagesLeft: async (intakeId: string): Promise<number> =>
      (
        await db
          .select({ left: sql<string>`count(*)` })
          .from(intakePages)
          .where(and(eq(intakePages.intakeId, intakeId), isNull(intakePages.convertedAt)))
      ).reduce((_sum, { left }) => Number(left), 0),

    /** Records of a source by their codes, as the lines of a page find them. */
    async readKnown(
      { intakeId, pageNo, sourceId }: Pick<PageResult, 'intakeId' | 'pageNo' | 'sourceId'>,
      recordCodes: readonly string[],
    ): Promise<ReadonlyMap<string, KnownRecord>> {
      const rows = await db.execute<{
        record_id: string
        record_code: string
        salt: Uint8Array
        current_no: number
        content_no: number
        unit_code: string
        content_hash: Uint8Array
        is_repeated: boolean
      }>(sql`
        select r.record_id, r.record_code, r.salt, r.current_no, v.content_no, r.unit_code, r.content_hash,
          exists (select from record_contents c
            where c.record_id = r.record_id and c.intake_id = ${intakeId} and c.page_no < ${pageNo}) as is_repeated
        from records r join record_versions v on v.record_id = r.record_id and v.version_no = r.current_no
        where r.source_id = ${sourceId} and r.record_code = any(${sql.param([...recordCodes])}::text[])`)
      return new Map(
        rows.map((row) => [
          row.record_code,
          {
            recordId: Number(row.record_id),
            recordCode: row.record_code,
            salt: row.salt,
            currentNo: row.current_no,
            contentNo: row.content_no,
            unitCode: row.unit_code,
            contentHash: row.content_hash,
            isRepeated: row.is_repeated,
          },
        ]),
      )
    },

    /** Which of these persons already have a record in this body: hash (hex) → source and code. */
    async readPersons(localityCode: string, hashes: readonly string[]): Promise<ReadonlyMap<string, string>> {
      // Each looked up by itself: as a join, or as an array, it may read every record of the body for each page.
      const rows = await db.execute<{ hash: string; record: string }>(sql`
        select h.hash, r.record from unnest(${sql.param([...hashes])}::text[]) as h (hash) cross join lateral (
          select source_id || '/' || record_code as record from records
          where locality_code = ${localityCode} and personal_id_hash = decode(h.hash, 'hex') limit 1) as r`)
      return new Map(rows.map(({ hash, record }) => [hash, record]))
    },

    /**
     * Writes a page's whole outcome, or nothing where another attempt was first: the page is the checkpoint. Answers
     * whether it was written.
     */
    commitPage: (result: PageResult, source: string): Promise<boolean> =>
      db.transaction(async (tx) => {
        const { intakeId, pageNo, outcome, treeId, occurredMs } = result
        const warnings = [...result.warnings.values()].reduce((sum, lines) => sum + lines, 0)
        const taken = await tx
          .update(intakePages)
          .set({ convertedAt: occurredMs, outcome, treeId, warnings })
          .where(
            and(
              eq(intakePages.intakeId, intakeId),
              eq(intakePages.pageNo, pageNo),
              isNull(intakePages.convertedAt),
            ),
          )
          .returning({ pageNo: intakePages.pageNo })
        if (taken.length === 0) return false
        const fresh = result.accepted.filter(({ known }) => known === null)
        const changed = result.accepted.filter(({ known }) => known !== null)
        if (fresh.length > 0) await writeFirst(tx, { ...result, accepted: fresh }, source, keyring)
        if (changed.length > 0) await writeNext(tx, { ...result, accepted: changed }, source, keyring)
        await writeRejects(tx, result)
        return true
      }),

    finish: (intakeId: string, localityCode: string, nowMs: number): Promise<void> =>
      db.transaction(async (tx) => {
        const finished = await tx
          .update(intakes)
          .set({ convertedAt: nowMs, parkedAt: null })
          .where(and(eq(intakes.intakeId, intakeId), isNull(intakes.convertedAt)))
          .returning({ intakeId: intakes.intakeId })
        if (finished.length === 0) return
        await appendAudit(tx, {
          scope: localityCode,
          actor: null,
          action: 'intake.converted',
          subject: intakeId,
          occurredMs: nowMs,
        })
      }),
  }
}
export type ConversionStore = ReturnType<typeof createConversionStore>

const INCOMING = [
  'record_code',
  'personal_id_hash',
  'content_hash',
  'leaf',
  'unit_code',
  'sealed',
  'line',
] as const

const RECORDS = [
  'record_id',
  'locality_code',
  'source_id',
  'record_code',
  'salt',
  'current_no',
  'unit_code',
  'personal_id_hash',
  'content_hash',
  'leaf',
] as const
const CONTENTS = [
  'record_id',
  'content_no',
  'locality_code',
  'sealed',
  'content_hash',
  'intake_id',
  'page_no',
  'line',
] as const
const VERSIONS = [
  'record_id',
  'version_no',
  'content_no',
  'locality_code',
  'unit_code',
  'leaf',
  'cause',
  'occurred_at',
] as const

/**
 * Records that nobody knew are copied straight into their three tables under numbers drawn beforehand: nearly every line
 * of a body's first file. Where another file brought one of them meanwhile, the page fails as a whole; tried again, it
 * finds that record known.
 */
async function writeFirst(
  tx: Transaction,
  result: PageResult,
  source: string,
  keyring: Keyring,
): Promise<void> {
  const [drawn] = await tx.execute<{ ids: string }>(sql`
    select string_agg(nextval('records_record_id_seq')::text, ' ') as ids
    from generate_series(1, ${result.accepted.length}::int)`)
  const ids = drawn?.ids.split(' ').map((id) => bigintField(Number(id))) ?? []
  const [one, locality, intake] = [intField(1), textField(result.localityCode), uuidField(result.intakeId)]
  const [sourceId, page, cause] = [intField(result.sourceId), intField(result.pageNo), textField('intake')]
  const occurredAt = instantField(result.occurredMs)
  const [records, contents, versions]: [Field[][], Field[][], Field[][]] = [[], [], []]
  for (const [index, row] of result.accepted.entries()) {
    const id = ids[index] ?? null
    const unit = textField(row.unitCode)
    const { recordCode, salt, personalIdHash, contentHash, leaf } = row
    const sealed = keyring.seal(contentPlace(source, recordCode, 1), Buffer.from(row.canonical))
    const code = textField(recordCode)
    records.push([id, locality, sourceId, code, salt, one, unit, personalIdHash, contentHash, leaf])
    contents.push([id, one, locality, sealed, contentHash, intake, page, intField(row.line)])
    versions.push([id, one, one, locality, unit, leaf, cause, occurredAt])
  }
  await copyIn(tx, 'records', RECORDS, records)
  await copyIn(tx, 'record_contents', CONTENTS, contents)
  await copyIn(tx, 'record_versions', VERSIONS, versions)
}

/** Another content or unit of records that are known, by a temporary table and one statement per table. */
async function writeNext(
  tx: Transaction,
  result: PageResult,
  source: string,
  keyring: Keyring,
): Promise<void> {
  const { sourceId, localityCode, intakeId, pageNo, occurredMs } = result
  await tx.execute(sql`
    create temporary table incoming (record_code text, personal_id_hash bytea, content_hash bytea, leaf bytea,
      unit_code text, sealed bytea, line int) on commit drop`)
  const rows = result.accepted.map((row): readonly Field[] => {
    const contentNo = (row.known?.contentNo ?? 0) + 1
    const sealed = keyring.seal(contentPlace(source, row.recordCode, contentNo), Buffer.from(row.canonical))
    return [
      textField(row.recordCode),
      row.personalIdHash,
      row.contentHash,
      row.leaf,
      textField(row.unitCode),
      sealed,
      intField(row.line),
    ]
  })
  await copyIn(tx, 'incoming', INCOMING, rows)
  await tx.execute(sql`analyze incoming`)
  const occurredAt = sql`${new Date(occurredMs).toISOString()}::timestamptz`
  await tx.execute(sql`
    insert into record_contents (record_id, content_no, locality_code, sealed, content_hash, intake_id, page_no, line)
    select r.record_id, v.content_no + 1, ${localityCode}, i.sealed, i.content_hash, ${intakeId}, ${pageNo}, i.line
    from incoming i join records r on r.source_id = ${sourceId} and r.record_code = i.record_code
    join record_versions v on v.record_id = r.record_id and v.version_no = r.current_no`)
  await tx.execute(sql`
    insert into record_versions (record_id, version_no, content_no, locality_code, unit_code, leaf, cause, occurred_at)
    select r.record_id, r.current_no + 1, v.content_no + 1, ${localityCode}, i.unit_code, i.leaf,
      'correction', ${occurredAt}
    from incoming i join records r on r.source_id = ${sourceId} and r.record_code = i.record_code
    join record_versions v on v.record_id = r.record_id and v.version_no = r.current_no`)
  await tx.execute(sql`
    update records r set current_no = r.current_no + 1, unit_code = i.unit_code, personal_id_hash = i.personal_id_hash,
      content_hash = i.content_hash, leaf = i.leaf
    from incoming i where r.source_id = ${sourceId} and r.record_code = i.record_code`)
}

async function writeRejects(tx: Transaction, result: PageResult): Promise<void> {
  const { intakeId, localityCode, pageNo } = result
  if (result.rejected.length > 0)
    await tx.insert(intakeRejects).values(
      result.rejected.map(({ row, line, fields, rules }) => ({
        intakeId,
        localityCode,
        pageNo,
        rowNo: row,
        line,
        fields: [...fields],
        rules: [...rules],
      })),
    )
  if (result.warnings.size > 0)
    await tx.insert(intakeWarnings).values(
      [...result.warnings].map(([rule, lines]) => ({
        intakeId,
        pageNo,
        localityCode,
        rule,
        lines,
      })),
    )
}
