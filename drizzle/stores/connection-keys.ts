import { createHash } from 'node:crypto'
import { and, asc, eq, isNull, sql } from 'drizzle-orm'
import { covers, type Scope } from '../../domain/access.ts'
import { Refusal } from '../../domain/errors.ts'
import type { Database, Transaction } from '../client.ts'
import { violates } from '../constraints.ts'
import type { Keyring } from '../keyring.ts'
import { connectionKeys } from '../schema/connection-keys.ts'
import { sourceSystems } from '../schema/software.ts'
import { appendAudit } from './audit.ts'
import { orderProcess } from './campaigns-processes.ts'

export type KeyChange = 'issue' | 'activate' | 'cancel'
export interface KeyOrder {
  readonly keyId: string
  readonly localityCode: string
  readonly campaignId: string | null
  readonly actor: string
  readonly occurredMs: number
}
export interface KeyProcesses {
  readonly keyWorkflow: string
  readonly keyProcessId: (keyId: string, change: KeyChange) => string
}

const place = (keyId: string) => `connection_keys|${keyId}`

/** Orders the process that tells the national database, and the audit entry. */
async function changed(
  tx: Transaction,
  change: KeyChange,
  { keyId, localityCode, campaignId, actor, occurredMs }: KeyOrder,
  processes: KeyProcesses,
) {
  await orderProcess(tx, {
    processId: processes.keyProcessId(keyId, change),
    workflow: processes.keyWorkflow,
    campaignId,
    localityCode,
    input: { keyId, localityCode, campaignId, change, parkingNo: 0 },
  })
  await appendAudit(tx, {
    scope: localityCode,
    actor,
    action: `connection-key.${change}`,
    subject: keyId,
    occurredMs,
  })
}

type When = typeof connectionKeys.activatedAt | typeof connectionKeys.cancelledAt
const unchanged = (column: When, ms: number | null) =>
  ms === null ? isNull(column) : sql`${column} is not null`

