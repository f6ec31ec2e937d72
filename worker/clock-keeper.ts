import { setTimeout as sleep } from 'node:timers/promises'
import type { ClockStore } from '../drizzle/stores/clock.ts'
import type { OwedStore } from '../drizzle/stores/clock-owed.ts'

const KEEP_EVERY_MS = 200

/**
 * Keeps a rehearsal's clock: says that it is alive, holds it while due work is unfinished or somebody's declared hold
 * stands in the way, and lets it go on afterwards. Does nothing in a live installation but the sign of life.
 */
export function keepClock(
  deps: { readonly clock: ClockStore; readonly owed: OwedStore },
  onError: (error: unknown) => void,
): { readonly stop: () => Promise<void> } {
  const stopping = new AbortController()
  const loop = (async () => {
    while (!stopping.signal.aborted) {
      try {
        await tick(deps)
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

async function tick({
  clock,
  owed,
}: {
  readonly clock: ClockStore
  readonly owed: OwedStore
}): Promise<void> {
  await clock.keepAlive(Date.now())
  const newest = await clock.readNewestAnchor()
  if (newest === null || newest.cause === 'pause') return
  const nowMs = Math.floor(newest.campaignAt + (Date.now() - newest.realAt) * newest.speed)
  const holds = await clock.readHolds()
  const held = holds.some(({ clearUntil }) => clearUntil <= nowMs) || (await owed.readOwed(nowMs)).length > 0
  const { runningSpeed } = newest
  if (held && newest.speed !== 0) await clock.anchor({ speed: 0, runningSpeed, cause: 'hold', actor: null })
  if (!held && newest.speed === 0)
    await clock.anchor({ speed: runningSpeed, runningSpeed, cause: 'release', actor: null })
}
