import { and, asc, desc, eq, isNull, lt, sql } from 'drizzle-orm'
import { covers, type Scope } from '../../domain/access.ts'
import { Refusal } from '../../domain/errors.ts'
import { NATIONAL, type Counts, type Finding } from '../../domain/verifications.ts'
import type { Database } from '../client.ts'
import { copyIn, intField, textField, uuidField } from '../copy.ts'
import { verificationBodies, verificationFindings, verifications } from '../schema/verifications.ts'
import { appendAudit } from './audit.ts'
import { orderProcess } from './campaigns-processes.ts'

export interface NewVerification {
  readonly verificationId: string
  readonly campaignId: string
  readonly localityCode: string | null
  readonly windowId: string | null
  readonly orderedBy: string
  readonly occurredMs: number
}

export interface PartResult {
  readonly verificationId: string
  readonly part: string
  readonly checked: Counts
  readonly found: Counts
  readonly findings: readonly Finding[]
  readonly problem: string | null
}

export interface VerificationProcess {
  readonly workflow: string
  readonly processId: (verificationId: string) => string
}

/** Verifications as they are ordered, and what each part of them came to. */
export function createVerificationStore(db: Database) {
  return {
    /** Orders a verification and its process; the same id again changes nothing. @throws Refusal `not-found` */
    order: (input: NewVerification, process: VerificationProcess): Promise<void> =>
      db.transaction(async (tx) => {
        const { occurredMs, ...row } = input
        const { verificationId, campaignId, localityCode, windowId, orderedBy } = row
        const there = await tx.execute(sql`
          select 1 from campaign_localities l where campaign_id = ${campaignId}
            and (${localityCode}::text is null or locality_code = ${localityCode})
            and (${windowId}::uuid is null or exists (select from sync_windows w
              where w.window_id = ${windowId} and w.locality_code = l.locality_code and w.campaign_id = l.campaign_id)) limit 1`)
        if (there.length === 0) throw new Refusal('not-found')
        const [created] = await tx
          .insert(verifications)
          .values({ ...row, occurredAt: occurredMs })
          .onConflictDoNothing()
          .returning({ verificationId: verifications.verificationId })
        if (created === undefined) return
        await orderProcess(tx, {
          processId: process.processId(verificationId),
          workflow: process.workflow,
          campaignId,
          localityCode,
          input: { verificationId, campaignId, localityCode, windowId },
        })
        await appendAudit(tx, {
          scope: localityCode ?? NATIONAL,
          actor: orderedBy,
          action: 'verification.order',
          subject: verificationId,
          detail: { campaignId, windowId },
          occurredMs,
        })
      }),

    readVerification: async (scope: Scope, verificationId: string) => {
      const [found] = await db
        .select()
        .from(verifications)
        .where(eq(verifications.verificationId, verificationId))
      if (found === undefined) return null
      return covers(scope, found.localityCode ?? NATIONAL) ? found : null
    },
    /** Newest first. Verifications are a national matter. */
    readVerifications: (
      scope: Scope,
      page: { readonly campaignId: string; readonly before: string | null; readonly limit: number },
    ) =>
      scope === 'national'
        ? db
            .select()
            .from(verifications)
            .where(
              and(
                eq(verifications.campaignId, page.campaignId),
                page.before === null ? undefined : lt(verifications.verificationId, page.before),
              ),
            )
            .orderBy(desc(verifications.verificationId))
            .limit(page.limit)
        : Promise.resolve([]),

    /** How many parts a verification has: its bodies, and what belongs to none. */
    async countParts(input: { readonly campaignId: string; readonly localityCode: string | null }) {
      if (input.localityCode !== null) return 1
      const [row] = await db.execute<{ n: number }>(
        sql`select count(*)::int + 1 as n from campaign_localities where campaign_id = ${input.campaignId}`,
      )
      return row?.n ?? 1
    },
    async readUnverified(input: {
      readonly verificationId: string
      readonly campaignId: string
      readonly localityCode: string | null
      readonly limit: number
    }): Promise<readonly string[]> {
      const rows = await db.execute<{ part: string }>(sql`
        select part from (
          select locality_code as part from campaign_localities where campaign_id = ${input.campaignId}
          union all select ${NATIONAL}) as parts
        where (${input.localityCode}::text is null or part = ${input.localityCode}) and not exists (
          select from verification_bodies b where b.verification_id = ${input.verificationId} and b.locality_code = part)
        order by part limit ${input.limit}`)
      return rows.map(({ part }) => part)
    },

    /** Keeps what a part came to, whole and once. */
    keepPart: (result: PartResult): Promise<void> =>
      db.transaction(async (tx) => {
        const { verificationId, part, checked, found, findings, problem } = result
        const [kept] = await tx
          .insert(verificationBodies)
          .values({ verificationId, localityCode: part, checked, found, problem })
          .onConflictDoNothing()
          .returning({ part: verificationBodies.localityCode })
        if (kept === undefined) return
        await copyIn(
          tx,
          'verification_findings',
          ['verification_id', 'locality_code', 'finding_no', 'rule', 'subject', 'version_no', 'window_id'],
          findings.map(({ rule, subject, versionNo, windowId }, at) => [
            uuidField(verificationId),
            textField(part),
            intField(at + 1),
            textField(rule),
            textField(subject),
            versionNo === null ? null : intField(versionNo),
            windowId === null ? null : uuidField(windowId),
          ]),
        )
      }),
    async finish(verificationId: string, nowMs: number): Promise<void> {
      await db
        .update(verifications)
        .set({ completedAt: nowMs })
        .where(and(eq(verifications.verificationId, verificationId), isNull(verifications.completedAt)))
    },

    readParts: (verificationId: string) =>
      db
        .select()
        .from(verificationBodies)
        .where(eq(verificationBodies.verificationId, verificationId))
        .orderBy(asc(verificationBodies.localityCode)),
    /** What was found, by part and number, after a finding. */
    readFindings: (page: {
      readonly verificationId: string
      readonly part: string
      readonly after: number
      readonly limit: number
    }) =>
      db
        .select()
        .from(verificationFindings)
        .where(
          and(
            eq(verificationFindings.verificationId, page.verificationId),
            sql`(${verificationFindings.localityCode}, ${verificationFindings.findingNo}) > (${page.part}, ${page.after})`,
          ),
        )
        .orderBy(asc(verificationFindings.localityCode), asc(verificationFindings.findingNo))
        .limit(page.limit),
  }
}
export type VerificationStore = ReturnType<typeof createVerificationStore>
