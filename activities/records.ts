import { randomBytes } from 'node:crypto'
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
import { contentHash, recordLeaf } from '../domain/signing.ts'
import { mapUnit, type UnitMapping } from '../domain/units.ts'
import type { ClockStore } from '../drizzle/stores/clock.ts'
import type {
  AcceptedRow,
  ConversionStore,
  KnownRecord,
  PageResult,
  RejectedRow,
} from '../drizzle/stores/records-conversion.ts'
import { sha256, type Keyring } from '../drizzle/keyring.ts'
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

type Head = NonNullable<Awaited<ReturnType<ConversionStore['readIntakeHead']>>>
type StagedPage = NonNullable<Awaited<ReturnType<ConversionStore['readNextPage']>>>

type Mapping = UnitMapping & { readonly treeId: string }

/** What a page's rows are by themselves, before the records that exist are asked. */
interface Prepared {
  readonly page: StagedPage
  readonly nowMs: number
  readonly candidates: readonly Candidate[]
}

export function createRecordActivities({ conversions, clock, keyring }: RecordDeps): RecordActivities {
  /** The next page after that one, read and checked; null when there is none. */
  async function prepareNext(
    intakeId: string,
    after: number,
    { head, mapping }: { readonly head: Head; readonly mapping: Mapping },
  ): Promise<Prepared | null> {
    const page = await conversions.readNextPage(intakeId, after)
    if (page === null) return null
    const nowMs = await clock.now()
    return {
      page,
      nowMs,
      candidates: readRows({ page, head, mapping, keyring }, toHanoiDate(nowMs)),
    }
  }

  async function decidePage(
    intakeId: string,
    head: Head,
    { page, nowMs, candidates }: Prepared,
  ): Promise<Omit<PageResult, 'treeId'>> {
    const { localityCode, sourceId, source } = head
    const { pageNo } = page
    const good = candidates.flatMap((candidate) => ('content' in candidate ? candidate : []))
    const known = await conversions.readKnown(
      { intakeId, pageNo, sourceId },
      good.map(({ recordCode }) => recordCode),
    )
    const persons = new Map(
      await conversions.readPersons(
        localityCode,
        good.map(({ person }) => person),
      ),
    )
    const salts = randomBytes(SALT_BYTES * candidates.length)
    const seen = new Set<string>()
    let outcome = ''
    const accepted: AcceptedRow[] = []
    const rejected: RejectedRow[] = []
    const warnings = new Map<string, number>()
    for (const [row, candidate] of candidates.entries()) {
      const faults = faultsOf(candidate, { sourceId, seen, known, persons })
      if (faults !== null || !('content' in candidate)) {
        const all = faults ?? []
        rejected.push({
          row,
          line: candidate.line,
          fields: all.map(({ field }) => field),
          rules: all.map(({ rule }) => rule),
        })
        outcome += 'R'
        continue
      }
      for (const warning of candidate.warnings) warnings.set(warning, (warnings.get(warning) ?? 0) + 1)
      const salt = salts.subarray(row * SALT_BYTES, (row + 1) * SALT_BYTES)
      const ofRecord = known.get(candidate.recordCode) ?? null
      const fresh = freshRow({ row, source, candidate, salt, known: ofRecord })
      if (fresh !== null) accepted.push(fresh)
      outcome += fresh === null ? 'U' : 'A'
    }
    return {
      intakeId,
      localityCode,
      sourceId,
      pageNo,
      outcome,
      accepted,
      rejected,
      warnings,
      occurredMs: nowMs,
    }
  }

  return {
    async convertPages({ intakeId, localityCode }) {
      const head = await conversions.readIntakeHead(intakeId)
      if (head === null) throw failure('no-such-intake', { retry: false })
      const mapping = await conversions.readMapping(localityCode)
      if (mapping === null) throw failure('unit-tree-missing', { retry: false })
      const { treeId } = mapping
      const context = Context.current()
      const untilMs = Date.now() + WORK_MS
      let prepared = await prepareNext(intakeId, 0, { head, mapping })
      while (prepared !== null) {
        context.cancellationSignal.throwIfAborted()
        const { pageNo } = prepared.page
        const result = await decidePage(intakeId, head, prepared)
        // While the database writes this page, the next one is read and checked.
        const [, next] = await Promise.all([
          conversions.commitPage({ ...result, treeId }, head.source),
          Date.now() < untilMs ? prepareNext(intakeId, pageNo, { head, mapping }) : null,
        ])
        context.heartbeat({ page: pageNo })
        prepared = next
      }
      return { pagesLeft: await conversions.countPagesLeft(intakeId) }
    },
    async finishIntake({ intakeId, localityCode }) {
      await conversions.finish(intakeId, localityCode, await clock.now())
    },
  }
}