/** Keys that we present to the national database for a body. Each change is told there by a process of its own. */
export function createConnectionKeyStore(db: Database, keyring: Keyring) {
  return {
    readKeys: (scope: Scope, localityCode: string) =>
      covers(scope, localityCode)
        ? db
            .select({
              keyId: connectionKeys.keyId,
              sourceCode: sourceSystems.code,
              issuedAt: connectionKeys.issuedAt,
              activatedAt: connectionKeys.activatedAt,
              cancelledAt: connectionKeys.cancelledAt,
              confirmedAt: connectionKeys.confirmedAt,
            })
            .from(connectionKeys)
            .innerJoin(sourceSystems, eq(sourceSystems.sourceId, connectionKeys.sourceId))
            .where(eq(connectionKeys.localityCode, localityCode))
            .orderBy(asc(connectionKeys.keyId))
        : Promise.resolve([]),

    /** Keeps a new key, sealed, or a predecessor's of which only the hash is known. The same id again changes nothing. */
    issue: (
      order: KeyOrder & {
        readonly sourceId: number
        readonly secret: string | null
        readonly secretSha256: Uint8Array
      },
      processes: KeyProcesses,
    ): Promise<void> =>
      db.transaction(async (tx) => {
        const { keyId, localityCode, sourceId, secret, actor, occurredMs } = order
        const [created] = await tx
          .insert(connectionKeys)
          .values({
            keyId,
            localityCode,
            sourceId,
            secretSealed: secret === null ? null : keyring.seal(place(keyId), Buffer.from(secret)),
            secretSha256: order.secretSha256,
            issuedBy: actor,
            issuedAt: occurredMs,
          })
          .onConflictDoNothing({ target: connectionKeys.keyId })
          .returning({ keyId: connectionKeys.keyId })
        if (created !== undefined) await changed(tx, 'issue', order, processes)
      }),

    /**
     * Puts the key into force and cancels the body's others, in one transaction; by another person than the issuer.
     * @throws Refusal `same-person`, `key-not-usable` or `key-already-active`
     */
    activate: (order: KeyOrder, processes: KeyProcesses): Promise<void> =>
      db.transaction(async (tx) => {
        const { keyId, localityCode, actor, occurredMs } = order
        const [key] = await tx
          .select()
          .from(connectionKeys)
          .where(and(eq(connectionKeys.keyId, keyId), eq(connectionKeys.localityCode, localityCode)))
          .for('update')
        if (key === undefined) throw new Refusal('not-found')
        if (key.activatedAt !== null && key.cancelledAt === null) return
        if (key.cancelledAt !== null || key.secretSealed === null) throw new Refusal('key-not-usable')
        if (key.issuedBy === actor) throw new Refusal('same-person')
        const others = await tx
          .update(connectionKeys)
          .set({ cancelledAt: occurredMs, cancelledBy: actor, confirmedAt: null })
          .where(
            and(
              eq(connectionKeys.localityCode, localityCode),
              isNull(connectionKeys.cancelledAt),
              sql`${connectionKeys.keyId} <> ${keyId}`,
            ),
          )
          .returning({ keyId: connectionKeys.keyId })
        await tx
          .update(connectionKeys)
          .set({ activatedAt: occurredMs, activatedBy: actor, confirmedAt: null })
          .where(eq(connectionKeys.keyId, keyId))
          .catch((error: unknown) => {
            if (violates(error, 'connection_keys_one_active_per_locality'))
              throw new Refusal('key-already-active', { code: localityCode })
            throw error
          })
        for (const other of others) await changed(tx, 'cancel', { ...order, keyId: other.keyId }, processes)
        await changed(tx, 'activate', order, processes)
      }),

    /** Cancelled again, nothing changes. @throws Refusal `not-found` for what is no key of this body */
    cancel: (order: KeyOrder, processes: KeyProcesses): Promise<void> =>
      db.transaction(async (tx) => {
        const { keyId, localityCode, actor, occurredMs } = order
        const [cancelled] = await tx
          .update(connectionKeys)
          .set({ cancelledAt: occurredMs, cancelledBy: actor, confirmedAt: null })
          .where(
            and(
              eq(connectionKeys.keyId, keyId),
              eq(connectionKeys.localityCode, localityCode),
              isNull(connectionKeys.cancelledAt),
            ),
          )
          .returning({ keyId: connectionKeys.keyId })
        if (cancelled !== undefined) return changed(tx, 'cancel', order, processes)
        const [known] = await tx
          .select({ keyId: connectionKeys.keyId })
          .from(connectionKeys)
          .where(and(eq(connectionKeys.keyId, keyId), eq(connectionKeys.localityCode, localityCode)))
        if (known === undefined) throw new Refusal('not-found')
      }),

    /** The key's present state, to be told to the national database. */
    async readForConfirmation(keyId: string) {
      const [key] = await db
        .select({
          localityCode: connectionKeys.localityCode,
          softwareName: sourceSystems.name,
          secretSha256: connectionKeys.secretSha256,
          activatedAt: connectionKeys.activatedAt,
          cancelledAt: connectionKeys.cancelledAt,
        })
        .from(connectionKeys)
        .innerJoin(sourceSystems, eq(sourceSystems.sourceId, connectionKeys.sourceId))
        .where(eq(connectionKeys.keyId, keyId))
      if (key === undefined) return null
      const { activatedAt, cancelledAt, ...rest } = key
      const state = cancelledAt !== null ? 'cancelled' : activatedAt !== null ? 'active' : 'issued'
      return { ...rest, activatedAt, cancelledAt, state } as const
    },
    /** Only while the key still is as it was told. */
    async markConfirmed(
      keyId: string,
      told: { readonly activatedAt: number | null; readonly cancelledAt: number | null },
      nowMs: number,
    ): Promise<void> {
      await db
        .update(connectionKeys)
        .set({ confirmedAt: nowMs })
        .where(
          and(
            eq(connectionKeys.keyId, keyId),
            unchanged(connectionKeys.activatedAt, told.activatedAt),
            unchanged(connectionKeys.cancelledAt, told.cancelledAt),
          ),
        )
    },

    /** The secret of the body's active key, for a call in its name; null where it has none. */
    async readActiveSecret(localityCode: string): Promise<string | null> {
      const [key] = await db
        .select({ keyId: connectionKeys.keyId, sealed: connectionKeys.secretSealed })
        .from(connectionKeys)
        .where(
          and(
            eq(connectionKeys.localityCode, localityCode),
            isNull(connectionKeys.cancelledAt),
            sql`${connectionKeys.activatedAt} is not null`,
          ),
        )
      return key === undefined || key.sealed === null
        ? null
        : keyring.open(place(key.keyId), key.sealed).toString()
    },
  }
}
export type ConnectionKeyStore = ReturnType<typeof createConnectionKeyStore>

export const hashSecret = (secret: string): Uint8Array => createHash('sha256').update(secret).digest()
