import { sql, type SQL } from 'drizzle-orm'
import { contentHash, createMerkleRoot, recordLeaf } from '../../domain/signing.ts'
import {
  FINDINGS_MAX,
  isVerificationRule,
  NATIONAL,
  type Counts,
  type Finding,
  type VerificationRule,
} from '../../domain/verifications.ts'
import type { Database, Transaction } from '../client.ts'
import { copyIn, intField, textField, uuidField } from '../copy.ts'
import { sha256, type Keyring } from '../keyring.ts'
import { contentPlace } from './records-conversion.ts'
import {
  auditChecks,
  bodyCounts,
  journalTable,
  lineChecks,
  orphanChecks,
  prepareBody,
  prepareItems,
  prepareJournal,
  signedChecks,
  stageChecks,
  versionChecks,
  windowChecks,
  windowCounts,
} from './verifications-checks.ts'

/** An application of a version, as the receiver's own journal names it. */
export interface JournalEntry {
  readonly record: string
  readonly versionNo: number
  /** In hexadecimal, computed by the receiver from what arrived. */
  readonly leaf: string
  readonly receipt: string
  readonly windowId: string
}

export interface SignedSession {
  readonly sessionId: string
  readonly manifest: string
  readonly cms: Uint8Array
  readonly certificateSha256: Uint8Array
  /** When the signature came, in real epoch milliseconds. */
  readonly signedMs: number
  readonly leaves: number
  /** In hexadecimal, recomputed from the leaves. */
  readonly root: string
  readonly isAsFrozen: boolean
}

/** What is found out about one part; more may be added before it is kept. */
export interface Recomputed {
  readonly checked: Counts
  readonly found: Counts
  readonly findings: readonly Finding[]
  readonly sessions: readonly SignedSession[]
}

export interface RecomputeInput {
  readonly campaignId: string
  readonly localityCode: string
  readonly windowId: string | null
  /** Read after our rows were fixed: whatever we know to be acknowledged must be in it. */
  readonly journal: () => AsyncIterable<readonly JournalEntry[]>
}

const CONTENTS_PER_PAGE = 2_000
const LEAVES_PER_PAGE = 10_000
const LEAF_BYTES = 32
const SNAPSHOT = { isolationLevel: 'repeatable read' } as const

/** Recomputes what is promised from the rows as they stand at one instant; holds one page in memory. */
export function createRecomputingStore(db: Database, keyring: Keyring) {
  async function lookAt(tx: Transaction, input: RecomputeInput, tally: Tally) {
    const { campaignId, localityCode: code, windowId } = input
    await runAll(tx, prepareBody(code))
    await runAll(tx, prepareItems(code, windowId))
    await copyJournal(tx, input.journal())
    await tally.run(tx, windowChecks(code, windowId))
    tally.count(await tx.execute(windowCounts))
    if (windowId !== null) return []
    for (const check of [
      lineChecks(code),
      versionChecks,
      signedChecks(code),
      stageChecks(campaignId, code),
      auditChecks(code),
    ])
      await tally.run(tx, check)
    tally.count(await tx.execute(bodyCounts(campaignId, code)))
    await openContents(tx, keyring, tally)
    return rootSessions(tx, code)
  }

  return {
    /** One body, or one window of it. */
    async recomputeBody(input: RecomputeInput): Promise<Recomputed> {
      const tally = createTally()
      const sessions = await db.transaction((tx) => lookAt(tx, input, tally), SNAPSHOT)
      await dismissNewer(db, tally)
      return { ...tally.result(), sessions }
    },

    /** What belongs to no body: the chain of the ministry, and rows without their record. */
    recomputeNational: (): Promise<Recomputed> =>
      db.transaction(async (tx) => {
        const tally = createTally()
        await tally.run(tx, auditChecks(NATIONAL))
        await tally.run(tx, orphanChecks)
        tally.count(
          await tx.execute(
            sql`select count(*) as "auditEntries" from audit_entries where scope = ${NATIONAL}`,
          ),
        )
        return { ...tally.result(), sessions: [] }
      }, SNAPSHOT),
  }
}
export type RecomputingStore = ReturnType<typeof createRecomputingStore>

