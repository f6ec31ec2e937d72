import { and, desc, eq, isNull, sql } from 'drizzle-orm'
import { covers, type Scope } from '../../domain/access.ts'
import { Refusal } from '../../domain/errors.ts'
import type { Database } from '../client.ts'
import { violates } from '../constraints.ts'
import { signatures, signingLeaves, signingSessions } from '../schema/signing.ts'
import { appendAudit } from './audit.ts'
import { orderProcess } from './campaigns-processes.ts'

export interface NewSession {
  readonly sessionId: string
  readonly campaignId: string
  readonly localityCode: string
  readonly actor: string
  readonly occurredMs: number
}
export interface SigningProcess {
  readonly workflow: string
  readonly processId: (sessionId: string) => string
}

/** Current versions of a body that no valid signature covers. */
const unsigned = (localityCode: string) => sql`
  from records r where r.locality_code = ${localityCode} and not exists (
    select from signing_leaves l join signatures s using (session_id)
    where l.record_id = r.record_id and l.version_no = r.current_no)`

export function createSigningStore(db: Database) {
  return {
    /**
     * Opens a session over what is unsigned. The same id again changes nothing.
     * @throws Refusal `nothing-to-sign`, `session-open`
     */
    open: (input: NewSession, process: SigningProcess): Promise<void> =>
      db.transaction(async (tx) => {
        const { sessionId, campaignId, localityCode, actor, occurredMs } = input
        const [known] = await tx
          .select({ id: signingSessions.sessionId })
          .from(signingSessions)
          .where(eq(signingSessions.sessionId, sessionId))
        if (known !== undefined) return
        const waiting = await tx.execute(sql`select 1 ${unsigned(localityCode)} limit 1`)
        if (waiting.length === 0) throw new Refusal('nothing-to-sign')
        await tx
          .insert(signingSessions)
          .values({ sessionId, campaignId, localityCode, openedBy: actor, openedAt: occurredMs })
          .catch((error: unknown) => {
            if (violates(error, 'signing_sessions_one_open')) throw new Refusal('session-open')
            throw error
          })
        await orderProcess(tx, {
          processId: process.processId(sessionId),
          workflow: process.workflow,
          campaignId,
          localityCode,
          input: { sessionId, campaignId, localityCode, parkingNo: 0 },
        })
        await appendAudit(tx, {
          scope: localityCode,
          actor,
          action: 'signing.open',
          subject: sessionId,
          occurredMs,
        })
      }),

    readSession: async (scope: Scope, sessionId: string) => {
      const [found] = await db.select().from(signingSessions).where(eq(signingSessions.sessionId, sessionId))
      return found === undefined || !covers(scope, found.localityCode) ? null : found
    },
    readSessions: (scope: Scope, localityCode: string, limit: number) =>
      covers(scope, localityCode)
        ? db
            .select()
            .from(signingSessions)
            .where(eq(signingSessions.localityCode, localityCode))
            .orderBy(desc(signingSessions.sessionId))
            .limit(limit)
        : Promise.resolve([]),
    countUnsigned: async (localityCode: string): Promise<number> =>
      Number(
        (await db.execute<{ n: string }>(sql`select count(*) as n ${unsigned(localityCode)}`))[0]?.n ?? 0,
      ),

    /** Lists the leaves of the session once, in record order; a later call finds them as they are. */
    async listLeaves(sessionId: string, localityCode: string): Promise<void> {
      await db.execute(sql`
        insert into signing_leaves (session_id, locality_code, record_id, version_no, leaf)
        select ${sessionId}, ${localityCode}, r.record_id, r.current_no, r.leaf ${unsigned(localityCode)}
          and not exists (select from signing_leaves where session_id = ${sessionId})
        on conflict do nothing`)
    },
    /** Leaves after a record, in record order. */
    readLeaves: (sessionId: string, afterRecordId: number, limit: number) =>
      db
        .select({ recordId: signingLeaves.recordId, leaf: signingLeaves.leaf })
        .from(signingLeaves)
        .where(and(eq(signingLeaves.sessionId, sessionId), sql`${signingLeaves.recordId} > ${afterRecordId}`))
        .orderBy(signingLeaves.recordId)
        .limit(limit),
    /** How many leaves of the session each unit has, the tree in force, and the root that the body signed last. */
    async readFacts(sessionId: string, localityCode: string) {
      const perUnit = await db.execute<{ unit_code: string; n: string }>(sql`
        select v.unit_code, count(*) as n from signing_leaves l
        join record_versions v on v.record_id = l.record_id and v.version_no = l.version_no
        where l.session_id = ${sessionId} group by v.unit_code`)
      const [previous] = await db.execute<{ root: string | null; tree: string | null }>(sql`
        select (select encode(root, 'hex') from signing_sessions where locality_code = ${localityCode}
            and signed_at is not null order by session_id desc limit 1) as root,
          (select tree_id from unit_trees where locality_code = ${localityCode} and accepted_at is not null
            order by version desc limit 1) as tree`)
      return {
        units: Object.fromEntries(perUnit.map(({ unit_code, n }) => [unit_code, Number(n)])),
        previousRoot: previous?.root ?? null,
        treeId: previous?.tree ?? null,
      }
    },
    async freeze(
      sessionId: string,
      frozen: { readonly leaves: number; readonly root: Uint8Array; readonly manifest: string },
      nowMs: number,
    ): Promise<void> {
      await db
        .update(signingSessions)
        .set({ ...frozen, frozenAt: nowMs })
        .where(and(eq(signingSessions.sessionId, sessionId), isNull(signingSessions.frozenAt)))
    },

    /** The signer's order; the process obtains the signature. Ordered once. @throws Refusal `session-not-open` */
    order: (sessionId: string, localityCode: string, actor: string, occurredMs: number): Promise<void> =>
      db.transaction(async (tx) => {
        const ordered = await tx
          .update(signingSessions)
          .set({ orderedAt: occurredMs, orderedBy: actor })
          .where(
            and(
              eq(signingSessions.sessionId, sessionId),
              isNull(signingSessions.orderedAt),
              isNull(signingSessions.abandonedAt),
              sql`${signingSessions.frozenAt} is not null`,
            ),
          )
          .returning({ id: signingSessions.sessionId })
        if (ordered.length > 0) {
          await appendAudit(tx, {
            scope: localityCode,
            actor,
            action: 'signing.order',
            subject: sessionId,
            occurredMs,
          })
          return
        }
        const [found] = await tx
          .select()
          .from(signingSessions)
          .where(eq(signingSessions.sessionId, sessionId))
        if (found?.orderedBy !== actor || found.abandonedAt !== null) throw new Refusal('session-not-open')
      }),
    abandon: (sessionId: string, localityCode: string, actor: string, occurredMs: number): Promise<void> =>
      db.transaction(async (tx) => {
        const abandoned = await tx
          .update(signingSessions)
          .set({ abandonedAt: occurredMs })
          .where(
            and(
              eq(signingSessions.sessionId, sessionId),
              isNull(signingSessions.orderedAt),
              isNull(signingSessions.abandonedAt),
            ),
          )
          .returning({ id: signingSessions.sessionId })
        if (abandoned.length === 0) throw new Refusal('session-not-open')
        await appendAudit(tx, {
          scope: localityCode,
          actor,
          action: 'signing.abandon',
          subject: sessionId,
          occurredMs,
        })
      }),

    /** A verified signature: from now on its versions are signed. Stored once. */
    keepSignature: (input: {
      readonly sessionId: string
      readonly localityCode: string
      readonly cms: Uint8Array
      readonly certificateSha256: Uint8Array
      readonly nowMs: number
    }): Promise<void> =>
      db.transaction(async (tx) => {
        const { nowMs, ...signature } = input
        const [kept] = await tx
          .insert(signatures)
          .values({ ...signature, verifiedAt: nowMs })
          .onConflictDoNothing()
          .returning({ id: signatures.sessionId })
        if (kept === undefined) return
        await tx
          .update(signingSessions)
          .set({ signedAt: nowMs, parkedAt: null })
          .where(eq(signingSessions.sessionId, input.sessionId))
        await appendAudit(tx, {
          scope: input.localityCode,
          actor: null,
          action: 'signing.signed',
          subject: input.sessionId,
          occurredMs: nowMs,
        })
      }),
  }
}
export type SigningStore = ReturnType<typeof createSigningStore>
