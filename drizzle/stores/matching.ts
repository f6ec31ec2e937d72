import { and, asc, eq, sql } from 'drizzle-orm'
import { covers, type Scope } from '../../domain/access.ts'
import { RULES_NO } from '../../domain/matching.ts'
import type { Database } from '../client.ts'
import type { Keyring } from '../keyring.ts'
import { matchingDays, matchingRequests } from '../schema/matching.ts'
import { contentPlace } from './records-conversion.ts'

export interface MatchCandidate {
  readonly recordId: number
  readonly versionNo: number
  readonly unitCode: string
  /** Canonical JSON of the version's content. */
  readonly content: string
}
export interface MatchResult {
  readonly recordId: number
  readonly versionNo: number
  readonly unitCode: string
  readonly verdict: number
  readonly fieldBits: number
  readonly fields: readonly string[]
  /** The register's answer, kept sealed unless it matched. */
  readonly answer: string | null
}
export interface MatchPage {
  readonly campaignId: string
  readonly day: string
  readonly localityCode: string
  readonly results: readonly MatchResult[]
  readonly reviewDueOn: string
  readonly correctionDueOn: string
}

const sealAnswer = (keyring: Keyring, recordId: number, day: string, answer: string) =>
  Buffer.from(keyring.seal(`matching_ledger|${recordId}|${day}`, Buffer.from(answer))).toString('hex')

