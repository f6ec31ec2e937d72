import { createHash, randomUUID } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { OFFICIAL_LETTER_5034 } from '../../domain/campaigns.ts'
import { addDays, startOfDay, toHanoiIso } from '../../domain/hanoi-time.ts'
import { orderProcess } from '../../drizzle/stores/campaigns-processes.ts'
import { contentPlace } from '../../drizzle/stores/records-conversion.ts'
import { createWindowStore } from '../../drizzle/stores/sync-windows.ts'
import { GatewayFailure } from '../../gateways/request.ts'
import type { PersonnelDatabase } from '../../gateways/personnel-database/client.ts'
import { SYNC_WINDOW_WORKFLOW, syncWindowWorkflowId } from '../../workflows/contract/sync-windows.ts'
import type { TestDatabase } from './database.ts'

type Records = Pick<TestDatabase, 'db' | 'keyring'>
const NOBODY = '00000000-0000-4000-8000-000000000001'
const bytes = (text: string) => createHash('sha256').update(text).digest()
const dayRange = (day: string) =>
  `[${toHanoiIso(startOfDay(day))},${toHanoiIso(startOfDay(addDays(day, 1)))})`

/** A campaign without its processes, which takes so many bodies in each hour of the days. */
export async function createCampaign(
  { db }: Records,
  days: readonly string[],
  bodiesMax = 100,
): Promise<string> {
  const campaignId = randomUUID()
  const { code, titleVi, titleEn, legalDocument, settings } = OFFICIAL_LETTER_5034
  await db.execute(sql`
    insert into campaigns (campaign_id, template, title_vi, title_en, legal_document, settings, launched_by, launched_at)
    values (${campaignId}, ${code}, ${titleVi}, ${titleEn}, ${legalDocument}, ${JSON.stringify(settings)}::text::jsonb,
      ${NOBODY}, now())`)
  await addCapacity({ db }, campaignId, days, bodiesMax)
  return campaignId
}
export async function addCapacity(
  { db }: Pick<Records, 'db'>,
  campaignId: string,
  days: readonly string[],
  bodiesMax = 100,
): Promise<void> {
  for (const day of days)
    await db.execute(sql`
      insert into sync_capacity (campaign_id, hour, bodies_max, records_max)
      select ${campaignId}, hour, ${bodiesMax}, 1000000 from generate_series(
        lower(${dayRange(day)}::tstzrange), upper(${dayRange(day)}::tstzrange) - interval '1 hour', '1 hour') as hour`)
}

export interface WindowPlan {
  readonly localityCode: string
  /** Its slot, a whole day within the campaign's capacity. */
  readonly day: string
  readonly pending: number
  /** Sent and acknowledged in an earlier round. */
  readonly accepted: number
}

