import { z } from 'zod'
import { LOCALITY_CODE } from '../../domain/localities.ts'

/**
 * What the National Database on cadres, civil servants and public employees is taken to speak. The packet structures
 * of Decision 356/QĐ-BNV are not public, so this is our own wire format for the two named services (unit tree,
 * dossiers), for connection keys and for receipts; `docs/sandbox-differences.md` says what is not known.
 *
 * A body's calls carry its connection key, the ministry's calls the ministry's credential, both as a bearer token.
 * Refused keys answer 401, too many requests 429 with `Retry-After` in seconds.
 */

const localityCode = z.string().regex(LOCALITY_CODE)
const sha256Hex = z.string().regex(/^[0-9a-f]{64}$/)
const instant = z.iso.datetime({ offset: true })

/** `POST /v1/connection-keys` (ministry): makes an issued key known by its hash; repeating it changes nothing. */
export const registerKeyRequest = z.strictObject({
  keyId: z.uuid(),
  localityCode,
  softwareName: z.string().min(1).max(200),
  secretSha256: sha256Hex,
})

/** `POST /v1/connection-keys/{keyId}/activation` and `…/cancellation` (ministry). Activating one cancels the body's others. */
export const keyView = z.strictObject({
  keyId: z.uuid(),
  localityCode,
  state: z.enum(['issued', 'active', 'cancelled']),
})

/** `PUT /v1/localities/{code}/unit-trees/{treeId}` (connection key): the whole tree; the same id again changes nothing. */
export const unitTreeRequest = z.strictObject({
  version: z.int().positive(),
  units: z
    .array(
      z.strictObject({
        code: z.string().max(35),
        name: z.string().max(300),
        parentCode: z.string().max(35).nullable(),
        kind: z.string().max(30),
        validFrom: z.iso.date(),
        validTo: z.iso.date().nullable(),
        predecessorCodes: z.array(z.string().max(35)),
      }),
    )
    .max(20_000),
})
/** Also the answer of `GET` on the same address, which is asked until the state is no longer `received`. */
export const unitTreeView = z.strictObject({
  treeId: z.uuid(),
  state: z.enum(['received', 'confirmed', 'refused']),
  decidedAt: instant.nullable(),
  reasons: z.array(z.string().max(200)).max(100),
})
export type UnitTreeView = z.infer<typeof unitTreeView>

/** `PUT /v1/localities/{code}/signing-sessions/{sessionId}` (connection key): what covers the versions sent afterwards. */
export const signedSessionRequest = z.strictObject({
  manifest: z.string().max(200_000),
  cms: z.base64().max(100_000),
})

export const DOSSIER_BATCH_MAX = 1_000

/**
 * `POST /v1/localities/{code}/dossier-batches` (connection key) with an `Idempotency-Key`: the same key and body get
 * the same answer, applied once; the same key with another body gets 422. The receiver computes each leaf itself from
 * `salt`, `content`, `record` and `unitCode`.
 */
export const dossierBatchRequest = z.strictObject({
  windowId: z.uuid(),
  sessionIds: z.array(z.uuid()).min(1).max(100),
  dossiers: z
    .array(
      z.strictObject({
        /** Source code + `/` + record code: identifies a record for good. */
        record: z.string().min(3).max(200),
        versionNo: z.int().positive(),
        unitCode: z.string().max(35),
        salt: z.string().regex(/^[0-9a-f]{32}$/),
        /** The canonical JSON text (RFC 8785) of what was handed in. */
        content: z.string().max(20_000),
      }),
    )
    .min(1)
    .max(DOSSIER_BATCH_MAX),
})
export type DossierBatchRequest = z.infer<typeof dossierBatchRequest>

/** Also the answer of `GET …/dossier-batches/{idempotency key}`, asked after a lost answer; 404 where it never arrived. */
export const dossierBatchView = z.strictObject({
  results: z.array(
    z.discriminatedUnion('outcome', [
      z.strictObject({
        record: z.string(),
        versionNo: z.int(),
        outcome: z.literal('accepted'),
        receipt: z.uuid(),
      }),
      z.strictObject({
        record: z.string(),
        versionNo: z.int(),
        outcome: z.literal('rejected'),
        /** A code, never a value. */
        reason: z.string().max(100),
      }),
    ]),
  ),
})
export type DossierBatchView = z.infer<typeof dossierBatchView>

export const JOURNAL_PAGE_MAX = 5_000

/** `GET /v1/journal?localityCode=&after=&limit=` (ministry): every application of a version, in order, for reconciliation. */
export const journalPage = z.strictObject({
  entries: z.array(
    z.strictObject({
      sequence: z.int(),
      localityCode,
      record: z.string(),
      versionNo: z.int(),
      leaf: sha256Hex,
      receipt: z.uuid(),
      windowId: z.uuid(),
    }),
  ),
  next: z.int().nullable(),
})