export function createMatchingStore(db: Database, keyring: Keyring) {
  return {
    /** Bodies whose daily matching has begun and that this day has no row for, after a code. */
    async readUnmatched(campaignId: string, day: string, limit: number): Promise<readonly string[]> {
      const rows = await db.execute<{ locality_code: string }>(sql`
        select l.locality_code from locality_stages l
        where l.campaign_id = ${campaignId} and l.stage = 'match-daily' and l.state <> 'waiting' and not exists (
          select from matching_days d where d.campaign_id = l.campaign_id and d.locality_code = l.locality_code and d.day = ${day})
        order by l.locality_code limit ${limit}`)
      return rows.map(({ locality_code }) => locality_code)
    },

    /** Records of the body whose current version the national database accepted, after a record. */
    async readCandidates(
      localityCode: string,
      after: number,
      limit: number,
    ): Promise<readonly MatchCandidate[]> {
      const rows = await db.execute<{
        record_id: string
        current_no: number
        unit_code: string
        source: string
        record_code: string
        content_no: number
        sealed: Uint8Array
      }>(sql`
        select r.record_id, r.current_no, r.unit_code, s.code as source, r.record_code, v.content_no, c.sealed
        from records r join source_systems s on s.source_id = r.source_id
        join record_versions v on v.record_id = r.record_id and v.version_no = r.current_no
        join record_contents c on c.record_id = v.record_id and c.content_no = v.content_no
        where r.locality_code = ${localityCode} and r.record_id > ${after} and exists (
          select from sync_items i where i.record_id = r.record_id and i.version_no = r.current_no and i.state = 'a')
        order by r.record_id limit ${limit}`)
      return rows.map((row) => ({
        recordId: Number(row.record_id),
        versionNo: row.current_no,
        unitCode: row.unit_code,
        content: keyring
          .open(contentPlace(row.source, row.record_code, row.content_no), row.sealed)
          .toString(),
      }))
    },

    /** A question is on record before it is asked; asked again it has the same name. */
    async nameRequest(input: {
      readonly requestId: string
      readonly campaignId: string
      readonly day: string
      readonly localityCode: string
      readonly officerCode: string
      readonly asked: number
    }): Promise<void> {
      await db.insert(matchingRequests).values(input).onConflictDoNothing()
    },
    async answerRequest(requestId: string, answered: number): Promise<void> {
      await db.update(matchingRequests).set({ answered }).where(eq(matchingRequests.requestId, requestId))
    },

    /**
     * Writes a page of a day's verdicts: a ledger row only where something changed, discrepancies opened, seen again or
     * closed. The same page again changes nothing. Answers how many verdicts changed.
     */
    writePage: (page: MatchPage): Promise<number> =>
      db.transaction(async (tx) => {
        const { campaignId, day, localityCode, results } = page
        if (results.length === 0) return 0
        const rows = results.map(({ recordId, versionNo, unitCode, verdict, fieldBits, fields, answer }) => ({
          record_id: recordId,
          version_no: versionNo,
          unit_code: unitCode,
          verdict,
          fields: fieldBits,
          names: fields.join(','),
          answer: answer === null ? null : sealAnswer(keyring, recordId, day, answer),
        }))
        await tx.execute(sql`
          create temporary table verdicts on commit drop as
          select record_id, version_no, unit_code, verdict, fields, names, decode(answer, 'hex') as answer
          from json_to_recordset(${JSON.stringify(rows)}::text::json) as v (record_id bigint, version_no int, unit_code text,
            verdict smallint, fields smallint, names text, answer text)`)
        const changed = await tx.execute(sql`
          insert into matching_ledger (record_id, from_day, locality_code, version_no, verdict, fields, rules_no, answer)
          select v.record_id, ${day}, ${localityCode}, v.version_no, v.verdict, v.fields, ${RULES_NO}, v.answer
          from verdicts v left join matching_state s on s.record_id = v.record_id
          where s.record_id is null or (s.version_no, s.verdict, s.fields) <> (v.version_no, v.verdict, v.fields)
          on conflict (record_id, from_day) do update set version_no = excluded.version_no, verdict = excluded.verdict,
            fields = excluded.fields, answer = excluded.answer`)
        await tx.execute(sql`
          insert into matching_state (record_id, locality_code, version_no, verdict, fields, since_day, checked_day)
          select record_id, ${localityCode}, version_no, verdict, fields, ${day}, ${day} from verdicts
          on conflict (record_id) do update set checked_day = excluded.checked_day, version_no = excluded.version_no,
            verdict = excluded.verdict, fields = excluded.fields,
            since_day = case when (matching_state.version_no, matching_state.verdict, matching_state.fields)
              = (excluded.version_no, excluded.verdict, excluded.fields) then matching_state.since_day else excluded.since_day end
          where matching_state.checked_day <= excluded.checked_day`)
        await tx.execute(sql`
          update discrepancies d set closed_on = ${day}, last_seen_on = ${day},
            closed_how = case when d.version_no < v.version_no then 'corrected' else 'register-agrees' end
          from verdicts v where d.record_id = v.record_id and d.closed_on is null
            and not d.field = any(string_to_array(v.names, ','))`)
        await tx.execute(sql`
          insert into discrepancies (campaign_id, locality_code, record_id, unit_code, field, verdict, version_no, opened_on,
            last_seen_on, review_due_on, correction_due_on)
          select ${campaignId}, ${localityCode}, v.record_id, v.unit_code, f.field, v.verdict, v.version_no, ${day}, ${day},
            ${page.reviewDueOn}, ${page.correctionDueOn}
          from verdicts v, unnest(string_to_array(v.names, ',')) as f (field)
          on conflict (record_id, field) where closed_on is null do update set last_seen_on = excluded.last_seen_on,
            verdict = excluded.verdict, version_no = excluded.version_no`)
        return changed.count
      }),

    /** A body's row of the day: done with its counts, or failed with its reason; a later run of the day overwrites a failure. */
    async writeDay(row: Omit<typeof matchingDays.$inferInsert, 'rulesNo' | 'recordedAt'>): Promise<void> {
      const values = { ...row, rulesNo: RULES_NO }
      await db
        .insert(matchingDays)
        .values(values)
        .onConflictDoUpdate({
          target: [matchingDays.campaignId, matchingDays.localityCode, matchingDays.day],
          set: values,
          setWhere: sql`${matchingDays.state} = 'failed'`,
        })
    },
    readDays: (scope: Scope, campaignId: string, day: string) =>
      db
        .select()
        .from(matchingDays)
        .where(
          and(
            eq(matchingDays.campaignId, campaignId),
            eq(matchingDays.day, day),
            scope === 'national'
              ? undefined
              : sql`${matchingDays.localityCode} = any(${sql.param([...scope])}::text[])`,
          ),
        )
        .orderBy(asc(matchingDays.localityCode))
        .limit(5_000),
    countMatched: async (localityCode: string): Promise<number> =>
      Number(
        (
          await db.execute<{ n: string }>(
            sql`select count(*) as n from matching_state where locality_code = ${localityCode} and verdict = 1`,
          )
        )[0]?.n ?? 0,
      ),

    /** A body's open (or all) discrepancies, oldest first. Names of fields, no values. */
    readDiscrepancies: (
      scope: Scope,
      page: {
        readonly localityCode: string
        readonly open: boolean
        readonly after: string | null
        readonly limit: number
      },
    ) =>
      covers(scope, page.localityCode)
        ? db.execute<{
            discrepancy_id: string
            source: string
            record_code: string
            unit_code: string
            field: string
            opened_on: string
            review_due_on: string
            correction_due_on: string
            closed_on: string | null
            closed_how: string | null
          }>(sql`
            select d.discrepancy_id, s.code as source, r.record_code, d.unit_code, d.field, d.opened_on, d.review_due_on,
              d.correction_due_on, d.closed_on, d.closed_how
            from discrepancies d join records r using (record_id) join source_systems s on s.source_id = r.source_id
            where d.locality_code = ${page.localityCode} and (${page.open} = false or d.closed_on is null)
              and (${page.after}::uuid is null or d.discrepancy_id > ${page.after}::uuid)
            order by d.discrepancy_id limit ${page.limit}`)
        : Promise.resolve([]),
  }
}
export type MatchingStore = ReturnType<typeof createMatchingStore>
