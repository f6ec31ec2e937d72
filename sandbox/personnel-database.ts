import { createHash, randomUUID } from 'node:crypto'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { TransactionSql } from 'postgres'
import { z } from 'zod'
import { contentHash, recordLeaf, type Sha256 } from '../domain/signing.ts'
import {
  dossierBatchRequest,
  dossierBatchView,
  registerKeyRequest,
  signedSessionRequest,
  unitTreeRequest,
  type DossierBatchRequest,
  type DossierBatchView,
} from '../gateways/personnel-database/contract.ts'
import type { Journal } from './journal.ts'

const sha256: Sha256 = (...parts) => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}
const hexHash = (text: string) => createHash('sha256').update(text).digest('hex')
const codeParams = z.object({ code: z.string() })
const treeParams = codeParams.extend({ treeId: z.uuid() })
const sessionParams = codeParams.extend({ sessionId: z.uuid() })
const batchParams = codeParams.extend({ key: z.string() })
const keyParams = z.object({ keyId: z.uuid() })
const journalQuery = z.object({
  localityCode: z.string(),
  after: z.coerce.number().default(0),
  limit: z.coerce.number().max(5_000).default(1_000),
})

/** Answers 401 unless the caller presents the ministry's credential, or the active key of the body it speaks for. */
class Refused extends Error {
  readonly statusCode: number
  constructor(statusCode: number, message: string) {
    super(message)
    this.statusCode = statusCode
  }
}

const bearer = (request: FastifyRequest) =>
  /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? ''

/** Stands in for the National Database on cadres, civil servants and public employees. */
export async function personnelDatabase(
  app: FastifyInstance,
  { journal, secret }: { readonly journal: Journal; readonly secret: string },
): Promise<void> {
  const asMinistry = (request: FastifyRequest) => {
    if (bearer(request) !== secret) throw new Refused(401, 'unknown credential')
  }
  const asBody = async (request: FastifyRequest, localityCode: string) => {
    const [key] = await journal`select 1 from connection_keys where locality_code = ${localityCode}
      and state = 'active' and secret_sha256 = ${hexHash(bearer(request))}`
    if (key === undefined) throw new Refused(401, 'no active key of this body')
  }

  app.post('/v1/connection-keys', async (request) => {
    asMinistry(request)
    const key = registerKeyRequest.parse(request.body)
    await journal`insert into connection_keys values (${key.keyId}, ${key.localityCode}, ${key.softwareName}, ${key.secretSha256}, 'issued')
      on conflict do nothing`
    const [{ state } = { state: 'issued' }] =
      await journal`select state from connection_keys where key_id = ${key.keyId}`
    return { keyId: key.keyId, localityCode: key.localityCode, state }
  })
  for (const [step, state] of [
    ['activation', 'active'],
    ['cancellation', 'cancelled'],
  ] as const)
    app.post(`/v1/connection-keys/:keyId/${step}`, async (request) => {
      asMinistry(request)
      const { keyId } = keyParams.parse(request.params)
      return journal.begin(async (tx) => {
        const [key] =
          await tx`select locality_code, state from connection_keys where key_id = ${keyId} for update`
        if (key === undefined) throw new Refused(404, 'no such key')
        const localityCode = String(key['locality_code'])
        // A cancelled key stays cancelled, whatever is said afterwards.
        if (key['state'] === 'cancelled' && state === 'active') throw new Refused(409, 'cancelled')
        if (state === 'active')
          await tx`update connection_keys set state = 'cancelled' where locality_code = ${localityCode} and key_id <> ${keyId}`
        await tx`update connection_keys set state = ${state} where key_id = ${keyId}`
        return { keyId, localityCode, state }
      })
    })

  app.put('/v1/localities/:code/unit-trees/:treeId', async (request) => {
    const { code, treeId } = treeParams.parse(request.params)
    await asBody(request, code)
    const { version, units } = unitTreeRequest.parse(request.body)
    await journal`insert into unit_trees (tree_id, locality_code, version, units) values (${treeId}, ${code}, ${version}, ${JSON.stringify(units)}::text::jsonb)
      on conflict do nothing`
    return { treeId, state: 'confirmed', decidedAt: new Date().toISOString(), reasons: [] }
  })

  app.put('/v1/localities/:code/signing-sessions/:sessionId', async (request) => {
    const { code, sessionId } = sessionParams.parse(request.params)
    await asBody(request, code)
    const { manifest, cms } = signedSessionRequest.parse(request.body)
    await journal`insert into signing_sessions values (${sessionId}, ${code}, ${manifest}, ${cms}) on conflict do nothing`
    return { sessionId }
  })

  app.post('/v1/localities/:code/dossier-batches', { bodyLimit: 64 * 1_048_576 }, async (request, reply) => {
    const { code } = codeParams.parse(request.params)
    await asBody(request, code)
    const key = z.string().parse(request.headers['idempotency-key'])
    const batch = dossierBatchRequest.parse(request.body)
    const hash = hexHash(JSON.stringify(batch))
    return journal.begin(async (tx) => {
      await tx`select pg_advisory_xact_lock(hashtext(${code}))`
      const [known] =
        await tx`select body_sha256, answer from dossier_batches where locality_code = ${code} and idempotency_key = ${key}`
      if (known !== undefined) {
        if (known['body_sha256'] !== hash)
          return reply.code(422).send({ error: 'another body under this key' })
        return dossierBatchView.parse(JSON.parse(String(known['answer'])))
      }
      const answer = await apply(tx, code, batch)
      await tx`insert into dossier_batches values (${code}, ${key}, ${hash}, ${JSON.stringify(answer)})`
      return answer
    })
  })

  app.get('/v1/localities/:code/dossier-batches/:key', async (request, reply) => {
    const { code, key } = batchParams.parse(request.params)
    await asBody(request, code)
    const [known] =
      await journal`select answer from dossier_batches where locality_code = ${code} and idempotency_key = ${key}`
    if (known === undefined) return reply.code(404).send({ error: 'never arrived' })
    return dossierBatchView.parse(JSON.parse(String(known['answer'])))
  })

  app.get('/v1/journal', async (request) => {
    asMinistry(request)
    const { localityCode, after, limit } = journalQuery.parse(request.query)
    const rows =
      await journal`select sequence::int as sequence, locality_code as "localityCode", record, version_no as "versionNo", leaf, receipt, window_id as "windowId"
      from journal where locality_code = ${localityCode} and sequence > ${after} order by sequence limit ${limit}`
    return { entries: rows, next: rows.length === limit ? Number(rows.at(-1)?.['sequence']) : null }
  })
}

