import { expect, test } from 'vitest'
import { resultsOf } from '../../activities/sync-windows.ts'

const sent = { recordId: 1, record: 'H26-1/HS-1', versionNo: 2, unitCode: 'H26', salt: '', content: '{}' }
const RECEIPT = '0198f3f0-0000-7000-8000-000000000000'
const accepted = (versionNo: number, record = sent.record) => ({
  record,
  versionNo,
  outcome: 'accepted' as const,
  receipt: RECEIPT,
})
const rejected = {
  record: sent.record,
  versionNo: 2,
  outcome: 'rejected' as const,
  reason: 'unit-not-in-tree',
}

test.each([
  ['nothing', [], []],
  ['its acceptance', [accepted(2)], [{ recordId: 1, receipt: RECEIPT, reason: null }]],
  ['its rejection', [rejected], [{ recordId: 1, receipt: null, reason: 'unit-not-in-tree' }]],
  [
    'two results, of which the first counts',
    [accepted(2), rejected],
    [{ recordId: 1, receipt: RECEIPT, reason: null }],
  ],
  ['an older version', [accepted(1)], []],
  ['another record', [accepted(2, 'H26-1/HS-2')], []],
])('of a version that was sent the answer says: %s', (_what, results, expected) => {
  expect(resultsOf({ results }, [sent])).toEqual(expected)
})
