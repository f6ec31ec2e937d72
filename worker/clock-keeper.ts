import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '../domain/clock.ts'
import { standingOf, type ClockStore } from '../drizzle/stores/clock.ts'
import type { OwedStore, Sleepers } from '../drizzle/stores/clock-owed.ts'

const KEEP_EVERY_MS = 50
/** A live installation only says that it is alive. */
const LIVE_EVERY_MS = 1_000
/** So often a process that the clock waits for is told the hour. */
const TELL_AGAIN_MS = 2_000

export interface ClockKeeperDeps {
  readonly clock: ClockStore
  readonly owed: OwedStore
  /** Tells these processes what time it is. */
  readonly tell: (sleepers: Sleepers, clock: Clock) => Promise<void>
}

/**
 * Keeps a rehearsal's clock: says that it is alive, lets the clock run as far as the next instant at which something is
 * due, and holds it there until that is done. In a live installation it says that it is alive, and nothing else.
 */
export function keepClock(
  deps: ClockKeeperDeps,
  onError: (error: unknown) => void,
): { readonly stop: () => Promise<void> } {
  const stopping = new AbortController()
  const told = new Map<string, number>()
  const loop = (async () => {
    await deps.clock.reanchorAfterStop().catch(onError)
    while (!stopping.signal.aborted) {
      const standing = await tick(deps, told).catch((error: unknown) => {
        onError(error)
        return 'unknown' as const
      })
      const everyMs = standing === 'live' ? LIVE_EVERY_MS : KEEP_EVERY_MS
      await sleep(everyMs, undefined, { signal: stopping.signal }).catch(() => {})
    }
  })()
  return {
    async stop() {
      stopping.abort()
      await loop
    },
  }
}

async function tick(
  deps: ClockKeeperDeps,
  told: Map<string, number>,
): Promise<'live' | 'paused' | 'held' | 'running'> {
  const { clock, owed } = deps
  await clock.keepAlive(Date.now())
  const newest = await clock.readNewestAnchor()
  if (newest === null) return 'live'
  if (newest.cause === 'pause') return 'paused'
  const nowMs = standingOf(newest, Date.now())
  const lines = (await clock.readHolds()).map(({ clearUntil }) => clearUntil)
  const { runningSpeed } = newest
  if (lines.some((line) => line <= nowMs) || (await owed.readOwed(nowMs)).length > 0) {
    if (newest.speed !== 0) await clock.anchor({ speed: 0, runningSpeed, cause: 'hold', actor: null })
    await tellSleepers(deps, nowMs, told)
    return 'held'
  }
  const nextMs = await owed.readNextDue(nowMs)
  const untilMs = nextMs === null && lines.length === 0 ? null : Math.min(nextMs ?? Infinity, ...lines)
  if (newest.speed === 0 || newest.runsUntil !== untilMs)
    await clock.anchor({ speed: runningSpeed, runningSpeed, cause: 'release', actor: null, untilMs })
  return 'running'
}

/** A process sleeps by an estimate of the clock's pace; the clock must not wait for one that overslept. */
async function tellSleepers(
  { clock, owed, tell }: ClockKeeperDeps,
  nowMs: number,
  told: Map<string, number>,
): Promise<void> {
  const realMs = Date.now()
  for (const [name, toldMs] of told) if (realMs - toldMs > TELL_AGAIN_MS) told.delete(name)
  const isNews = (process: string) => {
    const name = `${process}@${nowMs}`
    if (told.has(name)) return false
    told.set(name, realMs)
    return true
  }
  const asleep = await owed.readAsleep(nowMs)
  const news = {
    windowIds: asleep.windowIds.filter(isNews),
    campaignIds: asleep.campaignIds.filter(isNews),
    bodies: asleep.bodies.filter(({ campaignId, localityCode }) => isNews(`${campaignId}:${localityCode}`)),
  }
  if (news.windowIds.length + news.campaignIds.length + news.bodies.length === 0) return
  await tell(news, await clock.readClock())
}