/** A window over signed versions, some of them acknowledged already; its process is not ordered. One for each body. */
export async function createWindow(
  { db, keyring }: Records,
  campaignId: string,
  { localityCode, day, pending, accepted }: WindowPlan,
): Promise<string> {
  const [slotId, sessionId, windowId, keyId] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()]
  const source = `${localityCode}-${windowId.slice(0, 8)}`
  await db.execute(sql`
    with source as (insert into source_systems (locality_code, code, name, vendor, predecessor_code, registered_by)
      values (${localityCode}, ${source}, 'A', 'A', ${localityCode}, ${NOBODY}) returning source_id)
    insert into connection_keys (key_id, locality_code, source_id, secret_sealed, secret_sha256, issued_by, issued_at,
      activated_by, activated_at, confirmed_at)
    select ${keyId}, ${localityCode}, source_id,
      ${keyring.seal(`connection_keys|${keyId}`, Buffer.from('secret'))}, ${bytes(keyId)}, ${NOBODY}, now(),
      ${randomUUID()}, now(), now() from source where not exists (
        select from connection_keys where locality_code = ${localityCode})`)
  await db.execute(sql`
    insert into signing_sessions (session_id, campaign_id, locality_code, opened_by, opened_at, frozen_at, leaves, root, manifest,
      ordered_at, ordered_by, signed_at)
    values (${sessionId}, ${campaignId}, ${localityCode}, ${NOBODY}, now(), now(), ${pending + accepted}, ${bytes(sessionId)}, '{}',
      now(), ${NOBODY}, now())`)
  await db.execute(sql`
    insert into signatures (session_id, locality_code, cms, certificate_sha256, verified_at)
    values (${sessionId}, ${localityCode}, '\\x00', ${bytes(sessionId)}, now())`)
  await db.execute(sql`
    insert into sync_slots (slot_id, campaign_id, locality_code, kind, day, during, records_per_hour, proposed_by, proposed_at,
      confirmed_at)
    values (${slotId}, ${campaignId}, ${localityCode}, 'campaign', ${day}, ${dayRange(day)}, 10, ${NOBODY}, now(), now())`)
  await db.execute(sql`
    insert into sync_windows (window_id, campaign_id, locality_code, slot_id, kind, opens_at, closes_at, prepared_at, items)
    values (${windowId}, ${campaignId}, ${localityCode}, ${slotId}, 'campaign', lower(${dayRange(day)}::tstzrange),
      upper(${dayRange(day)}::tstzrange), now(), ${pending + accepted})`)
  await db.execute(sql`
    insert into sync_window_sessions values (${windowId}, ${sessionId}, ${localityCode})`)
  for (let number = 1; number <= pending + accepted; number += 1) {
    const record = `${windowId.slice(0, 8)}-${number}`
    const [row] = await db.execute<{ id: string }>(sql`
      insert into records (locality_code, source_id, record_code, salt, current_no, unit_code, personal_id_hash, content_hash, leaf)
      select ${localityCode}, source_id, ${record}, ${bytes(record).subarray(16)}, 1, ${localityCode}, ${bytes(record).subarray(16)},
        ${bytes(record)}, ${bytes(record)} from source_systems where code = ${source} returning record_id as id`)
    const id = row?.id ?? ''
    await db.execute(sql`
      insert into record_contents (record_id, content_no, locality_code, sealed, content_hash, intake_id, page_no, line)
      values (${id}, 1, ${localityCode}, ${keyring.seal(contentPlace(source, record, 1), Buffer.from('{}'))}, ${bytes(record)},
        ${randomUUID()}, 1, 1)`)
    await db.execute(sql`
      insert into record_versions (record_id, version_no, content_no, locality_code, unit_code, leaf, cause, occurred_at)
      values (${id}, 1, 1, ${localityCode}, ${localityCode}, ${bytes(record)}, 'intake', now())`)
    await db.execute(sql`
      insert into signing_leaves (session_id, locality_code, record_id, version_no, leaf)
      values (${sessionId}, ${localityCode}, ${id}, 1, ${bytes(record)})`)
    const isAccepted = number <= accepted
    await db.execute(sql`
      insert into sync_items (window_id, locality_code, record_id, version_no, session_id, state, batch_no, receipt)
      values (${windowId}, ${localityCode}, ${id}, 1, ${sessionId}, ${isAccepted ? 'a' : 'p'}, ${isAccepted ? 0 : null},
        ${isAccepted ? randomUUID() : null})`)
  }
  return windowId
}

/** Parks a window as its process would, which it does not have. */
export const park = (
  { db, keyring }: Records,
  windowId: string,
  parkingNo: number,
  reason: string,
): Promise<void> => createWindowStore(db, keyring).park(windowId, parkingNo, reason, 1)

export const orderWindow = (
  { db }: Pick<Records, 'db'>,
  campaignId: string,
  windowId: string,
  localityCode: string,
): Promise<void> =>
  orderProcess(db, {
    processId: syncWindowWorkflowId(windowId),
    workflow: SYNC_WINDOW_WORKFLOW,
    campaignId,
    localityCode,
    input: { windowId, campaignId, localityCode, clock: null, parkingNo: 0, round: 0 },
  })

const absent = () => Promise.reject(new GatewayFailure('Personnel database', 'unavailable', null))

/** A personnel database that refuses every key for as long as it is told to, and writes down what it takes. */
export function createReceiver() {
  const taken: string[] = []
  let refuses = true
  const assertKey = () => {
    if (refuses) throw new GatewayFailure('Personnel database', 'not-authorised', 403)
  }
  const personnel: PersonnelDatabase = {
    changeKey: absent,
    sendUnitTree: absent,
    readJournal: absent,
    findBatch: async () => null,
    sendSession: async () => assertKey(),
    async sendBatch(_secret, _localityCode, _key, { dossiers }) {
      assertKey()
      taken.push(...dossiers.map(({ record }) => record))
      return {
        results: dossiers.map(({ record, versionNo }) => ({
          record,
          versionNo,
          outcome: 'accepted' as const,
          receipt: randomUUID(),
        })),
      }
    },
  }
  return {
    personnel,
    taken: taken as readonly string[],
    acceptKeys: () => {
      refuses = false
    },
    refuseKeys: () => {
      refuses = true
    },
  }
}
