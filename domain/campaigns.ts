import { nextWorkingDay, previousWorkingDay, subtractWorkingDays, type Calendar } from './calendars.ts'
import { Refusal } from './errors.ts'
import { addDays, HOUR_MS, startOfDay, type HanoiDate } from './hanoi-time.ts'
import type { Rung } from './localities-process.ts'
import { isEndless, STAGES, type Stage } from './stages.ts'

/** Whether a last day on which offices do not work still counts, or which working day counts in its place. */
export const DAY_OFF_POLICIES = ['keep', 'previous-working-day', 'next-working-day'] as const
export type DayOffPolicy = (typeof DAY_OFF_POLICIES)[number]

export interface StageDate {
  readonly stage: Stage
  /** The date as the letter names it. */
  readonly namedDate: HanoiDate
  /** "Before 20 July" does not include the named date; "by 10 September" does. */
  readonly inclusive: boolean
  readonly dayOffPolicy: DayOffPolicy
}

export interface CampaignSettings {
  /** Working days before the last day on which a body is reminded. */
  readonly reminderLadder: readonly number[]
  readonly letterIntervalDays: number
  /** Days after the due date on which the body's head and the ministry's leadership are told; null for never. */
  readonly escalationDays: number | null
  readonly syncFrom: HanoiDate
  readonly syncTo: HanoiDate
  readonly matchFrom: HanoiDate
  readonly reportHour: number
  readonly matchHour: number
  /** What the national database takes in an hour, for each day of the window and after it. */
  readonly bodiesPerHour: number
  readonly recordsPerHour: number
}

export interface CampaignTemplate {
  readonly code: string
  readonly titleVi: string
  readonly titleEn: string
  readonly legalDocument: string
  readonly startsOn: HanoiDate
  readonly stages: readonly StageDate[]
  readonly settings: CampaignSettings
}

const before = (stage: Stage, namedDate: HanoiDate): StageDate => ({
  stage,
  namedDate,
  inclusive: false,
  dayOffPolicy: 'keep',
})

/** Official Letter 5034/BNV-CCVC of 11 July 2025: seven stages, "trước ngày" (before) for the first five. */
export const OFFICIAL_LETTER_5034: CampaignTemplate = {
  code: 'ol-5034',
  titleVi:
    'Cập nhật, đồng bộ Cơ sở dữ liệu quốc gia về cán bộ, công chức, viên chức theo đơn vị hành chính mới',
  titleEn:
    'Update and synchronise the National Database on cadres, civil servants and public employees with the new units',
  legalDocument: '5034/BNV-CCVC',
  startsOn: '2025-07-11',
  stages: [
    before('select-software', '2025-07-20'),
    before('build-unit-codes', '2025-08-01'),
    before('update-records', '2025-08-15'),
    before('sign-records', '2025-08-30'),
    before('schedule-sync', '2025-08-30'),
    { stage: 'sync-records', namedDate: '2025-09-10', inclusive: true, dayOffPolicy: 'keep' },
    { stage: 'match-daily', namedDate: '2025-09-11', inclusive: true, dayOffPolicy: 'keep' },
  ],
  settings: {
    reminderLadder: [7, 3, 1],
    letterIntervalDays: 7,
    escalationDays: 3,
    syncFrom: '2025-09-01',
    syncTo: '2025-09-10',
    matchFrom: '2025-09-11',
    reportHour: 7,
    matchHour: 2,
    bodiesPerHour: 12,
    recordsPerHour: 600_000,
  },
}
export const TEMPLATES: readonly CampaignTemplate[] = [OFFICIAL_LETTER_5034]

export interface Due {
  /** The last day on which it is on time, as the letter's words say: 19 July for "before 20 July". */
  readonly lastDay: HanoiDate
  /** The last day after the policy on days off. */
  readonly effectiveLastDay: HanoiDate
  /** The first late instant: the end of the effective last day, Hanoi time. */
  readonly dueMs: number
}

export function dueOf(date: StageDate, calendar: Calendar): Due {
  const lastDay = date.inclusive ? date.namedDate : addDays(date.namedDate, -1)
  const effectiveLastDay = applyPolicy(date.dayOffPolicy, calendar, lastDay)
  return { lastDay, effectiveLastDay, dueMs: startOfDay(addDays(effectiveLastDay, 1)) }
}

function applyPolicy(policy: DayOffPolicy, calendar: Calendar, day: HanoiDate): HanoiDate {
  switch (policy) {
    case 'keep':
      return day
    case 'previous-working-day':
      return previousWorkingDay(calendar, day)
    case 'next-working-day':
      return nextWorkingDay(calendar, day)
  }
}

/** Reminders go out at this hour, when somebody is at a desk to read them. */
const REMINDER_HOUR = 9

/** The reminders of a due date: so many working days before its last day, in time order. */
export function remindersFor(
  dueMs: number,
  lastDay: HanoiDate,
  ladder: readonly number[],
  calendar: Calendar,
): readonly Rung[] {
  return ladder
    .map((days) => ({
      days,
      atMs: startOfDay(subtractWorkingDays(calendar, lastDay, days)) + REMINDER_HOUR * HOUR_MS,
    }))
    .filter(({ atMs }) => atMs < dueMs)
    .toSorted((one, other) => one.atMs - other.atMs)
}

/** Refuses dates that a body could not pass in the order of the stages, and a template that lacks one. */
export function assertDateOrder(dates: readonly StageDate[], calendar: Calendar): void {
  let previousMs = 0
  for (const stage of STAGES) {
    const date = dates.find((candidate) => candidate.stage === stage)
    if (date === undefined) throw new Refusal('campaign-date-order', { stage })
    const { dueMs } = dueOf(date, calendar)
    if (dueMs < previousMs && !isEndless(stage)) throw new Refusal('campaign-date-order', { stage })
    previousMs = dueMs
  }
}
