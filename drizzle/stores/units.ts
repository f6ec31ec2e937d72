import { and, desc, eq, isNull, sql } from 'drizzle-orm'
import { covers, type Scope } from '../../domain/access.ts'
import type { Unit } from '../../domain/units.ts'
import type { Database } from '../client.ts'
import { units, unitTrees } from '../schema/units.ts'
import { appendAudit } from './audit.ts'

export interface NewTree {
  readonly treeId: string
  readonly localityCode: string
  readonly sha256: Uint8Array
  readonly units: readonly Unit[]
  readonly actor: string
  readonly occurredMs: number
}

export function createUnitStore(db: Database) {
  return {
    /** Keeps a tree that passed every check as the body's next version. The same id again answers the first. */
    keepTree: (input: NewTree): Promise<number> =>
      db.transaction(async (tx) => {
        const { treeId, localityCode, sha256, actor, occurredMs } = input
        await tx.execute(sql`select pg_advisory_xact_lock(hashtext(${`unit-tree:${localityCode}`}))`)
        const [known] = await tx
          .select({ version: unitTrees.version })
          .from(unitTrees)
          .where(eq(unitTrees.treeId, treeId))
        if (known !== undefined) return known.version
        const [newest] = await tx
          .select({ version: unitTrees.version })
          .from(unitTrees)
          .where(eq(unitTrees.localityCode, localityCode))
          .orderBy(desc(unitTrees.version))
          .limit(1)
        const version = (newest?.version ?? 0) + 1
        await tx.insert(unitTrees).values({
          treeId,
          localityCode,
          version,
          sha256,
          units: input.units,
          unitCount: input.units.length,
          uploadedBy: actor,
          uploadedAt: occurredMs,
        })
        await appendAudit(tx, {
          scope: localityCode,
          actor,
          action: 'unit-tree.upload',
          subject: treeId,
          detail: { version, units: input.units.length },
          occurredMs,
        })
        return version
      }),

    readTrees: (scope: Scope, localityCode: string) =>
      covers(scope, localityCode)
        ? db
            .select({
              treeId: unitTrees.treeId,
              version: unitTrees.version,
              unitCount: unitTrees.unitCount,
              uploadedAt: unitTrees.uploadedAt,
              acceptedAt: unitTrees.acceptedAt,
              confirmedAt: unitTrees.confirmedAt,
              refusedAt: unitTrees.refusedAt,
              refusalReasons: unitTrees.refusalReasons,
            })
            .from(unitTrees)
            .where(eq(unitTrees.localityCode, localityCode))
            .orderBy(desc(unitTrees.version))
            .limit(200)
        : Promise.resolve([]),

    /** Units in force today, by code. */
    readUnits: (
      scope: Scope,
      localityCode: string,
      page: { readonly after: string; readonly limit: number },
    ) =>
      covers(scope, localityCode)
        ? db
            .select({ code: units.code, name: units.name, parentCode: units.parentCode, kind: units.kind })
            .from(units)
            .where(
              and(
                eq(units.localityCode, localityCode),
                sql`upper_inf(${units.valid})`,
                sql`${units.code} > ${page.after}`,
              ),
            )
            .orderBy(units.code)
            .limit(page.limit)
        : Promise.resolve([]),

    readTree: async (treeId: string) =>
      (await db.select().from(unitTrees).where(eq(unitTrees.treeId, treeId)))[0] ?? null,

    /** What the national database decided of an accepted tree; its first decision stays. */
    async decideTree(
      treeId: string,
      decision: { readonly confirmed: boolean; readonly reasons: readonly string[] },
      nowMs: number,
    ) {
      await db
        .update(unitTrees)
        .set(
          decision.confirmed
            ? { confirmedAt: nowMs }
            : { refusedAt: nowMs, refusalReasons: [...decision.reasons] },
        )
        .where(and(eq(unitTrees.treeId, treeId), isNull(unitTrees.confirmedAt), isNull(unitTrees.refusedAt)))
    },
  }
}
export type UnitStore = ReturnType<typeof createUnitStore>
