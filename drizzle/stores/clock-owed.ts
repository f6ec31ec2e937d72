import { sql, type SQL } from 'drizzle-orm'
import type { Database } from '../client.ts'

/** What a campaign's process does once a day at an hour of Hanoi: the settings' names, and whether the day has it. */
const DAILY = {
  match: sql`select make_interval(hours => (c.settings ->> 'matchHour')::int) as hour,
    (c.settings ->> 'matchFrom')::date as first_day, d.day
    from generate_series(0, 1) as ahead, lateral (select (today.day + ahead)::date as day) d
    where not exists (select from matching_runs r where r.campaign_id = c.campaign_id and r.day = d.day)`,
  report: sql`select make_interval(hours => (c.settings ->> 'reportHour')::int) as hour,
    ((c.launched_at at time zone 'Asia/Ho_Chi_Minh')::date + 1) as first_day, d.day
    from generate_series(0, 1) as ahead, lateral (select (today.day + ahead)::date as day) d
    where not exists (select from daily_reports r where r.campaign_id = c.campaign_id and r.day = d.day)`,
}
/** Campaign and instant of what is to be done today or tomorrow and has not been. */
const undone = (now: SQL, daily: SQL) => sql`
  select c.campaign_id, (x.day + x.hour) at time zone 'Asia/Ho_Chi_Minh' as at
  from campaigns c, lateral (select (${now} at time zone 'Asia/Ho_Chi_Minh')::date as day) today, lateral (${daily}) x
  where c.cancelled_at is null and c.closed_at is null and x.day >= x.first_day`

export interface Sleepers {
  readonly windowIds: readonly string[]
  readonly campaignIds: readonly string[]
  readonly bodies: readonly { readonly campaignId: string; readonly localityCode: string }[]
}

/**
 * What is due in our own rows and not finished, as one query: while there is any, a rehearsal's clock stands still, so
 * that nobody is late because the machine is slow. What waits for a person (parked) does not hold the clock.
 */
export function createOwedStore(db: Database) {
  return {
    /** Processes whose hour has come and that have not noticed: they sleep by an estimate of the clock's pace. */
    async readAsleep(campaignMs: number): Promise<Sleepers> {
      const now = sql`${new Date(campaignMs).toISOString()}::timestamptz`
      const windows = await db.execute<{ id: string }>(sql`
        select window_id as id from sync_windows where opens_at <= ${now}
          and prepared_at is null and parked_at is null and completed_at is null`)
      const campaigns = await db.execute<{ id: string }>(sql`
        select campaign_id as id from (${undone(now, DAILY.match)} union ${undone(now, DAILY.report)}) u where at <= ${now}`)
      const bodies = await db.execute<{ campaign_id: string; locality_code: string }>(sql`
        select campaign_id, locality_code from campaign_localities where left_at is null and next_at <= ${now}`)
      return {
        windowIds: windows.map(({ id }) => id),
        campaignIds: campaigns.map(({ id }) => id),
        bodies: bodies.map((body) => ({ campaignId: body.campaign_id, localityCode: body.locality_code })),
      }
    },
    async readOwed(campaignMs: number): Promise<readonly string[]> {
      const now = sql`${new Date(campaignMs).toISOString()}::timestamptz`
      const rows = await db.execute<{ what: string }>(sql`
        select 'process-not-started' as what where exists (
          select from process_starts where started_at is null)
        union all select 'intake-not-converted' where exists (
          select from intakes where received_at is not null and converted_at is null and parked_at is null)
        union all select 'session-not-frozen' where exists (
          select from signing_sessions where frozen_at is null and abandoned_at is null and parked_at is null)
        union all select 'session-not-signed' where exists (
          select from signing_sessions
          where ordered_at is not null and signed_at is null and abandoned_at is null and parked_at is null)
        union all select 'body-not-looked' where exists (
          select from campaign_localities where left_at is null and next_at <= ${now})
        union all select 'body-not-told' where exists (
          select from campaign_localities b where b.left_at is null and b.open_stage = 'sync-records' and exists (
            select from sync_windows w where w.campaign_id = b.campaign_id and w.locality_code = b.locality_code
              and w.kind = 'campaign' and w.completed_at is not null) and not exists (
            select from sync_windows w where w.campaign_id = b.campaign_id and w.locality_code = b.locality_code
              and w.kind = 'campaign' and w.completed_at is null))
        union all select 'window-not-sent' where exists (
          select from sync_windows where opens_at <= ${now} and completed_at is null and parked_at is null)
        union all select 'key-not-confirmed' where exists (
          select from connection_keys k where confirmed_at is null and not exists (
            select from attention_items a where a.kind = 'connection-key' and a.resolved_at is null
              and a.locality_code = k.locality_code))
        union all select 'unit-tree-not-confirmed' where exists (
          select from unit_trees t where accepted_at is not null and confirmed_at is null and refused_at is null
            and not exists (select from attention_items a where a.kind = 'unit-tree' and a.resolved_at is null
              and a.locality_code = t.locality_code))
        union all select 'matching-not-finished' where exists (
          select from matching_runs where finished_at is null)
        union all select 'matching-not-started' where exists (
          select from (${undone(now, DAILY.match)}) u where at <= ${now})
        union all select 'report-not-written' where exists (
          select from (${undone(now, DAILY.report)}) u where at <= ${now})`)
      return rows.map(({ what }) => what)
    },
    /** The next instant after this one at which something of ours is due; null where there is none. */
    async readNextDue(campaignMs: number): Promise<number | null> {
      const now = sql`${new Date(campaignMs).toISOString()}::timestamptz`
      const [row] = await db.execute<{ at: string | null }>(sql`
        select (extract(epoch from min(at)) * 1000)::bigint as at from (
          select min(next_at) as at from campaign_localities where left_at is null and next_at > ${now}
          union all select min(opens_at) from sync_windows
            where opens_at > ${now} and parked_at is null and completed_at is null
          union all select at from (${undone(now, DAILY.match)}) m where at > ${now}
          union all select at from (${undone(now, DAILY.report)}) r where at > ${now}) as lines`)
      return row?.at == null ? null : Number(row.at)
    },
  }
}
export type OwedStore = ReturnType<typeof createOwedStore>
