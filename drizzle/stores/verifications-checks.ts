import { sql, type SQL } from 'drizzle-orm'
import type { VerificationRule } from '../../domain/verifications.ts'

/**
 * Each check answers rows of (rule, subject, version_no, window_id), nothing where all is well. They read the tables
 * that {@link prepareBody} and {@link prepareJournal} make of one body's rows and of the receiver's journal.
 */

/** The body's records, versions and items under the names by which people know them. */
export const prepareBody = (code: string): readonly SQL[] => [
  sql`create temporary table body_records on commit drop as
    select r.record_id, s.code as source, r.record_code, s.code || '/' || r.record_code as record, r.salt, r.current_no,
      r.unit_code, r.content_hash, r.leaf
    from records r join source_systems s on s.source_id = r.source_id where r.locality_code = ${code}`,
  sql`create unique index body_records_id on body_records (record_id)`,
  sql`analyze body_records`,
  sql`create temporary table body_versions on commit drop as
    select v.record_id, v.version_no, v.content_no, v.unit_code, v.leaf, c.content_hash
    from body_records b join record_versions v on v.record_id = b.record_id
    left join record_contents c on c.record_id = v.record_id and c.content_no = v.content_no`,
  sql`create unique index body_versions_no on body_versions (record_id, version_no)`,
  sql`analyze body_versions`,
]

/** What the window, or every window of the body, holds; beside each item the signed leaf by which it may be sent. */
export const prepareItems = (code: string, windowId: string | null): readonly SQL[] => [
  sql`create temporary table body_items on commit drop as
    select i.record_id, i.version_no, i.window_id, i.session_id, i.state, i.receipt, w.completed_at is not null as completed
    from sync_windows w join sync_items i on i.window_id = w.window_id
    where w.locality_code = ${code} and (${windowId}::uuid is null or w.window_id = ${windowId})`,
  sql`create index body_items_version on body_items (record_id, version_no)`,
  sql`analyze body_items`,
]

/** Where the receiver's journal is copied to; then each entry finds its record. */
export const journalTable = sql`
  create temporary table receiver_journal (record text not null, version_no int not null, leaf bytea not null,
    receipt uuid not null, window_id uuid not null) on commit drop`
export const prepareJournal: readonly SQL[] = [
  sql`analyze receiver_journal`,
  sql`create temporary table applied on commit drop as
    select b.record_id, j.* from receiver_journal j left join body_records b on b.record = j.record`,
  sql`create index applied_version on applied (record_id, version_no)`,
  sql`analyze applied`,
]

const rule = (name: VerificationRule) => sql`${name}::text`
const NO_VERSION = sql`null::int`
const NO_WINDOW = sql`null::uuid`

/** One row for every test that holds, of rows that are read once. */
const named = (tests: readonly (readonly [VerificationRule, SQL])[]) =>
  sql`unnest(array_remove(array[${sql.join(
    tests.map(([name, holds]) => sql`case when ${holds} then ${rule(name)} end`),
    sql`, `,
  )}], null))`

/** Each line that was handed in has one outcome, and what the outcome says is there. */
export const lineChecks = (code: string): SQL => sql`
  with handed_in as (
    select intake_id, pages, rows, converted_at from intakes where locality_code = ${code} and received_at is not null),
  kept as (
    select p.intake_id, count(*) as pages, sum(p.rows) as rows, max(p.page_no) - min(p.page_no) + 1 as span
    from intake_pages p join handed_in using (intake_id) group by p.intake_id),
  outcomes as (
    select p.intake_id, p.page_no, p.outcome, h.converted_at,
      coalesce(length(p.outcome) - length(replace(p.outcome, 'A', '')), 0) as accepted,
      coalesce(length(p.outcome) - length(replace(p.outcome, 'R', '')), 0) as rejected
    from intake_pages p join handed_in h using (intake_id)),
  contents as (
    select c.intake_id, c.page_no, count(*) as n from record_contents c join handed_in using (intake_id) group by 1, 2),
  reasons as (
    select r.intake_id, r.page_no, count(*) as n from intake_rejects r join handed_in using (intake_id) group by 1, 2)
  select ${rule('page-missing')}, h.intake_id::text, ${NO_VERSION}, ${NO_WINDOW} from handed_in h left join kept k using (intake_id)
    where k.intake_id is null or k.pages <> h.pages or k.span <> h.pages or k.rows <> h.rows
  union all
  select ${named([
    ['page-not-converted', sql`o.outcome is null and o.converted_at is not null`],
    ['accepted-line-lost', sql`coalesce(c.n, 0) <> o.accepted`],
    ['rejected-line-lost', sql`coalesce(r.n, 0) <> o.rejected`],
  ])}, o.intake_id || '#' || o.page_no, ${NO_VERSION}, ${NO_WINDOW}
  from outcomes o left join contents c on c.intake_id = o.intake_id and c.page_no = o.page_no
  left join reasons r on r.intake_id = o.intake_id and r.page_no = o.page_no`

