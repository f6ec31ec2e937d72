import * as fc from 'fast-check'
import { afterEach, expect, test, vi } from 'vitest'
import { Refusal } from '../../domain/errors.ts'
import {
  addDays,
  daysBetween,
  endOfDay,
  isHanoiDate,
  parseHanoiDate,
  startOfDay,
  toDayMonthYear,
  toHanoiDate,
  toHanoiIso,
  weekday,
} from '../../domain/hanoi-time.ts'

afterEach(() => vi.unstubAllEnvs())

const instants = fc.integer({
  min: Date.parse('1900-01-01T00:00:00Z'),
  max: Date.parse('2200-01-01T00:00:00Z'),
})
const days = instants.map(toHanoiDate)
const steps = fc.integer({ min: -40_000, max: 40_000 })

test.each([
  ['the last millisecond of 19 July', '2025-07-19T23:59:59.999+07:00', '2025-07-19'],
  ['midnight of 20 July', '2025-07-20T00:00:00.000+07:00', '2025-07-20'],
  ['17:00 of 19 July in UTC', '2025-07-19T17:00:00Z', '2025-07-20'],
  ['the last millisecond before it', '2025-07-19T16:59:59.999Z', '2025-07-19'],
])('%s belongs to its day in Hanoi', (_when, instant, day) => {
  expect(toHanoiDate(Date.parse(instant))).toBe(day)
})

test('a day is half open: it starts at midnight in Hanoi and ends where the next one starts', () => {
  expect(toHanoiIso(startOfDay('2025-07-20'))).toBe('2025-07-20T00:00:00+07:00')
  fc.assert(
    fc.property(days, (day) => {
      expect(toHanoiDate(startOfDay(day))).toBe(day)
      expect(toHanoiDate(startOfDay(day) - 1)).toBe(addDays(day, -1))
      expect(toHanoiDate(endOfDay(day) - 1)).toBe(day)
      expect(endOfDay(day)).toBe(startOfDay(addDays(day, 1)))
    }),
  )
})

test('adding days and counting them are each other’s inverse', () => {
  fc.assert(
    fc.property(days, steps, (day, count) => {
      expect(daysBetween(day, addDays(day, count))).toBe(count)
      expect(addDays(addDays(day, count), -count)).toBe(day)
    }),
  )
})

test('months and leap years are those of the calendar', () => {
  expect(addDays('2025-02-28', 1)).toBe('2025-03-01')
  expect(addDays('2024-02-28', 1)).toBe('2024-02-29')
  expect(addDays('2025-12-31', 1)).toBe('2026-01-01')
  expect(daysBetween('2025-07-11', '2025-09-20')).toBe(71)
})

test('20 July 2025 is a Sunday, 30 August 2025 a Saturday', () => {
  expect(weekday('2025-07-20')).toBe(0)
  expect(weekday('2025-08-30')).toBe(6)
})

test('weekdays repeat every seven days and follow each other', () => {
  fc.assert(
    fc.property(days, (day) => {
      expect(weekday(addDays(day, 7))).toBe(weekday(day))
      expect(weekday(addDays(day, 1))).toBe((weekday(day) + 1) % 7)
    }),
  )
})

test('an instant written for the wire carries +07:00 and reads back as the same instant', () => {
  expect(toHanoiIso(Date.parse('2025-09-01T01:30:00Z'))).toBe('2025-09-01T08:30:00+07:00')
  expect(toHanoiIso(Date.parse('2025-09-01T01:30:00.007Z'))).toBe('2025-09-01T08:30:00.007+07:00')
  fc.assert(
    fc.property(instants, (ms) => {
      expect(Date.parse(toHanoiIso(ms))).toBe(ms)
      expect(toHanoiIso(ms).slice(0, 10)).toBe(toHanoiDate(ms))
    }),
  )
})

test.each(['America/New_York', 'Pacific/Kiritimati', 'Asia/Ho_Chi_Minh'])(
  'the machine’s own zone, %s, changes nothing',
  (zone) => {
    vi.stubEnv('TZ', zone)
    // Without this the test would prove nothing: the zone must really have changed.
    expect(new Date(startOfDay('2025-07-20')).getHours() === 0).toBe(zone === 'Asia/Ho_Chi_Minh')
    expect(toHanoiDate(Date.parse('2025-07-19T17:00:00Z'))).toBe('2025-07-20')
    expect(startOfDay('2025-07-20')).toBe(Date.parse('2025-07-19T17:00:00Z'))
    expect(weekday('2025-07-20')).toBe(0)
    expect(toHanoiIso(0)).toBe('1970-01-01T07:00:00+07:00')
  },
)

test.each([
  '2025-02-30',
  '2025-02-29',
  '2025-13-01',
  '2025-00-10',
  '2025-04-31',
  '2025-7-1',
  '25-07-01',
  '20/07/2025',
  '2025-07-20T00:00:00Z',
  ' 2025-07-20',
  '2025-07-20\n',
  '',
])('%j is not a day', (text) => {
  expect(isHanoiDate(text)).toBe(false)
  expect(() => parseHanoiDate(text)).toThrow(new Refusal('invalid-request'))
})

test('every day there is can be read, and is written as officials write it', () => {
  expect(toDayMonthYear('2025-07-20')).toBe('20/07/2025')
  fc.assert(
    fc.property(days, (day) => {
      expect(parseHanoiDate(day)).toBe(day)
      const [date, month, year] = toDayMonthYear(day).split('/')
      expect(`${year}-${month}-${date}`).toBe(day)
    }),
  )
})