async function runAll(tx: Transaction, statements: readonly SQL[]): Promise<void> {
  for (const statement of statements) await tx.execute(statement)
}

type Tally = ReturnType<typeof createTally>
function createTally() {
  const checked: Record<string, number> = {}
  const found: Record<string, number> = {}
  let findings: Finding[] = []
  return {
    add(finding: Finding): void {
      found[finding.rule] = (found[finding.rule] ?? 0) + 1
      if ((found[finding.rule] ?? 0) <= FINDINGS_MAX) findings.push(finding)
    },
    async run(tx: Transaction, check: SQL): Promise<void> {
      const rows = await tx.execute<{
        rule: string
        subject: string
        version_no: number | null
        window_id: string | null
        total: string
      }>(sql`
        select rule, subject, version_no, window_id, total from (
          select *, count(*) over (partition by rule) as total, row_number() over (partition by rule order by subject, version_no) as place
          from (${check}) as c (rule, subject, version_no, window_id)) as ranked where place <= ${FINDINGS_MAX}`)
      for (const { rule, subject, version_no: versionNo, window_id: windowId, total } of rows) {
        if (!isVerificationRule(rule)) throw new Error(`no such rule: ${rule}`)
        findings.push({ rule, subject, versionNo, windowId })
        found[rule] = Number(total)
      }
    },
    /** Takes away findings that turned out to be none. */
    dismiss(isNone: (finding: Finding) => boolean): void {
      for (const finding of findings.filter(isNone)) found[finding.rule] = (found[finding.rule] ?? 1) - 1
      findings = findings.filter((finding) => !isNone(finding))
    },
    count(rows: readonly Readonly<Record<string, unknown>>[]): void {
      for (const [name, value] of Object.entries(rows[0] ?? {})) checked[name] = Number(value)
    },
    named: (rule: VerificationRule) => findings.filter((finding) => finding.rule === rule),
    result: () => ({
      checked,
      found: Object.fromEntries(Object.entries(found).filter(([, times]) => times > 0)),
      findings,
    }),
  }
}

async function copyJournal(tx: Transaction, pages: AsyncIterable<readonly JournalEntry[]>): Promise<void> {
  await tx.execute(journalTable)
  for await (const entries of pages)
    await copyIn(
      tx,
      'receiver_journal',
      ['record', 'version_no', 'leaf', 'receipt', 'window_id'],
      entries.map(({ record, versionNo, leaf, receipt, windowId }) => [
        textField(record),
        intField(versionNo),
        Buffer.from(leaf, 'hex'),
        uuidField(receipt),
        uuidField(windowId),
      ]),
    )
  await runAll(tx, prepareJournal)
}

/** The journal was read after our rows were fixed: what was sent in between is no finding. */
async function dismissNewer(db: Database, tally: Tally): Promise<void> {
  const unsent = tally.named('applied-not-sent')
  if (unsent.length === 0) return
  const sent = await db.execute<{ record: string; version_no: number }>(sql`
    select x.record, x.version_no
    from unnest(${sql.param(unsent.map(({ subject }) => subject))}::text[],
      ${sql.param(unsent.map(({ versionNo }) => versionNo))}::int[]) as x (record, version_no)
    join source_systems s on s.code = split_part(x.record, '/', 1)
    join records r on r.source_id = s.source_id and r.record_code = substr(x.record, length(s.code) + 2)
    where exists (select from sync_items i where i.record_id = r.record_id and i.version_no = x.version_no)`)
  const known = new Set(sent.map(({ record, version_no }) => `${record}#${version_no}`))
  tally.dismiss(
    ({ rule, subject, versionNo }) => rule === 'applied-not-sent' && known.has(`${subject}#${versionNo}`),
  )
}