/** A row that is right by itself, with what it costs no look at the records to know. */
interface GoodRow {
  readonly line: number
  readonly content: Content
  readonly recordCode: string
  readonly unitCode: string
  readonly personalIdHash: Uint8Array
  /** The same hash in hex. */
  readonly person: string
  readonly canonical: string
  readonly warnings: readonly string[]
}
interface Fault {
  readonly field: string
  readonly rule: string
}
type Candidate = GoodRow | { readonly line: number; readonly faults: readonly Fault[] }

interface PageToRead {
  readonly page: StagedPage
  readonly head: Head
  readonly mapping: UnitMapping
  readonly keyring: Keyring
}

/** Each row of a page, checked by itself and brought to its unit. */
function readRows({ page, head, mapping, keyring }: PageToRead, today: HanoiDate): readonly Candidate[] {
  const columns: Columns = recogniseHeader(head.header)
  const table = readTable(page.body, head.delimiter)
  const lines = linesOf(page, head.delimiter)
  if (table.length !== page.rows || lines.length !== page.rows)
    throw failure('page-does-not-fit', { retry: false })
  return table.map((cells, row) => {
    const line = lines[row] ?? page.firstLine
    const checked = checkRecord(cells, columns, today)
    if ('faults' in checked) return { line, faults: checked.faults }
    const { content, warnings } = checked
    const mapped = mapUnit(mapping, content['unit_code'] ?? '')
    if ('rule' in mapped) return { line, faults: [{ field: 'unit_code', rule: mapped.rule }] }
    const personalIdHash = keyring.personalIdHash(content['personal_id'] ?? '')
    return {
      line,
      content,
      recordCode: content['record_code'] ?? '',
      unitCode: mapped.code,
      personalIdHash,
      person: Buffer.from(personalIdHash).toString('hex'),
      canonical: canonicalContent(content),
      warnings,
    }
  })
}

const readTable = (body: Uint8Array, delimiter: string): readonly (readonly string[])[] =>
  parse(Buffer.from(body), {
    delimiter,
    // Named, as at the intake: a lone carriage return ends no line.
    record_delimiter: ['\r\n', '\n'],
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
  })

interface Found {
  readonly sourceId: number
  /** Codes and persons of the page's lines so far; what is right is added. */
  readonly seen: Set<string>
  readonly persons: Map<string, string>
  readonly known: ReadonlyMap<string, KnownRecord>
}

/** What is wrong with a row, by itself or beside the others; null where it is right. */
function faultsOf(candidate: Candidate, { sourceId, seen, persons, known }: Found): readonly Fault[] | null {
  if ('faults' in candidate) return candidate.faults
  const { recordCode, person } = candidate
  const self = `${sourceId}/${recordCode}`
  if (seen.has(recordCode) || known.get(recordCode)?.isRepeated === true)
    return [{ field: 'record_code', rule: 'duplicate-in-file' }]
  if ((persons.get(person) ?? self) !== self) return [{ field: 'personal_id', rule: 'duplicate-person' }]
  seen.add(recordCode)
  persons.set(person, self)
  return null
}

interface FreshInput {
  readonly row: number
  readonly source: string
  readonly candidate: GoodRow
  /** For a record that has none yet. */
  readonly salt: Uint8Array
  readonly known: KnownRecord | null
}

/** The row to be written, or null where content and unit are what the record already has. */
function freshRow({ row, source, candidate, known, ...input }: FreshInput): AcceptedRow | null {
  const { line, recordCode, unitCode, personalIdHash, canonical } = candidate
  const salt = known?.salt ?? input.salt
  const contentHashed = contentHash(sha256, salt, canonical)
  if (known !== null && known.unitCode === unitCode && Buffer.from(known.contentHash).equals(contentHashed))
    return null
  const leaf = recordLeaf(sha256, salt, {
    contentHash: contentHashed,
    record: `${source}/${recordCode}`,
    unitCode,
  })
  return {
    row,
    line,
    recordCode,
    known,
    salt,
    personalIdHash,
    contentHash: contentHashed,
    leaf,
    unitCode,
    canonical,
  }
}
