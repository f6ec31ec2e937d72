import { expect, test } from 'vitest'
import { findLocality } from '../../domain/localities.ts'
import { daysOf, readWindowSearch, selectWindows } from '../../web/pages/sync-windows-search.ts'
import { windowsOnDayFour } from './windows-fixture.ts'

const WINDOWS = windowsOnDayFour()
const nameOf = (code: string) => findLocality(code)?.nameVi ?? code

test('windows that wait for a person stand first, then those of the earliest slot', () => {
  const states = selectWindows(WINDOWS, {}, nameOf).map(({ state }) => state)
  expect(states.indexOf('sending')).toBe(states.filter((state) => state === 'parked').length)
  expect(states[0]).toBe('parked')
  const waiting = selectWindows(WINDOWS, { state: 'waiting' }, nameOf).map(({ opensAt }) => opensAt)
  expect(waiting).toEqual(waiting.toSorted())
})

test('windows are found by state, reason, day and a name without tones', () => {
  const parked = selectWindows(WINDOWS, { state: 'parked', reason: 'receiver-unavailable' }, nameOf)
  expect(parked.length).toBeGreaterThan(0)
  expect(parked.every(({ parkedReason }) => parkedReason === 'receiver-unavailable')).toBe(true)
  expect(selectWindows(WINDOWS, { q: 'da nang' }, nameOf).map(({ localityCode }) => localityCode)).toEqual([
    'H17',
  ])
  for (const { opensAt } of selectWindows(WINDOWS, { day: '2025-09-04' }, nameOf))
    expect(opensAt.slice(0, 10)).toBe('2025-09-04')
})

test('every window stands on exactly one day of the strip', () => {
  const days = daysOf(WINDOWS)
  expect(days.map(({ day }) => day)).toEqual(days.map(({ day }) => day).toSorted())
  expect(days.reduce((sum, { windows }) => sum + windows, 0)).toBe(WINDOWS.length)
  for (const { windows, states } of days)
    expect(states.parked + states.sending + states.waiting + states.complete).toBe(windows)
})

test('a mistyped address of the windows says only what is understood', () => {
  expect(readWindowSearch({ state: 'lost', q: '', day: '2025-09-04' })).toEqual({
    ...{ state: undefined, reason: undefined, q: undefined, retry: undefined },
    day: '2025-09-04',
  })
})
