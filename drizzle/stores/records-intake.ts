import { and, asc, desc, eq, gt, isNotNull, isNull, lt, sql } from 'drizzle-orm'
import { covers, type Scope } from '../../domain/access.ts'
import type { Page } from '../../domain/records-pages.ts'
import type { Database } from '../client.ts'
import type { Keyring } from '../keyring.ts'
import { intakePages, intakeRejects, intakes } from '../schema/records.ts'
import { sourceSystems } from '../schema/software.ts'
import { appendAudit } from './audit.ts'
import { orderProcess } from './campaigns-processes.ts'

export interface NewIntake {
  readonly intakeId: string
  readonly localityCode: string
  readonly sourceId: number
  readonly header: readonly string[]
  readonly delimiter: string
  readonly uploadedBy: string
  readonly occurredMs: number
}
export interface ReceivedIntake {
  readonly intakeId: string
  readonly localityCode: string
  readonly campaignId: string | null
  readonly sha256: Uint8Array
  readonly rows: number
  readonly pages: number
  readonly actor: string
  readonly occurredMs: number
}
export interface ConversionProcess {
  readonly workflow: string
  readonly processId: (intakeId: string) => string
}

export const pagePlace = (intakeId: string, pageNo: number) => `intake_pages|${intakeId}|${pageNo}`

