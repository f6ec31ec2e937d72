import { Refusal } from './errors.ts'

/** A calendar day in Hanoi, `yyyy-mm-dd`. Viet Nam has one zone, UTC+7, and no summer time. */
export type HanoiDate = string

const OFFSET_MS = 7 * 3_600_000
export const DAY_MS = 86_400_000
export const HOUR_MS = 3_600_000
const SHAPE = /^\d{4}-\d{2}-\d{2}$/

export const toHanoiDate = (ms: number): HanoiDate => new Date(ms + OFFSET_MS).toISOString().slice(0, 10)

/** The first instant of the day. */
export const startOfDay = (date: HanoiDate): number => Date.parse(`${date}T00:00:00Z`) - OFFSET_MS
/** The first instant that is no longer the day. */
export const endOfDay = (date: HanoiDate): number => startOfDay(date) + DAY_MS

export const addDays = (date: HanoiDate, days: number): HanoiDate =>
  toHanoiDate(startOfDay(date) + days * DAY_MS)

/** How many days `to` lies after `from`. */
export const daysBetween = (from: HanoiDate, to: HanoiDate): number =>
  Math.round((startOfDay(to) - startOfDay(from)) / DAY_MS)

/** 0 is Sunday, 6 is Saturday. */
export const weekday = (date: HanoiDate): number => new Date(`${date}T00:00:00Z`).getUTCDay()

/** ISO 8601 with Hanoi's offset, `2025-07-20T00:00:00+07:00`. */
export function toHanoiIso(ms: number): string {
  const text = new Date(ms + OFFSET_MS).toISOString()
  return `${text.endsWith('.000Z') ? text.slice(0, -5) : text.slice(0, -1)}+07:00`
}

export const isHanoiDate = (text: string): boolean =>
  SHAPE.test(text) && !Number.isNaN(Date.parse(`${text}T00:00:00Z`)) && toHanoiDate(startOfDay(text)) === text

/** @throws Refusal `invalid-request` for what is not a day, such as 2025-02-30 */
export function parseHanoiDate(text: string): HanoiDate {
  if (!isHanoiDate(text)) throw new Refusal('invalid-request')
  return text
}

/** As officials write it: `20/07/2025`. */
export const toDayMonthYear = (date: HanoiDate): string => date.split('-').toReversed().join('/')
