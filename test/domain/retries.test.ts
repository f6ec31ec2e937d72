import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  assertRetryable,
  compareSets,
  describeDifference,
  DIFFERENCE_NAMED_MAX,
  explainReason,
  isWanted,
  RETRY_WINDOWS_MAX,
  retryOf,
  retryToken,
  setSha256,
  sumByReason,
  type ParkedWindow,
} from '../../domain/retries.ts'
import type { Sha256 } from '../../domain/signing.ts'

const sha256: Sha256 = (...parts) => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}
const tokenOf = (windows: readonly ParkedWindow[]) => retryToken('a-retry', setSha256(sha256, windows))
const hanoi = { windowId: 'w-1', localityCode: 'H26', parkingNo: 1, reason: 'slot-over', pending: 300 }
const hue = { windowId: 'w-2', localityCode: 'H57', parkingNo: 2, reason: 'key-refused', pending: 20 }

const parked: fc.Arbitrary<ParkedWindow> = fc.record({
  windowId: fc.uuid(),
  localityCode: fc.constantFrom('H26', 'H57'),
  parkingNo: fc.integer({ min: 1, max: 3 }),
  reason: fc.constantFrom('slot-over', 'key-refused'),
  pending: fc.nat({ max: 5 }),
})
const sets = fc.uniqueArray(parked, { maxLength: 8, selector: ({ windowId }) => windowId })

test('a window belongs to the set when its body and its reason were asked for, or none were named', () => {
  expect(isWanted({ localityCodes: null, reasons: null }, hanoi)).toBe(true)
  expect(isWanted({ localityCodes: ['H26'], reasons: null }, hanoi)).toBe(true)
  expect(isWanted({ localityCodes: ['H57'], reasons: null }, hanoi)).toBe(false)
  expect(isWanted({ localityCodes: ['H26'], reasons: ['key-refused'] }, hanoi)).toBe(false)
  expect(isWanted({ localityCodes: null, reasons: ['slot-over', 'key-refused'] }, hanoi)).toBe(true)
})

test('an empty set and one that is too large are refused, with the counts', () => {
  expect(() => assertRetryable(0)).toThrow('retry-set-empty')
  expect(() => assertRetryable(RETRY_WINDOWS_MAX + 1)).toThrow('retry-set-too-large')
  expect(() => assertRetryable(RETRY_WINDOWS_MAX)).not.toThrow()
})

test('the token of a set does not depend on the order of its windows, and names its preview', () => {
  expect(tokenOf([hanoi, hue])).toBe(tokenOf([hue, hanoi]))
  expect(retryOf(tokenOf([hanoi]))).toBe('a-retry')
})

test.each([
  ['parked anew', { ...hanoi, parkingNo: 2 }],
  ['with other records to be sent', { ...hanoi, pending: 299 }],
  ['another window', { ...hanoi, windowId: 'w-3' }],
])('a set with a window %s has another token', (_how, window) => {
  expect(tokenOf([window, hue])).not.toBe(tokenOf([hanoi, hue]))
})

test('the difference of two sets is empty exactly when their tokens are the same, and turns the one into the other', () => {
  // Drawn from a small pool, so that sets overlap.
  const two = sets.chain((pool) =>
    fc.tuple(
      fc.subarray(pool),
      fc.subarray(pool),
      fc
        .array(fc.boolean(), { minLength: 8, maxLength: 8 })
        .map((again) =>
          pool.map((window, at) =>
            again[at] === true ? { ...window, parkingNo: window.parkingNo + 1 } : window,
          ),
        ),
    ),
  )
  fc.assert(
    fc.property(two, ([before, chosen, moved]) => {
      const after = moved.filter(({ windowId }) => chosen.some((window) => window.windowId === windowId))
      const { added, removed, changed } = compareSets(before, after)
      expect(tokenOf(before) === tokenOf(after)).toBe([added, removed, changed].flat().length === 0)
      const applied = [
        ...before.filter(({ windowId }) => ![...removed, ...changed].includes(windowId)),
        ...after.filter(({ windowId }) => [...added, ...changed].includes(windowId)),
      ]
      expect(tokenOf(applied)).toBe(tokenOf(after))
    }),
  )
})

test('of a great difference all windows are counted and the first are named', () => {
  const many = Array.from({ length: 30 }, (_, index) => ({ ...hanoi, windowId: `w-${index}` }))
  const described = describeDifference(compareSets(many, [hue, { ...hue, windowId: 'w-99' }]))
  expect(described).toMatchObject({
    added: 1,
    removed: 29,
    changed: 1,
    addedWindows: ['w-99'],
    changedWindows: ['w-2'],
  })
  expect(described['removedWindows']).toHaveLength(DIFFERENCE_NAMED_MAX)
})

test.each([
  ['receiver-unavailable', 'retry-mends'],
  ['slot-over', 'retry-mends'],
  ['key-refused', 'mend-first'],
  ['no-active-key', 'mend-first'],
  ['PostgresError:23505', 'unknown'],
  ['constructor', 'unknown'],
])('a window parked as %s is of the class %s, and its sentence stands in both languages', (reason, of) => {
  const { class: found, vi, en } = explainReason(reason)
  expect(found).toBe(of)
  expect([vi, en].every((sentence) => sentence.length > 10)).toBe(true)
})

test('records are totalled by reason, what will be sent apart from what was acknowledged', () => {
  const more = { accepted: 700, rejected: 3 }
  const totals = sumByReason([
    { ...hue, ...more },
    { ...hanoi, ...more },
    { ...hanoi, windowId: 'w-3', ...more },
  ])
  expect(totals).toEqual([
    { reason: 'slot-over', windows: 2, pending: 600, accepted: 1_400, rejected: 6 },
    { reason: 'key-refused', windows: 1, pending: 20, accepted: 700, rejected: 3 },
  ])
})
