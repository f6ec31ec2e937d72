import { condition, setHandler } from '@temporalio/workflow'
import type { LocalityActivities } from '../activities/contract/localities.ts'
import { sleepUntil, toCampaign, type Clock } from '../domain/clock.ts'
import { clockSignal } from './contract/messages.ts'
import { quick } from './proxies.ts'

const { readClock } = quick<Pick<LocalityActivities, 'readClock'>>()

/**
 * The campaign's hour inside a process. A fired timer proves nothing: holds are not told, so the clock is read again
 * before an hour is believed. A live installation has no other clock than the engine's own.
 */
export interface CampaignTime {
  readonly clock: () => Clock
  /** Whether campaign time has reached the instant; asks the clock before it says yes. */
  readonly hasReached: (campaignMs: number) => Promise<boolean>
  /** Waits until about the instant (at most until `woken` is true); look with `hasReached` afterwards. */
  readonly waitFor: (campaignMs: number | null, woken: () => boolean) => Promise<void>
}

/** Call before the first await: it also takes the clock's signals, which a hand-over keeps in `keep`. */
export function followClock(initial: Clock | null, keep: (clock: Clock) => void = () => {}): CampaignTime {
  let clock = initial
  let told = 0
  setHandler(clockSignal, (next) => {
    clock = next
    told += 1
    keep(next)
  })
  const known = async (): Promise<Clock> => {
    if (clock !== null) return clock
    const read = await readClock()
    clock ??= read
    keep(clock)
    return clock
  }
  return {
    clock: () => {
      if (clock === null) throw new Error('the clock was not read yet')
      return clock
    },
    async hasReached(campaignMs) {
      const guess = await known()
      if (toCampaign(guess, Date.now()) < campaignMs) return false
      if (guess.mode === 'live') return true
      clock = await readClock()
      keep(clock)
      return toCampaign(clock, Date.now()) >= campaignMs
    },
    async waitFor(campaignMs, woken) {
      const current = await known()
      const before = told
      const stirred = () => woken() || told !== before
      if (campaignMs === null) await condition(stirred)
      else await condition(stirred, sleepUntil(current, campaignMs, Date.now()))
    },
  }
}
