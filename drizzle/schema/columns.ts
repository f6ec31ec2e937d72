import { sql } from 'drizzle-orm'
import { customType, uuid } from 'drizzle-orm/pg-core'

/** A point in time as epoch milliseconds; `timestamptz` in the database. */
export const instant = customType<{ data: number; driverData: string }>({
  dataType: () => 'timestamp with time zone',
  fromDriver: (value) => Date.parse(value),
  toDriver: (value) => new Date(value).toISOString(),
})

export const bytes = customType<{ data: Uint8Array; driverData: Uint8Array }>({
  dataType: () => 'bytea',
})

/** A half-open range of instants, written and read as PostgreSQL prints it. */
export const instantRange = customType<{ data: string; driverData: string }>({ dataType: () => 'tstzrange' })
export const dateRange = customType<{ data: string; driverData: string }>({ dataType: () => 'daterange' })

/** Ids that URLs and workflow ids name: time-ordered, made by the database unless the caller brings one. */
export const timeOrderedId = (name: string) => uuid(name).default(sql`uuidv7()`)
