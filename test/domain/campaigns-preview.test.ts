import { expect, test } from 'vitest'
import { CALENDAR_FACTS } from '../../domain/calendars-facts.ts'
import { createCalendar } from '../../domain/calendars.ts'
import { previewCampaign } from '../../domain/campaigns-preview.ts'
import { OFFICIAL_LETTER_5034, type StageDate } from '../../domain/campaigns.ts'
import { startOfDay, toHanoiIso } from '../../domain/hanoi-time.ts'

const calendar = createCalendar(CALENDAR_FACTS)
const preview = (stages: readonly StageDate[] = OFFICIAL_LETTER_5034.stages) =>
  previewCampaign(
    {
      stages,
      settings: OFFICIAL_LETTER_5034.settings,
      startsMs: startOfDay('2025-07-11'),
      untilMs: startOfDay('2025-10-01'),
    },
    calendar,
  )

test('the calendar of Official Letter 5034 hides exactly this', () => {
  // "before 20 July", "before 30 August", "from 1 to 10 September"; National Day 2025: 30 August to 2 September off.
  expect(preview().findings.map(({ stage, messageEn }) => `${stage}: ${messageEn}`)).toEqual([
    'select-software: The date in the letter, 2025-07-20, is a Sunday.',
    'select-software: The last day that is on time, 2025-07-19, is a Saturday.',
    'sign-records: The date in the letter, 2025-08-30, is a Saturday, National Day break.',
    'schedule-sync: The date in the letter, 2025-08-30, is a Saturday, National Day break.',
    'sync-records: 2025-09-01 inside the sync window is a day off: National Day holiday.',
    'sync-records: 2025-09-02 inside the sync window is a day off: National Day.',
    'sync-records: The sync window 2025-09-01 to 2025-09-10 has 6 working days.',
  ])
})

test('both days are shown: the one in the letter and the last one that is on time', () => {
  const [software] = preview().stages
  expect(software).toMatchObject({
    namedDate: '2025-07-20',
    named: { weekdayVi: 'Chủ nhật', working: false },
    last: { day: '2025-07-19', weekdayVi: 'thứ Bảy', working: false },
    effectiveLastDay: '2025-07-19',
    dueMs: startOfDay('2025-07-20'),
  })
})

test('a date on a day off moves only where the campaign says so', () => {
  const [software, ...others] = OFFICIAL_LETTER_5034.stages
  const lastDays = (['keep', 'previous-working-day', 'next-working-day'] as const).map((dayOffPolicy) => {
    const stages = software === undefined ? [] : [{ ...software, dayOffPolicy }, ...others]
    return preview(stages).stages[0]?.effectiveLastDay
  })
  expect(lastDays).toEqual(['2025-07-19', '2025-07-18', '2025-07-21'])
})

test('every timer of the first stage: reminders 7, 3 and 1 working days before, the due instant, escalation, letters each week', () => {
  const timers = preview()
    .timers.filter(({ stage }) => stage === 'select-software')
    .map(({ kind, atMs, number }) => `${toHanoiIso(atMs).slice(0, 16)} ${kind} ${number ?? ''}`.trim())
  // Seven working days before Saturday 19 July is Thursday 10 July: before the campaign begins, so it is not set.
  expect(timers.slice(0, 5)).toEqual([
    '2025-07-16T09:00 reminder 3',
    '2025-07-18T09:00 reminder 1',
    '2025-07-20T00:00 due',
    '2025-07-23T00:00 escalation',
    '2025-07-27T00:00 urging-letter 1',
  ])
  expect(timers.at(-1)).toBe('2025-09-28T00:00 urging-letter 10')
})