/** Opens every content, and derives hash and leaf of each version anew. */
async function openContents(tx: Transaction, keyring: Keyring, tally: Tally): Promise<void> {
  for (let after = { recordId: '0', versionNo: 0 }; ;) {
    const page = await tx.execute<{
      record_id: string
      version_no: number
      content_no: number
      unit_code: string
      leaf: Uint8Array
      content_hash: Uint8Array
      source: string
      record_code: string
      record: string
      salt: Uint8Array
      sealed: Uint8Array
    }>(sql`
      select v.record_id, v.version_no, v.content_no, v.unit_code, v.leaf, v.content_hash, b.source, b.record_code, b.record,
        b.salt, c.sealed
      from body_versions v join body_records b on b.record_id = v.record_id
      join record_contents c on c.record_id = v.record_id and c.content_no = v.content_no
      where (v.record_id, v.version_no) > (${after.recordId}, ${after.versionNo})
      order by v.record_id, v.version_no limit ${CONTENTS_PER_PAGE}`)
    const last = page.at(-1)
    if (last === undefined) return
    for (const row of page) {
      const { record, salt, content_hash: kept } = row
      const about = { subject: record, versionNo: row.version_no, windowId: null }
      const content = opened(keyring, contentPlace(row.source, row.record_code, row.content_no), row.sealed)
      if (content === null || !isSame(contentHash(sha256, salt, content), kept))
        tally.add({ rule: 'content-altered', ...about })
      const leaf = recordLeaf(sha256, salt, { contentHash: kept, record, unitCode: row.unit_code })
      if (!isSame(leaf, row.leaf)) tally.add({ rule: 'version-altered', ...about })
    }
    after = { recordId: last.record_id, versionNo: last.version_no }
  }
}

function opened(keyring: Keyring, place: string, sealed: Uint8Array): Uint8Array | null {
  try {
    return keyring.open(place, sealed)
  } catch {
    // Sealed under another place or key, or changed: that it does not open is the finding.
    return null
  }
}
const isSame = (one: Uint8Array, other: Uint8Array) => Buffer.compare(one, other) === 0

/** Every signed session of the body, with the root that its leaves give now. */
async function rootSessions(tx: Transaction, code: string): Promise<SignedSession[]> {
  const sessions = await tx.execute<{
    session_id: string
    manifest: string
    cms: Uint8Array
    certificate_sha256: Uint8Array
    signed_ms: number
    leaves: number
    root: Uint8Array
  }>(sql`
    select s.session_id, s.manifest, g.cms, g.certificate_sha256, s.leaves, s.root,
      (extract(epoch from g.recorded_at) * 1000)::float8 as signed_ms
    from signing_sessions s join signatures g using (session_id) where s.locality_code = ${code} order by s.session_id`)
  const rooted: SignedSession[] = []
  for (const { session_id: sessionId, manifest, cms, ...session } of sessions) {
    const { leaves, root } = await rootOf(tx, sessionId)
    rooted.push({
      sessionId,
      manifest,
      cms,
      certificateSha256: session.certificate_sha256,
      signedMs: session.signed_ms,
      leaves,
      root: Buffer.from(root).toString('hex'),
      isAsFrozen: leaves === session.leaves && isSame(root, session.root),
    })
  }
  return rooted
}

async function rootOf(tx: Transaction, sessionId: string) {
  const tree = createMerkleRoot(sha256)
  let leaves = 0
  for (let after = '0'; ;) {
    const [page] = await tx.execute<{ last: string | null; leaves: Uint8Array | null }>(sql`
      select max(record_id) as last, string_agg(leaf, ''::bytea order by record_id) as leaves from (
        select record_id, leaf from signing_leaves where session_id = ${sessionId} and record_id > ${after}
        order by record_id limit ${LEAVES_PER_PAGE}) as page`)
    if (page === undefined || page.last === null || page.leaves === null) break
    for (let at = 0; at < page.leaves.length; at += LEAF_BYTES) {
      tree.add(page.leaves.subarray(at, at + LEAF_BYTES))
      leaves += 1
    }
    after = page.last
  }
  return { leaves, root: tree.root() }
}
