import { createHash } from 'node:crypto'
import { sql } from 'drizzle-orm'
import type { Database } from '../client.ts'
import type { Keyring } from '../keyring.ts'
import { contentPlace } from './records-conversion.ts'

const RECORDS_PER_PAGE = 5_000

/** What a rehearsal came to: equal for the same seed, whatever was killed on the way. */
export interface EndState {
  /** SHA-256 over body, stage, state, campaign day and letters, in hexadecimal. */
  readonly bodies: string
  /** SHA-256 over source, record code, version, content, unit and what the national database answered. */
  readonly records: string
}

/** One line of what an end state is made of. */
export interface EndStateLine {
  readonly of: keyof EndState
  readonly text: string
}

export function createEndStateStore(db: Database, keyring: Keyring) {
  return {
    /** @param onLine hears of each line that goes into it */
    async read(campaignId: string, onLine: (line: EndStateLine) => void = () => {}): Promise<EndState> {
      const hashes = { bodies: createHash('sha256'), records: createHash('sha256') }
      for await (const line of readLines(db, keyring, campaignId)) {
        hashes[line.of].update(`${line.text}\n`)
        onLine(line)
      }
      return { bodies: hashes.bodies.digest('hex'), records: hashes.records.digest('hex') }
    },
  }
}
export type EndStateStore = ReturnType<typeof createEndStateStore>

/** Everything of a campaign once, read in pages; no id, no real instant and nothing readable of a person is in it. */
async function* readLines(db: Database, keyring: Keyring, campaignId: string): AsyncGenerator<EndStateLine> {
  const stages = await db.execute<{ line: string }>(sql`
    select concat_ws('|', locality_code, stage_no, state, on_time, letters,
      (done_at at time zone 'Asia/Ho_Chi_Minh')::date,
      (overdue_since at time zone 'Asia/Ho_Chi_Minh')::date) as line
    from locality_stages where campaign_id = ${campaignId} order by locality_code, stage_no`)
  for (const { line } of stages) yield { of: 'bodies', text: line }

  for (let after = { source: '', recordCode: '' }; ;) {
    const page = await db.execute<{
      source: string
      record_code: string
      current_no: number
      content_no: number
      unit_code: string
      state: string | null
      sealed: Uint8Array
    }>(sql`
      select s.code as source, r.record_code, r.current_no, v.content_no, r.unit_code, c.sealed, (
        select i.state from sync_items i where i.record_id = r.record_id and i.version_no = r.current_no
        order by i.window_id desc limit 1) as state
      from records r join source_systems s on s.source_id = r.source_id
      join record_versions v on v.record_id = r.record_id and v.version_no = r.current_no
      join record_contents c on c.record_id = v.record_id and c.content_no = v.content_no
      join campaign_localities l on l.locality_code = r.locality_code and l.campaign_id = ${campaignId}
      where (s.code, r.record_code) > (${after.source}, ${after.recordCode})
      order by s.code, r.record_code limit ${RECORDS_PER_PAGE}`)
    const last = page.at(-1)
    if (last === undefined) break
    for (const row of page) {
      const content = keyring.open(contentPlace(row.source, row.record_code, row.content_no), row.sealed)
      const contentHash = createHash('sha256').update(content).digest('hex')
      const { source, record_code: code, current_no: version, unit_code: unit, state } = row
      yield { of: 'records', text: [source, code, version, unit, state, contentHash].join('|') }
    }
    after = { source: last.source, recordCode: last.record_code }
  }
}