interface Applied {
  readonly record: string
  readonly version_no: number
  readonly receipt: string
}

/** Applies what is new; a version that is there already keeps its first receipt and is not applied again. */
async function apply(
  tx: TransactionSql,
  code: string,
  batch: DossierBatchRequest,
): Promise<DossierBatchView> {
  const records = batch.dossiers.map(({ record }) => record)
  const present = await tx<
    Applied[]
  >`select record, version_no, receipt from dossiers where locality_code = ${code} and record = any(${records})`
  const tree = await tx<
    { code: string }[]
  >`select unit ->> 'code' as code from unit_trees, jsonb_array_elements(units) as unit
    where tree_id = (select tree_id from unit_trees where locality_code = ${code} order by version desc limit 1) and unit ->> 'validTo' is null`
  const known = new Map(present.map((row) => [row.record, row]))
  const units = new Set(tree.map((unit) => unit.code))
  const fresh: { record: string; version_no: number; leaf: string; receipt: string }[] = []
  const results = batch.dossiers.map((dossier): DossierBatchView['results'][number] => {
    const { record, versionNo, unitCode } = dossier
    const before = known.get(record)
    if (before?.version_no === versionNo)
      return { record, versionNo, outcome: 'accepted', receipt: before.receipt }
    if (before !== undefined && before.version_no > versionNo)
      return { record, versionNo, outcome: 'rejected', reason: 'superseded-version' }
    if (!units.has(unitCode)) return { record, versionNo, outcome: 'rejected', reason: 'unit-not-in-tree' }
    const receipt = randomUUID()
    fresh.push({ record, version_no: versionNo, leaf: leafOf(dossier), receipt })
    return { record, versionNo, outcome: 'accepted', receipt }
  })
  if (fresh.length > 0) {
    const rows = JSON.stringify(fresh)
    await tx`insert into dossiers select ${code}, record, version_no, leaf, receipt from json_to_recordset(${rows}::text::json)
      as x (record text, version_no int, leaf text, receipt uuid)
      on conflict (locality_code, record) do update set version_no = excluded.version_no, leaf = excluded.leaf, receipt = excluded.receipt`
    await tx`insert into journal (locality_code, record, version_no, leaf, receipt, window_id)
      select ${code}, record, version_no, leaf, receipt, ${batch.windowId} from json_to_recordset(${rows}::text::json)
      as x (record text, version_no int, leaf text, receipt uuid)`
  }
  return { results }
}

function leafOf({ salt, content, record, unitCode }: DossierBatchRequest['dossiers'][number]): string {
  const bytes = Buffer.from(salt, 'hex')
  const hash = contentHash(sha256, bytes, content)
  return Buffer.from(recordLeaf(sha256, bytes, { contentHash: hash, record, unitCode })).toString('hex')
}