/** Versions are dense, the newest is the current one, each has its content and each content a version. */
export const versionChecks: SQL = sql`
  with numbered as (
    select v.*, lag(v.version_no) over each_record as before, lead(v.version_no) over each_record is null as is_newest
    from body_versions v window each_record as (partition by v.record_id order by v.version_no))
  select ${named([
    ['version-gap', sql`v.version_no <> coalesce(v.before, 0) + 1`],
    ['version-without-content', sql`v.content_hash is null`],
    ['current-not-newest', sql`v.is_newest and v.version_no <> b.current_no`],
    [
      'current-differs',
      sql`v.is_newest and v.version_no = b.current_no
        and (v.leaf, v.unit_code) is distinct from (b.leaf, b.unit_code)
        or v.is_newest and v.version_no = b.current_no and v.content_hash <> b.content_hash`,
    ],
  ])}, b.record, v.version_no, ${NO_WINDOW}
  from numbered v join body_records b using (record_id)
  union all
  select ${rule('record-without-version')}, b.record, b.current_no, ${NO_WINDOW} from body_records b
    where not exists (select from body_versions v where v.record_id = b.record_id)
  union all
  select ${rule('content-without-version')}, b.record, c.content_no, ${NO_WINDOW}
    from body_records b join record_contents c using (record_id)
    where not exists (select from body_versions v where v.record_id = c.record_id and v.content_no = c.content_no)`

/** What stands under a signature is what is there. */
export const signedChecks = (code: string): SQL => sql`
  select ${rule('signed-leaf-differs')}, coalesce(b.record, l.record_id::text), l.version_no, ${NO_WINDOW}
  from signing_sessions s join signing_leaves l using (session_id)
  left join body_records b using (record_id)
  left join body_versions v on v.record_id = l.record_id and v.version_no = l.version_no
  where s.locality_code = ${code} and s.signed_at is not null and v.leaf is distinct from l.leaf`

/** Each version of a window is pending, accepted or rejected; what was acknowledged is with the receiver, once and the same. */
export const windowChecks = (code: string, windowId: string | null): SQL => sql`
  with entries as (
    select record_id, version_no, count(*) as times, min(receipt::text)::uuid as receipt, min(leaf) as leaf
    from applied where record_id is not null group by record_id, version_no)
  select ${named([
    ['window-not-finished', sql`i.state = 'p' and i.completed`],
    ['accepted-not-applied', sql`i.state = 'a' and e.record_id is null`],
    [
      'applied-differs',
      sql`i.state = 'a' and e.times = 1 and (e.receipt, e.leaf) is distinct from (i.receipt, l.leaf)`,
    ],
    ['applied-and-rejected', sql`i.state = 'r' and e.record_id is not null`],
    ['sent-unsigned', sql`l.version_no is distinct from i.version_no or g.session_id is null`],
  ])}, coalesce(b.record, i.record_id::text), i.version_no, i.window_id
  from body_items i left join body_records b using (record_id)
  left join entries e on e.record_id = i.record_id and e.version_no = i.version_no
  left join signing_leaves l on l.session_id = i.session_id and l.record_id = i.record_id
  left join signatures g on g.session_id = i.session_id
  union all
  select ${rule('applied-twice')}, b.record, e.version_no, ${NO_WINDOW} from entries e join body_records b using (record_id)
    where e.times > 1 and (${windowId}::uuid is null or exists (
      select from body_items i where i.record_id = e.record_id and i.version_no = e.version_no))
  union all
  select ${rule('applied-not-sent')}, a.record, a.version_no, a.window_id from applied a
    where (${windowId}::uuid is null or a.window_id = ${windowId}) and not exists (
      select from body_items i where i.record_id = a.record_id and i.version_no = a.version_no)
  union all
  select ${rule('window-items-lost')}, w.window_id::text, ${NO_VERSION}, w.window_id from sync_windows w
    where w.locality_code = ${code} and (${windowId}::uuid is null or w.window_id = ${windowId})
      and w.items <> (select count(*) from body_items i where i.window_id = w.window_id)
  union all
  select ${rule('signed-not-sent')}, b.record, l.version_no, w.window_id
    from sync_windows w join sync_window_sessions ws using (window_id) join signing_leaves l using (session_id)
    join body_records b on b.record_id = l.record_id and b.current_no = l.version_no
    where w.locality_code = ${code} and (${windowId}::uuid is null or w.window_id = ${windowId}) and w.completed_at is not null
      and not exists (select from sync_items i where i.record_id = l.record_id and i.version_no = l.version_no)`

