import { asc } from 'drizzle-orm'
import { CALENDAR_DAY_KINDS, createCalendar, type Calendar } from '../../domain/calendars.ts'
import type { Database } from '../client.ts'
import { calendarDays } from '../schema/calendars.ts'

export function createCalendarStore(db: Database) {
  return {
    /** The special days as the ministry keeps them now. */
    async readCalendar(): Promise<Calendar> {
      const rows = await db.select().from(calendarDays).orderBy(asc(calendarDays.day))
      return createCalendar(
        rows.flatMap((row) => {
          const kind = CALENDAR_DAY_KINDS.find((known) => known === row.kind)
          return kind === undefined ? [] : [{ ...row, kind }]
        }),
      )
    },
  }
}
export type CalendarStore = ReturnType<typeof createCalendarStore>
