import { sql } from 'drizzle-orm'
import { CALENDAR_FACTS } from '../domain/calendars-facts.ts'
import { LOCALITIES } from '../domain/localities.ts'
import type { Database } from './client.ts'
import { calendarDays } from './schema/calendars.ts'
import { localities, localityPredecessors } from './schema/localities.ts'

/** Writes the bodies as they are known to this version. Calendar days are only added: the ministry may have mended them. */
export async function writeReferenceData(db: Database): Promise<void> {
  await db.transaction(async (tx) => {
    await tx
      .insert(localities)
      .values(
        LOCALITIES.map(({ code, nameVi, nameEn, kind, region, gsoCode }) => ({
          localityCode: code,
          nameVi,
          nameEn,
          kind,
          region,
          gsoCode,
        })),
      )
      .onConflictDoUpdate({
        target: localities.localityCode,
        set: {
          nameVi: sql`excluded.name_vi`,
          nameEn: sql`excluded.name_en`,
          region: sql`excluded.region`,
          gsoCode: sql`excluded.gso_code`,
        },
      })
    await tx
      .insert(localityPredecessors)
      .values(
        LOCALITIES.flatMap(({ code, predecessors }) =>
          predecessors.map((predecessor) => ({ localityCode: code, ...predecessor })),
        ),
      )
      .onConflictDoNothing()
    await tx
      .insert(calendarDays)
      .values([...CALENDAR_FACTS])
      .onConflictDoNothing()
  })
}
