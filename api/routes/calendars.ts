import { Refusal } from '../../domain/errors.ts'
import { startOfDay, type HanoiDate } from '../../domain/hanoi-time.ts'

const FIRST_DAY: HanoiDate = '2000-01-01'
const FIRST_DAY_AFTER: HanoiDate = '2100-01-01'

/**
 * No campaign has such a date. Once written, what lies beyond the year 9999 in Hanoi could not be shown again, and one
 * mistyped day would make a whole campaign unreadable.
 * @throws Refusal `invalid-request`
 */
export function assertPlausibleDays(...days: readonly (HanoiDate | undefined)[]): void {
  if (days.some((day) => day !== undefined && (day < FIRST_DAY || day >= FIRST_DAY_AFTER)))
    throw new Refusal('invalid-request')
}

/** @throws Refusal `invalid-request` */
export function assertPlausibleInstant(ms: number): void {
  if (!(ms >= startOfDay(FIRST_DAY) && ms < startOfDay(FIRST_DAY_AFTER))) throw new Refusal('invalid-request')
}
