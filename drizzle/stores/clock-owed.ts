import { sql, type SQL } from 'drizzle-orm'
import type { Database } from '../client.ts'

/** Campaigns whose matching of the present day has not been ordered though its hour has come. */
const unmatchedDays = (now: SQL) => sql`
  from campaigns c where cancelled_at is null and closed_at is null
    and (c.settings ->> 'matchFrom')::date <= (${now} at time zone 'Asia/Ho_Chi_Minh')::date
    and extract(hour from ${now} at time zone 'Asia/Ho_Chi_Minh') >= (c.settings ->> 'matchHour')::int
    and not exists (select from matching_runs r where r.campaign_id = c.campaign_id
      and r.day = (${now} at time zone 'Asia/Ho_Chi_Minh')::date)`

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
      const campaigns = await db.execute<{ id: string }>(sql`select campaign_id as id ${unmatchedDays(now)}`)
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
          select ${unmatchedDays(now)})`)
      return rows.map(({ what }) => what)
    },
  }
}
export type OwedStore = ReturnType<typeof createOwedStore>
