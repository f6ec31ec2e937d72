import { describeDay, workingDaysOf, type Calendar, type DayDescription } from './calendars.ts'
import { dueOf, remindersFor, type CampaignSettings, type StageDate } from './campaigns.ts'
import { DAY_MS, type HanoiDate } from './hanoi-time.ts'
import { isEndless, type Stage } from './stages.ts'

export type PlannedKind =
  | 'reminder'
  | 'due'
  | 'urging-letter'
  | 'escalation'
  | 'window-opens'
  | 'window-closes'
  | 'matching'

/** One thing that a launch would set for each body. */
export interface PlannedTimer {
  readonly stage: Stage
  readonly kind: PlannedKind
  readonly atMs: number
  /** Working days before for a reminder, the letter's number for an urging letter. */
  readonly number: number | null
}

export interface StagePreview {
  readonly stage: Stage
  readonly namedDate: HanoiDate
  readonly inclusive: boolean
  /** Both days are always shown: the one in the letter and the last one that is on time. */
  readonly named: DayDescription
  readonly last: DayDescription
  readonly effectiveLastDay: HanoiDate
  readonly dueMs: number
}

export interface CalendarFinding {
  readonly stage: Stage
  readonly code: 'named-date-off' | 'last-day-off' | 'window-day-off' | 'window-working-days'
  readonly day: HanoiDate
  readonly messageVi: string
  readonly messageEn: string
}

export interface CampaignPreview {
  readonly stages: readonly StagePreview[]
  readonly timers: readonly PlannedTimer[]
  readonly findings: readonly CalendarFinding[]
}

interface Plan {
  readonly stages: readonly StageDate[]
  readonly settings: CampaignSettings
  readonly startsMs: number
  /** Letters are listed until then; they would go on for as long as a body is late. */
  readonly untilMs: number
}

/** Everything that would be set for one body, and what its calendar hides; changes nothing. */
export function previewCampaign(plan: Plan, calendar: Calendar): CampaignPreview {
  const stages = plan.stages.map((date) => previewStage(date, calendar))
  return {
    stages,
    timers: stages.flatMap((stage) => timersOf(stage, plan, calendar)).toSorted((a, b) => a.atMs - b.atMs),
    findings: [...stages.flatMap(findingsOf), ...windowFindings(plan.settings, calendar)],
  }
}

function previewStage(date: StageDate, calendar: Calendar): StagePreview {
  const { lastDay, effectiveLastDay, dueMs } = dueOf(date, calendar)
  return {
    stage: date.stage,
    namedDate: date.namedDate,
    inclusive: date.inclusive,
    named: describeDay(calendar, date.namedDate),
    last: describeDay(calendar, lastDay),
    effectiveLastDay,
    dueMs,
  }
}

function timersOf(
  preview: StagePreview,
  { settings, startsMs, untilMs }: Plan,
  calendar: Calendar,
): PlannedTimer[] {
  const { stage, dueMs, effectiveLastDay } = preview
  if (isEndless(stage)) return [{ stage, kind: 'matching', atMs: dueMs - DAY_MS, number: null }]
  const timers: PlannedTimer[] = remindersFor(dueMs, effectiveLastDay, settings.reminderLadder, calendar)
    .filter(({ atMs }) => atMs >= startsMs)
    .map(({ days, atMs }) => ({ stage, kind: 'reminder', atMs, number: days }))
  timers.push({ stage, kind: 'due', atMs: dueMs, number: null })
  if (settings.escalationDays !== null)
    timers.push({ stage, kind: 'escalation', atMs: dueMs + settings.escalationDays * DAY_MS, number: null })
  const intervalMs = settings.letterIntervalDays * DAY_MS
  for (let number = 1; dueMs + number * intervalMs < untilMs; number += 1)
    timers.push({ stage, kind: 'urging-letter', atMs: dueMs + number * intervalMs, number })
  return timers
}

const dayWords = ({ weekdayVi, weekdayEn, nameVi, nameEn }: DayDescription) => ({
  vi: nameVi === null ? weekdayVi : `${weekdayVi}, ${nameVi}`,
  en: nameEn === null ? weekdayEn : `${weekdayEn}, ${nameEn}`,
})

function findingsOf({ stage, named, last }: StagePreview): CalendarFinding[] {
  const findings: CalendarFinding[] = []
  for (const [code, day, wordVi, wordEn] of [
    ['named-date-off', named, 'Ngày nêu trong công văn', 'The date in the letter'],
    ['last-day-off', last, 'Ngày cuối cùng còn đúng hạn', 'The last day that is on time'],
  ] as const) {
    if (day.working || (code === 'last-day-off' && day.day === named.day)) continue
    const words = dayWords(day)
    findings.push({
      stage,
      code,
      day: day.day,
      messageVi: `${wordVi}, ${day.day}, là ${words.vi}.`,
      messageEn: `${wordEn}, ${day.day}, is a ${words.en}.`,
    })
  }
  return findings
}

function windowFindings({ syncFrom, syncTo }: CampaignSettings, calendar: Calendar): CalendarFinding[] {
  const stage = 'sync-records'
  const findings: CalendarFinding[] = []
  for (const special of [...calendar.values()].filter(
    ({ day, kind }) => day >= syncFrom && day <= syncTo && kind !== 'make-up',
  ))
    findings.push({
      stage,
      code: 'window-day-off',
      day: special.day,
      messageVi: `Ngày ${special.day} trong đợt đồng bộ là ngày nghỉ: ${special.nameVi}.`,
      messageEn: `${special.day} inside the sync window is a day off: ${special.nameEn}.`,
    })
  const working = workingDaysOf(calendar, syncFrom, syncTo)
  findings.push({
    stage,
    code: 'window-working-days',
    day: syncFrom,
    messageVi: `Đợt đồng bộ ${syncFrom} đến ${syncTo} có ${working.length} ngày làm việc.`,
    messageEn: `The sync window ${syncFrom} to ${syncTo} has ${working.length} working days.`,
  })
  return findings
}
