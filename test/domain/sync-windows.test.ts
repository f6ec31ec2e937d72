import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isReceiverInDoubt, nextBatchStep, type FailedBatch } from '../../domain/sync-windows.ts'
import { carryOut } from './sync-windows-model.ts'

const failed = (change: Partial<FailedBatch>): FailedBatch => ({
  batchNo: 1,
  records: 1_000,
  failures: 1,
  workedSince: false,
  failedSince: false,
  ...change,
})

test.each([
  ['nothing failed and more is pending: a new batch', [], true, { kind: 'new-batch' }],
  ['nothing failed and nothing is pending: done', [], false, null],
  ['one failed once: another is tried first', [failed({})], true, { kind: 'new-batch' }],
  [
    'two failed and nothing shows that the receiver works: no third is tried',
    [failed({ batchNo: 4 }), failed({ batchNo: 5 })],
    true,
    { kind: 'send-again', batchNo: 4 },
  ],
  ['the only one failed once: again', [failed({})], false, { kind: 'send-again', batchNo: 1 }],
  ['the only one failed twice: cut', [failed({ failures: 2 })], false, { kind: 'cut', batchNo: 1 }],
  [
    'it failed once while others were answered: cut',
    [failed({ workedSince: true })],
    false,
    { kind: 'cut', batchNo: 1 },
  ],
  [
    'the smaller is cut before the larger',
    [failed({ batchNo: 1, workedSince: true }), failed({ batchNo: 2, records: 500, workedSince: true })],
    false,
    { kind: 'cut', batchNo: 2 },
  ],
  [
    'one record, three times, and others were answered in between: rejected',
    [failed({ records: 1, failures: 3, workedSince: true, failedSince: true })],
    true,
    { kind: 'reject', batchNo: 1 },
  ],
  [
    'one record, three times, others answered only after the last: again',
    [failed({ records: 1, failures: 3, workedSince: true })],
    false,
    { kind: 'send-again', batchNo: 1 },
  ],
  [
    'one record, twice: again, although others were answered',
    [failed({ records: 1, failures: 2, workedSince: true, failedSince: true })],
    false,
    { kind: 'send-again', batchNo: 1 },
  ],
  [
    'one record, a hundred times, and nobody else was answered: never rejected',
    [failed({ records: 1, failures: 100 })],
    false,
    { kind: 'send-again', batchNo: 1 },
  ],
] as const)('%s', (_what, batches, hasMore, step) => {
  expect(nextBatchStep(batches, hasMore)).toEqual(step)
})

test.each([
  ['the third time of one record while nobody is answered', { records: 1, failures: 3 }, 3, true],
  ['its second time', { records: 1, failures: 2 }, 2, false],
  ['eight failures in a row', { records: 500, failures: 1 }, 8, true],
  ['seven', { records: 500, failures: 1 }, 7, false],
  ['any number while others are answered', { records: 1, failures: 9, workedSince: true }, 99, false],
] as const)('whether the receiver is left alone for a while: %s', (_what, batch, unproven, isInDoubt) => {
  expect(isReceiverInDoubt(failed(batch), unproven)).toBe(isInDoubt)
})

/** Requests at which nobody is answered: whatever happens, at least two in a row, and it is over some time. */
const outages = fc
  .array(fc.record({ after: fc.nat(12), lasts: fc.integer({ min: 2, max: 30 }) }), { maxLength: 30 })
  .map((all) =>
    all.flatMap(({ after, lasts }) => [...Array(after + 1).fill(false), ...Array(lasts).fill(true)]),
  )
const isAwayIn = (away: readonly boolean[]) => (requestNo: number) => away[requestNo - 1] ?? false
const idsUpTo = (count: number) => Array.from({ length: count }, (_, id) => id)

test('no outage, however often it comes and goes, turns a record into a reject', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 60 }),
      fc.integer({ min: 1, max: 20 }),
      outages,
      (records, size, away) => {
        const { accepted, rejected, isDone } = carryOut({
          records,
          size,
          isAway: isAwayIn(away),
          retries: 1_000,
        })
        expect({ isDone, rejected: [...rejected] }).toEqual({ isDone: true, rejected: [] })
        expect(accepted.size).toBe(records)
      },
    ),
    { numRuns: 500 },
  )
})

/** Single ones, runs of neighbours, and every nth; never the last one, so that something is answered after each. */
const poisonedOf = (records: number) =>
  fc
    .oneof(
      fc.uniqueArray(fc.nat(records - 1), { minLength: 1, maxLength: 30 }),
      fc
        .tuple(fc.nat(records - 1), fc.integer({ min: 1, max: 300 }))
        .map(([from, length]) => idsUpTo(records).slice(from, from + length)),
      fc.integer({ min: 2, max: 100 }).map((every) => idsUpTo(records).filter((id) => id % every === 0)),
    )
    .map((ids) => new Set(ids))

test('any poisoned records among 1,000 are isolated exactly, and every other record is accepted', () => {
  fc.assert(
    fc.property(poisonedOf(999), fc.constantFrom(100, 300, 1_000), (poisoned, size) => {
      const { accepted, rejected, isDone } = carryOut({ records: 1_000, size, poisoned, retries: 200 })
      expect(isDone).toBe(true)
      expect(rejected).toEqual(poisoned)
      expect(accepted.size).toBe(1_000 - poisoned.size)
    }),
    { numRuns: 60 },
  )
})

test('one poisoned record among 1,000, wherever it stands, costs log2(n) failed sends and four, and parks nothing', () => {
  const costs = idsUpTo(1_000).map((id) => {
    const { rejected, parked, failedSends } = carryOut({
      records: 1_000,
      size: 1_000,
      poisoned: new Set([id]),
    })
    return { rejected: [...rejected], parked, isCheap: failedSends <= Math.ceil(Math.log2(1_000)) + 4 }
  })
  expect(costs).toEqual(idsUpTo(1_000).map((id) => ({ rejected: [id], parked: 0, isCheap: true })))
})

test('outages and poisoned records together: what is rejected is poisoned, and what is not is accepted', () => {
  const poisonedOf40 = fc.uniqueArray(fc.nat(38), { maxLength: 12 }).map((ids) => new Set(ids))
  fc.assert(
    fc.property(poisonedOf40, fc.integer({ min: 1, max: 40 }), outages, (poisoned, size, away) => {
      const found = carryOut({ records: 40, size, poisoned, isAway: isAwayIn(away), retries: 1_000 })
      expect(found.rejected).toEqual(poisoned)
      expect(found.accepted.size).toBe(40 - poisoned.size)
    }),
    { numRuns: 300 },
  )
})

test.each([1, 2, 7, 64])(
  'a receiver that fails on all %i records proves nothing: the window parks, none is rejected',
  (records) => {
    const { accepted, rejected, parked } = carryOut({
      records,
      size: 100,
      poisoned: new Set(idsUpTo(records)),
    })
    expect({ accepted: accepted.size, rejected: rejected.size, parked }).toEqual({
      accepted: 0,
      rejected: 0,
      parked: 1,
    })
  },
)

test('a poisoned record that is the whole last batch of a window parks it: nothing was answered since it failed', () => {
  const { accepted, rejected, parked } = carryOut({ records: 41, size: 40, poisoned: new Set([40]) })
  expect({ accepted: accepted.size, rejected: rejected.size, parked }).toEqual({
    accepted: 40,
    rejected: 0,
    parked: 1,
  })
})
