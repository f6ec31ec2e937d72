import type { retryPreviewView } from '../../api/contract/retries.ts'
import type { windowView } from '../../api/contract/sync-windows.ts'
import { addDays, startOfDay, toHanoiIso } from '../../domain/hanoi-time.ts'
import { LOCALITIES } from '../../domain/localities.ts'
import { explainReason, sumByReason, sumOf } from '../../domain/retries.ts'
import { between, createRandom, pick } from '../../sandbox/random.ts'
import { CAMPAIGN_ID } from './board-fixture.ts'

export type SyncWindow = ReturnType<(typeof windowView)['parse']>
const idOf = (number: number) => `0198a1b2-0000-7000-8000-${String(number).padStart(12, '0')}`

/** A window for each of the 54 bodies on the fourth day of the official ten, some of them parked. */
export function windowsOnDayFour(): readonly SyncWindow[] {
  const random = createRandom(4)
  return LOCALITIES.map(({ code }, index) => {
    const dayNo = index % 10
    const opensMs = startOfDay(addDays('2025-09-01', dayNo))
    const items = between(random, 200, 60_000)
    const isParked = dayNo < 4 && index % 5 === 0
    const share = dayNo < 3 && !isParked ? 1 : dayNo > 3 ? 0 : random()
    const done = Math.floor(items * share)
    const rejected = Math.floor(done * 0.02)
    return {
      windowId: idOf(index),
      campaignId: CAMPAIGN_ID,
      localityCode: code,
      kind: 'campaign',
      opensAt: toHanoiIso(opensMs),
      closesAt: toHanoiIso(startOfDay(addDays('2025-09-01', dayNo + 1))),
      state: isParked ? 'parked' : dayNo < 3 ? 'complete' : dayNo === 3 ? 'sending' : 'waiting',
      parkedReason: isParked ? pick(random, ['receiver-unavailable', 'slot-over', 'key-refused']) : null,
      parkingNo: isParked ? between(random, 1, 3) : 0,
      items: dayNo > 4 ? null : items,
      accepted: done - rejected,
      rejected,
      pending: items - done,
    }
  })
}

/** What the API would answer to a preview of these parked windows. */
export function previewOf(windows: readonly SyncWindow[]): ReturnType<(typeof retryPreviewView)['parse']> {
  const items = windows.map(
    ({ windowId, localityCode, parkedReason, parkingNo, accepted, rejected, pending }) => ({
      ...{ windowId, localityCode, parkingNo, accepted, rejected, pending },
      reason: parkedReason ?? '',
      outcome: null,
      problem: null,
      opensAt: null,
    }),
  )
  return {
    retryId: idOf(999),
    token: `${idOf(999)}.${'0'.repeat(64)}`,
    expiresAt: '2025-09-04T09:00:00+07:00',
    perMinute: 60,
    ...sumOf(items),
    reasons: sumByReason(items).map((total) => {
      const { class: of, vi, en } = explainReason(total.reason)
      return { ...total, class: of, messageVi: vi, messageEn: en }
    }),
    items,
    next: null,
  }
}
