import { ask, type GatewayOptions } from '../request.ts'
import {
  dossierBatchView,
  journalPage,
  keyView,
  unitTreeView,
  type DossierBatchRequest,
  type DossierBatchView,
  type UnitTreeView,
} from './contract.ts'

const SYSTEM = 'Personnel database'

export interface KeyChange {
  readonly keyId: string
  readonly localityCode: string
  readonly softwareName: string
  readonly secretSha256: string
  readonly state: 'issued' | 'active' | 'cancelled'
}

export interface UnitTreeUpload {
  readonly treeId: string
  readonly localityCode: string
  readonly version: number
  readonly units: readonly unknown[]
}

/** The National Database on cadres, civil servants and public employees, as a body or the ministry speaks to it. */
export interface PersonnelDatabase {
  /** Registers the key and brings it to the state; repeating changes nothing. */
  readonly changeKey: (change: KeyChange, signal?: AbortSignal) => Promise<void>
  readonly sendUnitTree: (
    connectionKey: string,
    tree: UnitTreeUpload,
    signal?: AbortSignal,
  ) => Promise<UnitTreeView>
  /** Presents what covers the versions that will be sent. */
  readonly sendSession: (
    connectionKey: string,
    session: {
      readonly localityCode: string
      readonly sessionId: string
      readonly manifest: string
      readonly cms: Uint8Array
    },
    signal?: AbortSignal,
  ) => Promise<void>
  readonly sendBatch: (
    connectionKey: string,
    localityCode: string,
    idempotencyKey: string,
    batch: DossierBatchRequest,
    signal?: AbortSignal,
  ) => Promise<DossierBatchView>
  /** What became of a batch whose answer was lost; null where it never arrived. */
  readonly findBatch: (
    connectionKey: string,
    localityCode: string,
    idempotencyKey: string,
    signal?: AbortSignal,
  ) => Promise<DossierBatchView | null>
  readonly readJournal: (
    localityCode: string,
    after: number,
    limit: number,
  ) => Promise<ReturnType<typeof journalPage.parse>>
}

const batches = (localityCode: string) => `/v1/localities/${localityCode}/dossier-batches`

export function createPersonnelDatabase(options: GatewayOptions): PersonnelDatabase {
  return {
    async changeKey({ state, ...key }, signal) {
      keyView.parse(
        await ask(SYSTEM, options, { method: 'POST', path: '/v1/connection-keys', body: key, signal }),
      )
      const step = { active: 'activation', cancelled: 'cancellation', issued: null }[state]
      if (step === null) return
      const path = `/v1/connection-keys/${key.keyId}/${step}`
      keyView.parse(await ask(SYSTEM, options, { method: 'POST', path, signal }))
    },
    sendUnitTree: async (secret, { treeId, localityCode, ...body }, signal) =>
      unitTreeView.parse(
        await ask(SYSTEM, options, {
          method: 'PUT',
          path: `/v1/localities/${localityCode}/unit-trees/${treeId}`,
          body,
          secret,
          signal,
        }),
      ),
    async sendSession(secret, { localityCode, sessionId, manifest, cms }, signal) {
      await ask(SYSTEM, options, {
        method: 'PUT',
        path: `/v1/localities/${localityCode}/signing-sessions/${sessionId}`,
        body: { manifest, cms: Buffer.from(cms).toString('base64') },
        secret,
        signal,
      })
    },
    sendBatch: async (secret, localityCode, idempotencyKey, body, signal) =>
      dossierBatchView.parse(
        await ask(SYSTEM, options, {
          method: 'POST',
          path: batches(localityCode),
          body,
          secret,
          idempotencyKey,
          signal,
        }),
      ),
    async findBatch(secret, localityCode, idempotencyKey, signal) {
      const path = `${batches(localityCode)}/${idempotencyKey}`
      const answer = await ask(SYSTEM, options, { method: 'GET', path, secret, signal })
      return answer === null ? null : dossierBatchView.parse(answer)
    },
    readJournal: async (localityCode, after, limit) =>
      journalPage.parse(
        await ask(SYSTEM, options, {
          method: 'GET',
          path: `/v1/journal?localityCode=${localityCode}&after=${after}&limit=${limit}`,
        }),
      ),
  }
}
