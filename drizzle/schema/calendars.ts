import { boolean, date, pgTable, text } from 'drizzle-orm/pg-core'

/** Days that are not what their weekday says: holidays, break days, make-up working days. Kept by the ministry. */
export const calendarDays = pgTable('calendar_days', {
  day: date('day').primaryKey(),
  kind: text('kind').notNull(),
  nameVi: text('name_vi').notNull(),
  nameEn: text('name_en').notNull(),
  source: text('source').notNull(),
  confirmed: boolean('confirmed').notNull(),
})
