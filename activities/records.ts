import { createHash, randomBytes } from 'node:crypto'
import { Context } from '@temporalio/activity'
import { parse } from 'csv-parse/sync'
import { toHanoiDate, type HanoiDate } from '../domain/hanoi-time.ts'
import { linesOf } from '../domain/records-pages.ts'
import {
  canonicalContent,
  checkRecord,
  recogniseHeader,
  type Columns,
  type Content,
} from '../domain/records.ts'
import { contentHash, recordLeaf, type Sha256 } from '../domain/signing.ts'
import { mapUnit, type UnitMapping } from '../domain/units.ts'
import type { ClockStore } from '../drizzle/stores/clock.ts'
import type {
  AcceptedRow,
  ConversionStore,
  KnownRecord,
  RejectedRow,
} from '../drizzle/stores/records-conversion.ts'
import type { Keyring } from '../drizzle/keyring.ts'
import type { RecordActivities } from './contract/records.ts'
import { failure } from './failures.ts'

export interface RecordDeps {
  readonly conversions: ConversionStore
  readonly clock: ClockStore
  readonly keyring: Keyring
}

/** One activity does so much at the most, so that a worker that ends need not be waited for long. */
const WORK_MS = 20_000
const SALT_BYTES = 16
const sha256: Sha256 = (...parts) => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}

type Head = NonNullable<Awaited<ReturnType<ConversionStore['readIntakeHead']>>>
type StagedPage = NonNullable<Awaited<ReturnType<ConversionStore['readNextPage']>>>

export function createRecordActivities({ conversions, clock, keyring }: RecordDeps): RecordActivities {
  async function convertPage(
    intakeId: string,
    head: Head,
    page: StagedPage,
    mapping: UnitMapping & { readonly treeId: string },
  ) {
    const nowMs = await clock.now()
    const candidates = readRows(page, head, mapping, toHanoiDate(nowMs))
    const { localityCode, sourceId, source } = head
    const codes = candidates.flatMap((candidate) =>
      'content' in candidate ? (candidate.content['record_code'] ?? []) : [],
    )
    const known = await conversions.readKnown(sourceId, codes)
    const earlier = await conversions.readEarlierCodes(intakeId, page.pageNo, codes)
    const hashes = candidates.map((candidate) =>
      'content' in candidate
        ? keyring.personalIdHash(candidate.content['personal_id'] ?? '')
        : new Uint8Array(0),
    )
    const persons = new Map(
      await conversions.readPersons(
        localityCode,
        hashes.filter((hash) => hash.length > 0),
      ),
    )
    const seen = new Set<string>(earlier)
    let outcome = ''
    const accepted: AcceptedRow[] = []
    const rejected: RejectedRow[] = []
    const warnings = new Map<string, number>()
    for (const [row, candidate] of candidates.entries()) {
      const { line } = candidate
      const reject = (fields: readonly string[], rules: readonly string[]) => {
        rejected.push({ row, line, fields, rules })
        outcome += 'R'
      }
      if ('faults' in candidate) {
        reject(
          candidate.faults.map(({ field }) => field),
          candidate.faults.map(({ rule }) => rule),
        )
        continue
      }
      const { content, unitCode } = candidate
      const recordCode = content['record_code'] ?? ''
      const personalIdHash = hashes[row] ?? new Uint8Array(0)
      const person = Buffer.from(personalIdHash).toString('hex')
      const self = `${sourceId}/${recordCode}`
      if (seen.has(recordCode)) reject(['record_code'], ['duplicate-in-file'])
      else if ((persons.get(person) ?? self) !== self) reject(['personal_id'], ['duplicate-person'])
      else {
        seen.add(recordCode)
        persons.set(person, self)
        for (const warning of candidate.warnings) warnings.set(warning, (warnings.get(warning) ?? 0) + 1)
        const fresh = freshRow({
          row,
          line,
          source,
          recordCode,
          content,
          unitCode,
          personalIdHash,
          known: known.get(recordCode) ?? null,
        })
        if (fresh !== null) accepted.push(fresh)
        outcome += fresh === null ? 'U' : 'A'
      }
    }
    const { pageNo } = page
    const { treeId } = mapping
    await conversions.commitPage(
      {
        intakeId,
        localityCode,
        sourceId,
        pageNo,
        treeId,
        outcome,
        accepted,
        rejected,
        warnings,
        occurredMs: nowMs,
      },
      source,
    )
  }

  return {
    async convertPages({ intakeId, localityCode }) {
      const head = await conversions.readIntakeHead(intakeId)
      if (head === null) throw failure('no-such-intake', { retry: false })
      const mapping = await conversions.readMapping(localityCode)
      if (mapping === null) throw failure('unit-tree-missing', { retry: false })
      const context = Context.current()
      const untilMs = Date.now() + WORK_MS
      while (Date.now() < untilMs) {
        context.cancellationSignal.throwIfAborted()
        const page = await conversions.readNextPage(intakeId)
        if (page === null) return { pagesLeft: 0 }
        await convertPage(intakeId, head, page, mapping)
        context.heartbeat({ page: page.pageNo })
      }
      return { pagesLeft: await conversions.countPagesLeft(intakeId) }
    },
    async finishIntake({ intakeId, localityCode }) {
      await conversions.finish(intakeId, localityCode, await clock.now())
    },
  }
}

type Candidate =
  | {
      readonly line: number
      readonly content: Content
      readonly unitCode: string
      readonly warnings: readonly string[]
    }
  | { readonly line: number; readonly faults: readonly { readonly field: string; readonly rule: string }[] }

/** Each row of a page, checked by itself and brought to its unit. */
function readRows(
  page: StagedPage,
  head: Head,
  mapping: UnitMapping,
  today: HanoiDate,
): readonly Candidate[] {
  const columns: Columns = recogniseHeader(head.header)
  const table: string[][] = parse(page.body, {
    delimiter: head.delimiter,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
  })
  const lines = linesOf(page)
  if (table.length !== page.rows || lines.length !== page.rows)
    throw failure('page-does-not-fit', { retry: false })
  return table.map((cells, row) => {
    const line = lines[row] ?? page.firstLine
    const checked = checkRecord(cells, columns, today)
    if ('faults' in checked) return { line, faults: checked.faults }
    const mapped = mapUnit(mapping, checked.content['unit_code'] ?? '')
    if ('rule' in mapped) return { line, faults: [{ field: 'unit_code', rule: mapped.rule }] }
    return { line, content: checked.content, unitCode: mapped.code, warnings: checked.warnings }
  })
}

interface FreshInput {
  readonly row: number
  readonly line: number
  readonly source: string
  readonly recordCode: string
  readonly content: Content
  readonly unitCode: string
  readonly personalIdHash: Uint8Array
  readonly known: KnownRecord | null
}

/** The row to be written, or null where content and unit are what the record already has. */
function freshRow(input: FreshInput): AcceptedRow | null {
  const { content, known, source, recordCode, unitCode, row, line, personalIdHash } = input
  const salt = known?.salt ?? randomBytes(SALT_BYTES)
  const canonical = canonicalContent(content)
  const hash = contentHash(sha256, salt, canonical)
  if (known !== null && known.unitCode === unitCode && Buffer.from(known.contentHash).equals(hash))
    return null
  const leaf = recordLeaf(sha256, salt, { contentHash: hash, record: `${source}/${recordCode}`, unitCode })
  return { row, line, recordCode, known, salt, personalIdHash, contentHash: hash, leaf, unitCode, canonical }
}
