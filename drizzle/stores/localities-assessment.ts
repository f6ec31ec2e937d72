import { sql, type SQL } from 'drizzle-orm'
import type { Assessment } from '../../domain/localities-process.ts'
import type { Stage } from '../../domain/stages.ts'
import type { Database } from '../client.ts'

export interface AssessedBody {
  readonly campaignId: string
  readonly localityCode: string
}

/**
 * What each stage lacks, read from the rows every time: a stage is done because of what is there, never because it was
 * ticked. Each statement answers one row: `blockers` and the instant of the row that completed it.
 */
export function createAssessmentStore(db: Database) {
  return {
    async assess(stage: Stage, body: AssessedBody): Promise<Assessment> {
      const statement = STATEMENTS[stage]
      if (statement === null) return { done: false, completedMs: null, blockers: [] }
      const [row] = await db.execute<{ blockers: string[]; completed: string | null }>(statement(body))
      const blockers = row?.blockers ?? []
      const completedMs = row?.completed === null || row === undefined ? null : Number(row.completed)
      return { done: blockers.length === 0 && completedMs !== null, completedMs, blockers }
    },
  }
}
export type AssessmentStore = ReturnType<typeof createAssessmentStore>

/** Epoch milliseconds of an instant expression, as text. */
const epochMs = (expression: SQL) => sql`floor(extract(epoch from ${expression}) * 1000)::text`
const lacking = (...tests: readonly (readonly [string, SQL])[]) =>
  sql`array_remove(array[${sql.join(
    tests.map(([blocker, isLacking]) => sql`case when ${isLacking} then ${blocker}::text end`),
    sql`, `,
  )}], null)`

const selectSoftware = ({ campaignId, localityCode }: AssessedBody) => sql`
  with choice as (
    select source_id, occurred_at from software_choices
    where campaign_id = ${campaignId} and locality_code = ${localityCode}),
  newest_assessment as (
    select passed, occurred_at from software_assessments
    where source_id = (select source_id from choice) order by recorded_at desc limit 1),
  keys as (
    select source_id = (select source_id from choice) as chosen,
      activated_at is not null and cancelled_at is null as active, cancelled_at is not null as cancelled,
      confirmed_at, greatest(activated_at, cancelled_at) as changed_at
    from connection_keys where locality_code = ${localityCode}),
  administrators as (
    select min(occurred_at) as since from key_administrators
    where locality_code = ${localityCode} and ended_at is null)
  select ${lacking(
    ['software-not-chosen', sql`not exists (select from choice)`],
    ['software-not-assessed', sql`not coalesce((select passed from newest_assessment), false)`],
    ['key-administrator-missing', sql`(select since from administrators) is null`],
    ['key-not-active', sql`not exists (select from keys where chosen and active)`],
    ['old-key-not-cancelled', sql`exists (select from keys where not active and not cancelled)`],
    ['key-not-confirmed', sql`exists (select from keys where confirmed_at is null)`],
  )} as blockers,
  ${epochMs(sql`greatest((select occurred_at from choice), (select since from administrators), (select max(changed_at) from keys))`)} as completed`

const buildUnitCodes = ({ localityCode }: AssessedBody) => sql`
  with newest as (
    select accepted_at, confirmed_at, refused_at from unit_trees
    where locality_code = ${localityCode} order by version desc limit 1)
  select ${lacking(
    ['unit-tree-missing', sql`not exists (select from newest)`],
    ['unit-tree-not-accepted', sql`exists (select from newest where accepted_at is null)`],
    [
      'unit-tree-not-confirmed',
      sql`exists (select from newest where accepted_at is not null and confirmed_at is null and refused_at is null)`,
    ],
    ['unit-tree-refused', sql`exists (select from newest where refused_at is not null)`],
  )} as blockers, ${epochMs(sql`(select confirmed_at from newest)`)} as completed`

const updateRecords = ({ localityCode }: AssessedBody) => sql`
  with newest as (
    select distinct on (s.source_id) s.source_id, i.received_at, i.converted_at
    from source_systems s left join intakes i on i.source_id = s.source_id and i.received_at is not null
    where s.locality_code = ${localityCode} order by s.source_id, i.recorded_at desc),
  unconverted as (
    select from intakes where locality_code = ${localityCode} and received_at is not null and converted_at is null)
  select ${lacking(
    [
      'source-without-intake',
      sql`exists (select from newest where received_at is null) or not exists (select from newest)`,
    ],
    ['intake-not-converted', sql`exists (select from unconverted)`],
    ['no-records', sql`not exists (select from records where locality_code = ${localityCode})`],
    [
      'record-on-closed-unit',
      sql`exists (
        select from (select distinct unit_code from records where locality_code = ${localityCode}) r
        where not exists (select from units u where u.code = r.unit_code and upper_inf(u.valid)))`,
    ],
  )} as blockers, ${epochMs(sql`(select max(converted_at) from newest)`)} as completed`

const signRecords = ({ localityCode }: AssessedBody) => sql`
  select ${lacking(
    ['no-records', sql`not exists (select from records where locality_code = ${localityCode})`],
    [
      'records-unsigned',
      sql`exists (select from records r where r.locality_code = ${localityCode} and not exists (
        select from signing_leaves l join signatures s using (session_id)
        where l.record_id = r.record_id and l.version_no = r.current_no))`,
    ],
  )} as blockers,
  ${epochMs(sql`(select max(signed_at) from signing_sessions where locality_code = ${localityCode})`)} as completed`

const scheduleSync = ({ campaignId, localityCode }: AssessedBody) => sql`
  with slots as (
    select confirmed_at from sync_slots
    where campaign_id = ${campaignId} and locality_code = ${localityCode} and kind = 'campaign' and cancelled_at is null)
  select ${lacking(
    ['slot-not-proposed', sql`not exists (select from slots)`],
    [
      'slot-not-confirmed',
      sql`exists (select from slots) and not exists (select from slots where confirmed_at is not null)`,
    ],
  )} as blockers, ${epochMs(sql`(select min(confirmed_at) from slots)`)} as completed`

const syncRecords = ({ campaignId, localityCode }: AssessedBody) => sql`
  with windows as (
    select completed_at, parked_at from sync_windows
    where campaign_id = ${campaignId} and locality_code = ${localityCode} and kind = 'campaign')
  select ${lacking(
    ['window-missing', sql`not exists (select from windows)`],
    ['window-not-complete', sql`exists (select from windows where completed_at is null)`],
    ['window-parked', sql`exists (select from windows where parked_at is not null)`],
  )} as blockers, ${epochMs(sql`(select max(completed_at) from windows)`)} as completed`

const STATEMENTS: Readonly<Record<Stage, ((body: AssessedBody) => SQL) | null>> = {
  'select-software': selectSoftware,
  'build-unit-codes': buildUnitCodes,
  'update-records': updateRecords,
  'sign-records': signRecords,
  'schedule-sync': scheduleSync,
  'sync-records': syncRecords,
  'match-daily': null,
}