/** A stage is done because of rows that are there, and after the one before it; an override stands for them. */
export const stageChecks = (campaignId: string, code: string): SQL => sql`
  with done as (
    select s.* from locality_stages s where s.campaign_id = ${campaignId} and s.locality_code = ${code} and s.state = 'done'
      and not exists (select from stage_acts a where a.campaign_id = s.campaign_id and a.locality_code = s.locality_code
        and a.stage = s.stage and a.kind = 'override' and a.effective_sequence is not null))
  select ${rule('stage-without-evidence')}, d.stage, ${NO_VERSION}, ${NO_WINDOW} from done d where not case d.stage
    when 'select-software' then exists (select from software_choices where campaign_id = ${campaignId} and locality_code = ${code})
      and exists (select from connection_keys where locality_code = ${code} and activated_at is not null)
    when 'build-unit-codes' then exists (select from unit_trees where locality_code = ${code} and confirmed_at is not null)
    when 'update-records' then exists (select from intakes where locality_code = ${code} and converted_at is not null)
      and exists (select from records where locality_code = ${code})
    when 'sign-records' then exists (select from signing_sessions join signatures using (session_id)
      where signing_sessions.locality_code = ${code} and campaign_id = ${campaignId})
    when 'schedule-sync' then exists (select from sync_slots where campaign_id = ${campaignId} and locality_code = ${code}
      and kind = 'campaign' and confirmed_at is not null)
    when 'sync-records' then exists (select from sync_windows where campaign_id = ${campaignId} and locality_code = ${code}
      and kind = 'campaign' and completed_at is not null)
    else true end
  union all
  select ${rule('stage-out-of-order')}, s.stage, ${NO_VERSION}, ${NO_WINDOW} from locality_stages s
    where s.campaign_id = ${campaignId} and s.locality_code = ${code} and s.state = 'done' and exists (
      select from locality_stages b where b.campaign_id = s.campaign_id and b.locality_code = s.locality_code
        and b.stage_no < s.stage_no and b.state <> 'done')
  union all
  select ${rule('stages-not-shown')}, l.locality_code, ${NO_VERSION}, ${NO_WINDOW} from campaign_localities l
    where l.campaign_id = ${campaignId} and l.locality_code = ${code} and l.sequence > 0 and 7 <> (
      select count(*) from locality_stages s where s.campaign_id = l.campaign_id and s.locality_code = l.locality_code)`

/** The chain of a scope, recomputed from what its entries say (the counterpart of `audit_append`). */
export const auditChecks = (scope: string): SQL => sql`
  with entries as (
    select sequence, leaf, chain, lag(sequence, 1, 0) over by_number as before, lag(chain, 1, ''::bytea) over by_number as link,
      sha256(convert_to(jsonb_build_object('scope', scope, 'at', extract(epoch from recorded_at),
        'occurred', extract(epoch from occurred_at), 'actor', actor, 'action', action, 'subject', subject,
        'detail', detail)::text, 'UTF8')) as derived
    from audit_entries where scope = ${scope} window by_number as (order by sequence))
  select ${named([
    ['audit-entry-missing', sql`sequence <> before + 1`],
    ['audit-entry-altered', sql`leaf <> derived`],
    ['audit-chain-broken', sql`sequence = before + 1 and chain <> sha256(link || leaf)`],
  ])}, ${scope} || '#' || sequence, ${NO_VERSION}, ${NO_WINDOW} from entries
  union all
  select ${rule('audit-entry-missing')}, ${scope} || '#' || h.sequence, ${NO_VERSION}, ${NO_WINDOW} from audit_heads h
    where h.scope = ${scope} and not exists (
      select from audit_entries e where e.scope = h.scope and e.sequence = h.sequence and e.chain = h.chain)`

/** What belongs to no body any more. */
export const orphanChecks: SQL = sql`
  select ${rule('orphan-version')}, v.record_id::text, v.version_no, ${NO_WINDOW}
    from record_versions v where not exists (select from records r where r.record_id = v.record_id)
  union all
  select ${rule('orphan-content')}, c.record_id::text, c.content_no, ${NO_WINDOW}
    from record_contents c where not exists (select from records r where r.record_id = c.record_id)`

/** How many of each were looked at. */
export const bodyCounts = (campaignId: string, code: string): SQL => sql`
  select (select coalesce(sum(p.rows), 0) from intake_pages p join intakes i using (intake_id)
      where i.locality_code = ${code} and i.received_at is not null) as lines,
    (select coalesce(sum(p.rows), 0) from intake_pages p join intakes i using (intake_id)
      where i.locality_code = ${code} and i.received_at is not null and p.outcome is null) as staged,
    (select count(*) from body_records) as records, (select count(*) from body_versions) as versions,
    (select count(*) from locality_stages where campaign_id = ${campaignId} and locality_code = ${code}) as stages,
    (select count(*) from audit_entries where scope = ${code}) as "auditEntries"`
export const windowCounts: SQL = sql`
  select (select count(*) from body_items) as items, (select count(*) from body_items where state = 'p') as pending,
    (select count(*) from applied) as applied`
