import postgres from 'postgres'
import { until } from './product.ts'

const LOCK = 777

/**
 * Lets whoever comes to a statement stop before it, from outside and without a word in the product: a trigger of the
 * database that waits for a lock of ours. Then it can be killed exactly there.
 */
export async function stopAt(
  ownerUrl: string,
  point: { readonly table: string; readonly event: 'insert' | 'update'; readonly when?: string },
) {
  const sql = postgres(ownerUrl, { max: 1, onnotice: () => {} })
  await sql`select pg_advisory_lock(${LOCK})`
  await sql.unsafe(`
    create or replace function stop_here() returns trigger language plpgsql security definer as $$
    begin perform pg_advisory_xact_lock(${LOCK}); return new; end $$`)
  await sql.unsafe(`create trigger stop_here before ${point.event} on ${point.table} for each row
    ${point.when === undefined ? '' : `when (${point.when})`} execute function stop_here()`)
  const waiting = () => sql<{ pid: number }[]>`
    select pid from pg_locks where locktype = 'advisory' and objid = ${LOCK} and not granted`
  return {
    /** Waits until somebody stands there. */
    reached: () =>
      until(
        () => waiting(),
        (pids) => pids.length > 0,
      ),
    /** Once those who stood there are dead: their sessions end as they would by themselves, and the point is taken away. */
    async clear() {
      await sql`select pg_terminate_backend(pid) from pg_locks
        where locktype = 'advisory' and objid = ${LOCK} and not granted`
      await sql.unsafe(`drop trigger stop_here on ${point.table}`)
      await sql.end()
    },
  }
}