/** Files as they come in, kept whole, sealed, page by page. */
export function createIntakeStore(db: Database, keyring: Keyring) {
  const outcomes = sql`
    select p.intake_id, sum(p.rows)::int as rows,
      coalesce(sum(length(p.outcome) - length(replace(p.outcome, 'A', ''))), 0)::int as accepted,
      coalesce(sum(length(p.outcome) - length(replace(p.outcome, 'U', ''))), 0)::int as unchanged,
      coalesce(sum(length(p.outcome) - length(replace(p.outcome, 'R', ''))), 0)::int as rejected,
      coalesce(sum(p.rows) filter (where p.outcome is null), 0)::int as staged, sum(p.warnings)::int as warnings
    from intake_pages p`

  return {
    /** Begins a file; it exists for nobody until it is received. A file begun before by the same request starts over. */
    begin: (input: NewIntake): Promise<void> =>
      db.transaction(async (tx) => {
        const { occurredMs, header, ...intake } = input
        await tx
          .delete(intakePages)
          .where(
            and(
              eq(intakePages.intakeId, input.intakeId),
              sql`exists (select from intakes i where i.intake_id = ${input.intakeId} and i.received_at is null)`,
            ),
          )
        await tx
          .insert(intakes)
          .values({ ...intake, header: [...header], occurredAt: occurredMs })
          .onConflictDoNothing()
      }),

    async keepPage(
      intake: Pick<NewIntake, 'intakeId' | 'localityCode'>,
      pageNo: number,
      page: Page,
    ): Promise<void> {
      const { intakeId, localityCode } = intake
      const body = keyring.sealPage(pagePlace(intakeId, pageNo), page.body)
      const { firstLine, rows } = page
      await db.insert(intakePages).values({ intakeId, localityCode, pageNo, firstLine, rows, body })
    },

    /** The newest received file of the source, if it holds these very bytes: then nothing new was handed in. */
    findSame: async (sourceId: number, sha256: Uint8Array) => {
      const [newest] = await db
        .select({ intakeId: intakes.intakeId, sha256: intakes.sha256 })
        .from(intakes)
        .where(and(eq(intakes.sourceId, sourceId), isNotNull(intakes.receivedAt)))
        .orderBy(desc(intakes.intakeId))
        .limit(1)
      return newest?.sha256 && Buffer.from(newest.sha256).equals(sha256) ? newest.intakeId : null
    },

    /** Every byte is kept: from now on the file counts, and its conversion is ordered. Received once. */
    receive: (input: ReceivedIntake, conversion: ConversionProcess): Promise<void> =>
      db.transaction(async (tx) => {
        const { intakeId, localityCode, campaignId, sha256, rows, pages, actor, occurredMs } = input
        const received = await tx
          .update(intakes)
          .set({ sha256, rows, pages, receivedAt: occurredMs })
          .where(and(eq(intakes.intakeId, intakeId), isNull(intakes.receivedAt)))
          .returning({ intakeId: intakes.intakeId })
        if (received.length === 0) return
        await orderProcess(tx, {
          processId: conversion.processId(intakeId),
          workflow: conversion.workflow,
          campaignId,
          localityCode,
          input: { intakeId, localityCode, campaignId, parkingNo: 0 },
        })
        await appendAudit(tx, {
          scope: localityCode,
          actor,
          action: 'intake.upload',
          subject: intakeId,
          detail: { rows, pages },
          occurredMs,
        })
      }),

    /** Forgets a file that was not received: refused, or broken off. */
    drop: (intakeId: string): Promise<void> =>
      db.transaction(async (tx) => {
        const unreceived = sql`exists (select from intakes i where i.intake_id = ${intakeId} and i.received_at is null)`
        await tx.delete(intakePages).where(and(eq(intakePages.intakeId, intakeId), unreceived))
        await tx.delete(intakes).where(and(eq(intakes.intakeId, intakeId), isNull(intakes.receivedAt)))
      }),

    /** Always `rows = staged + accepted + unchanged + rejected`, counted from the lines' outcomes. */
    async readIntake(scope: Scope, intakeId: string) {
      const [found] = await db
        .select({
          intakeId: intakes.intakeId,
          localityCode: intakes.localityCode,
          source: sourceSystems.code,
          header: intakes.header,
          delimiter: intakes.delimiter,
          receivedAt: intakes.receivedAt,
          convertedAt: intakes.convertedAt,
          parkedAt: intakes.parkedAt,
        })
        .from(intakes)
        .innerJoin(sourceSystems, eq(sourceSystems.sourceId, intakes.sourceId))
        .where(and(eq(intakes.intakeId, intakeId), isNotNull(intakes.receivedAt)))
      if (found === undefined || !covers(scope, found.localityCode)) return null
      const [counts] = await db.execute<IntakeCounts>(
        sql`${outcomes} where p.intake_id = ${intakeId} group by p.intake_id`,
      )
      return { ...found, ...(counts ?? NO_COUNTS) }
    },

    readIntakes: (
      scope: Scope,
      localityCode: string,
      page: { readonly before: string | null; readonly limit: number },
    ) =>
      covers(scope, localityCode)
        ? db
            .select({ intakeId: intakes.intakeId })
            .from(intakes)
            .where(
              and(
                eq(intakes.localityCode, localityCode),
                isNotNull(intakes.receivedAt),
                page.before === null ? undefined : lt(intakes.intakeId, page.before),
              ),
            )
            .orderBy(desc(intakes.intakeId))
            .limit(page.limit)
        : Promise.resolve([]),

    /** A page that has rejects, with its original bytes and the faults by row; null after the last. */
    async readRejectsPage(intakeId: string, afterPage: number) {
      const [next] = await db
        .select({ pageNo: intakeRejects.pageNo })
        .from(intakeRejects)
        .where(and(eq(intakeRejects.intakeId, intakeId), gt(intakeRejects.pageNo, afterPage)))
        .orderBy(asc(intakeRejects.pageNo))
        .limit(1)
      if (next === undefined) return null
      const { pageNo } = next
      const [page] = await db
        .select({ body: intakePages.body })
        .from(intakePages)
        .where(and(eq(intakePages.intakeId, intakeId), eq(intakePages.pageNo, pageNo)))
      const rejects = await db
        .select()
        .from(intakeRejects)
        .where(and(eq(intakeRejects.intakeId, intakeId), eq(intakeRejects.pageNo, pageNo)))
        .orderBy(asc(intakeRejects.rowNo))
      return page === undefined
        ? null
        : { pageNo, body: keyring.openPage(pagePlace(intakeId, pageNo), page.body), rejects }
    },
  }
}
export type IntakeStore = ReturnType<typeof createIntakeStore>

interface IntakeCounts extends Record<string, unknown> {
  readonly rows: number
  readonly accepted: number
  readonly unchanged: number
  readonly rejected: number
  readonly staged: number
  readonly warnings: number
}
const NO_COUNTS: IntakeCounts = { rows: 0, accepted: 0, unchanged: 0, rejected: 0, staged: 0, warnings: 0 }
