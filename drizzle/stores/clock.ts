import { desc, eq, sql } from 'drizzle-orm'
import { LIVE_CLOCK, toCampaign, type Clock } from '../../domain/clock.ts'
import type { Database, Executor } from '../client.ts'
import { clockAnchors, clockHolds, installation } from '../schema/clock.ts'

export type AnchorCause = 'start' | 'restart' | 'hold' | 'release' | 'pause' | 'resume' | 'speed'
/** Over so many anchors the pace is averaged. */
const PACE_ANCHORS = 40
/** The keeper says five times a second that it is alive. */
const ALIVE_FOR_MS = 1_000

interface AnchorRow {
  readonly realAt: number
  readonly campaignAt: number
  readonly speed: number
  readonly runsUntil: number | null
  readonly runningSpeed: number
  readonly cause: string
}

const clockOf = ({ realAt, campaignAt, speed, runsUntil }: AnchorRow, pace: number): Clock => ({
  mode: 'rehearsal',
  anchorRealMs: realAt,
  anchorCampaignMs: campaignAt,
  speed,
  ...(runsUntil === null ? {} : { untilMs: runsUntil }),
  pace,
})
/** Where an anchor's clock stands at a real instant, in whole milliseconds. */
export const standingOf = (anchor: AnchorRow, realMs: number): number =>
  Math.floor(toCampaign(clockOf(anchor, anchor.runningSpeed), realMs))

/** Campaign time, and whether it may run. */
export function createClockStore(db: Database) {
  const readAnchors = (limit: number, on: Executor = db): Promise<AnchorRow[]> =>
    on
      .select({
        realAt: clockAnchors.realAt,
        campaignAt: clockAnchors.campaignAt,
        speed: clockAnchors.speed,
        runsUntil: clockAnchors.runsUntil,
        runningSpeed: clockAnchors.runningSpeed,
        cause: clockAnchors.cause,
      })
      .from(clockAnchors)
      .orderBy(desc(clockAnchors.anchorNo))
      .limit(limit)

  async function readClock(): Promise<Clock> {
    const anchors = await readAnchors(PACE_ANCHORS)
    const [newest] = anchors
    return newest === undefined ? LIVE_CLOCK : clockOf(newest, paceOf(anchors))
  }

  return {
    readClock,
    /** The present campaign instant. It does not run on without its keeper: a second after the last sign of life it stands. */
    async now(): Promise<number> {
      const [newest] = await readAnchors(1)
      if (newest === undefined) return Date.now()
      const [row] = await db.select({ lastAliveAt: installation.lastAliveAt }).from(installation)
      const aliveMs = row?.lastAliveAt ?? null
      const standsMs = aliveMs === null ? Infinity : Math.max(aliveMs + ALIVE_FOR_MS, newest.realAt)
      return standingOf(newest, Math.min(Date.now(), standsMs))
    },
    readNewestAnchor: async (): Promise<AnchorRow | null> => (await readAnchors(1))[0] ?? null,

    /** Lets the clock go on from where it stands, at another speed. `from` guards against a second writer. */
    async anchor(input: {
      readonly speed: number
      readonly runningSpeed: number
      readonly cause: AnchorCause
      readonly actor: string | null
      /** Where campaign time stands; by default where the newest anchor says it is now. */
      readonly campaignMs?: number
      /** How far it may run. */
      readonly untilMs?: number | null
    }): Promise<Clock> {
      await db.transaction(async (tx) => {
        await tx.execute(sql`select pg_advisory_xact_lock(hashtext('clock_anchors'))`)
        const [newest] = await readAnchors(1, tx)
        const realMs = Date.now()
        const campaignMs = input.campaignMs ?? (newest === undefined ? realMs : standingOf(newest, realMs))
        const { untilMs = null } = input
        await tx.insert(clockAnchors).values({
          realAt: realMs,
          campaignAt: campaignMs,
          speed: input.speed,
          // Time never goes back: a line that was passed while this was written is one to stand at now.
          runsUntil: untilMs === null ? null : Math.max(untilMs, campaignMs),
          runningSpeed: input.runningSpeed,
          cause: input.cause,
          actor: input.actor,
        })
      })
      return readClock()
    },

    async keepAlive(realMs: number): Promise<void> {
      await db.update(installation).set({ lastAliveAt: realMs })
    },
    readInstallation: async () => (await db.select().from(installation))[0] ?? null,
    /** Fixes what the installation is; a second call changes nothing. */
    async install(mode: 'live' | 'rehearsal', keyCheck: Uint8Array): Promise<void> {
      await db.insert(installation).values({ mode, keyCheck }).onConflictDoNothing()
    },

    /**
     * Takes the time in which nothing kept the clock out of campaign time: it stands where it was at the last sign of
     * life, until its keeper lets it go. Does nothing while a keeper is alive.
     */
    async reanchorAfterStop(): Promise<void> {
      const [row] = await db.select({ lastAliveAt: installation.lastAliveAt }).from(installation)
      const newest = (await readAnchors(1))[0]
      const lastAliveMs = row?.lastAliveAt ?? null
      if (newest === undefined || lastAliveMs === null || Date.now() - lastAliveMs < ALIVE_FOR_MS) return
      if (newest.speed === 0) return
      const campaignMs = standingOf(newest, Math.max(lastAliveMs, newest.realAt))
      await this.anchor({
        speed: 0,
        runningSpeed: newest.runningSpeed,
        cause: 'restart',
        actor: null,
        campaignMs,
      })
    },

    readHolds: () =>
      db
        .select({ name: clockHolds.name, clearUntil: clockHolds.clearUntil })
        .from(clockHolds)
        .orderBy(clockHolds.name),
    async putHold(name: string, clearUntilMs: number): Promise<void> {
      await db
        .insert(clockHolds)
        .values({ name, clearUntil: clearUntilMs })
        .onConflictDoUpdate({
          target: clockHolds.name,
          set: { clearUntil: clearUntilMs, recordedAt: sql`now()` },
        })
    },
    async dropHold(name: string): Promise<void> {
      await db.delete(clockHolds).where(eq(clockHolds.name, name))
    },
  }
}
export type ClockStore = ReturnType<typeof createClockStore>

/** Campaign time gained over real time passed, from the oldest anchor given until now. */
function paceOf(anchors: readonly AnchorRow[]): number {
  const [newest] = anchors
  const oldest = anchors.at(-1)
  if (newest === undefined || oldest === undefined) return 1
  const realMs = Date.now()
  const passedMs = realMs - oldest.realAt
  if (passedMs < 5_000) return newest.runningSpeed
  const gainedMs = standingOf(newest, realMs) - oldest.campaignAt
  return Math.max(gainedMs / passedMs, newest.runningSpeed / 20)
}
