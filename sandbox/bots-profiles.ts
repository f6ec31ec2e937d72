import { addDays, type HanoiDate } from '../domain/hanoi-time.ts'
import type { Stage } from '../domain/stages.ts'
import { between, createRandom } from './random.ts'

/** How a body behaves in a rehearsal. `sloppy` hands in something wrong first; `hopeless` stops after the first stage. */
export type Profile = 'punctual' | 'late' | 'sloppy' | 'hopeless'

const SHARES: readonly (readonly [Profile, number])[] = [
  ['hopeless', 0.06],
  ['late', 0.24],
  ['sloppy', 0.12],
]

export function profileOf(seed: number, code: string): Profile {
  let left = createRandom(seed, 'profile', code)()
  for (const [profile, share] of SHARES) {
    left -= share
    if (left < 0) return profile
  }
  return 'punctual'
}

/** Days before the named dates of the letter, from which a punctual body works at each stage. */
const FIRST_DAYS: Readonly<Partial<Record<Stage, HanoiDate>>> = {
  'select-software': '2025-07-14',
  'build-unit-codes': '2025-07-23',
  'update-records': '2025-08-05',
  'sign-records': '2025-08-19',
  'schedule-sync': '2025-08-25',
}
const SPREAD_DAYS = 4
const LATE_DAYS = 9

/** The day on which a body takes up a stage; null for never. */
export function dayFor(seed: number, code: string, stage: Stage): HanoiDate | null {
  const first = FIRST_DAYS[stage]
  if (first === undefined) return null
  const profile = profileOf(seed, code)
  if (profile === 'hopeless' && stage !== 'select-software') return null
  const random = createRandom(seed, 'day', code, stage)
  const day = addDays(first, between(random, 0, SPREAD_DAYS - 1))
  return profile === 'late' ? addDays(day, LATE_DAYS) : day
}

/** The day of the official window that a body asks for. */
export const slotFor = (seed: number, code: string): HanoiDate =>
  addDays(
    '2025-09-08',
    profileOf(seed, code) === 'late' ? 1 : -between(createRandom(seed, 'slot', code), 0, 5),
  )
