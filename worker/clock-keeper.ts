import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '../domain/clock.ts'
import type { ClockStore } from '../drizzle/stores/clock.ts'
import type { OwedStore, Sleepers } from '../drizzle/stores/clock-owed.ts'

const KEEP_EVERY_MS = 200
/** So often a process that the clock waits for is told the hour. */
const TELL_EVERY_MS = 1_000

export interface ClockKeeperDeps {
  readonly clock: ClockStore
  readonly owed: OwedStore
  /** Tells these processes what time it is. */
  readonly tell: (sleepers: Sleepers, clock: Clock) => Promise<void>
}

/**
 * Keeps a rehearsal's clock: says that it is alive, holds it while due work is unfinished or somebody's declared hold
 * stands in the way, and lets it go on afterwards. Does nothing in a live installation but the sign of life.
 */
export function keepClock(
  deps: ClockKeeperDeps,
  onError: (error: unknown) => void,
): { readonly stop: () => Promise<void> } {
  const stopping = new AbortController()
  let toldMs = 0
  const loop = (async () => {
    await deps.clock.reanchorAfterStop().catch(onError)
    while (!stopping.signal.aborted) {
      try {
        const isHeld = await tick(deps)
        if (isHeld && Date.now() - toldMs > TELL_EVERY_MS) {
          toldMs = Date.now()
          await tellSleepers(deps)
        }
      } catch (error) {
        onError(error)
      }
      await sleep(KEEP_EVERY_MS, undefined, { signal: stopping.signal }).catch(() => {})
    }
  })()
  return {
    async stop() {
      stopping.abort()
      await loop
    },
  }
}

/** Says whether the clock is held. */
async function tick({ clock, owed }: ClockKeeperDeps): Promise<boolean> {
  await clock.keepAlive(Date.now())
  const newest = await clock.readNewestAnchor()
  if (newest === null || newest.cause === 'pause') return false
  const nowMs = Math.floor(newest.campaignAt + (Date.now() - newest.realAt) * newest.speed)
  const holds = await clock.readHolds()
  const held = holds.some(({ clearUntil }) => clearUntil <= nowMs) || (await owed.readOwed(nowMs)).length > 0
  const { runningSpeed } = newest
  if (held && newest.speed !== 0) await clock.anchor({ speed: 0, runningSpeed, cause: 'hold', actor: null })
  if (!held && newest.speed === 0)
    await clock.anchor({ speed: runningSpeed, runningSpeed, cause: 'release', actor: null })
  return held
}

/** A process sleeps by an estimate of the clock's pace; the clock must not wait for one that overslept. */
async function tellSleepers({ clock, owed, tell }: ClockKeeperDeps): Promise<void> {
  const asleep = await owed.readAsleep(await clock.now())
  const { windowIds, campaignIds, bodies } = asleep
  if (windowIds.length + campaignIds.length + bodies.length > 0) await tell(asleep, await clock.readClock())
}
