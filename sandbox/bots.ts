import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { boardView } from '../api/contract/campaigns.ts'
import { clockView } from '../api/contract/clock.ts'
import { addDays, HOUR_MS, startOfDay, toHanoiDate, toHanoiIso } from '../domain/hanoi-time.ts'
import type { Locality } from '../domain/localities.ts'
import { createUser, logIns, type BotLogIn } from './bots-client.ts'
import { createLocalityBot } from './bots-locality.ts'
import { workAtMinistry } from './bots-ministry.ts'

/** Everybody works at this hour; the clock stands there until it is done, so that each act has one and the same instant. */
const WORKING_HOUR = 16
const AT_ONCE = 4
const LOOK_EVERY_MS = 100
const campaignList = z.object({ campaigns: z.array(z.object({ campaignId: z.uuid(), state: z.string() })) })

export interface BotsOptions {
  readonly apiUrl: string
  /** Where the source systems hand out their files. */
  readonly sourcesUrl: string
  readonly logInsFile: string
  readonly seed: number
  /** Those that are played. */
  readonly bodies: readonly Locality[]
  readonly signal: AbortSignal
}

/**
 * Plays all bodies and the ministry through the public API, day by campaign day. A day's work is owed: the clock is held
 * until it is done, so that the machine's speed decides nothing.
 */
export async function runBots({
  apiUrl,
  sourcesUrl,
  logInsFile,
  seed,
  bodies,
  signal,
}: BotsOptions): Promise<void> {
  const all = logIns.parse(JSON.parse(await readFile(logInsFile, 'utf8')))
  const userOf = (matches: (logIn: BotLogIn) => boolean) => {
    const found = all.find(matches)
    if (found === undefined) throw new Error('a log-in is missing')
    return createUser(apiUrl, found)
  }
  const named = (name: string) => userOf((logIn) => logIn.name === name)
  const ministry = {
    coordinator: named('coordinator-2'),
    operator: named('operator-1'),
    security: named('security-1'),
  }
  const bots = bodies.map((locality) =>
    createLocalityBot({
      locality,
      seed,
      sourcesUrl,
      officer: named(`${locality.code}-officer-1`),
      second: named(`${locality.code}-officer-2`),
      signer: named(`${locality.code}-signer-1`),
    }),
  )
  const now = async () => Date.parse((await ministry.coordinator.get(clockView, '/clock')).now)
  const clearUntil = (day: string) =>
    ministry.coordinator.put('/clock/holds/bots', {
      clearUntil: toHanoiIso(startOfDay(day) + WORKING_HOUR * HOUR_MS),
    })

  const findCampaign = async () => {
    const { campaigns } = await ministry.coordinator.get(campaignList, '/campaigns?limit=1')
    return campaigns.find(({ state }) => state === 'running')?.campaignId ?? null
  }
  /** What the day's work set in motion belongs to that day as well. */
  async function nothingOwed(): Promise<void> {
    while (!signal.aborted) {
      const { owed } = await ministry.coordinator.get(clockView, '/clock')
      if (owed.length === 0) return
      await sleep(LOOK_EVERY_MS, undefined, { signal }).catch(() => {})
    }
  }

  const readBoard = (campaignId: string) =>
    ministry.coordinator.get(boardView, `/campaigns/${campaignId}/board?limit=200`)
  /** One look at the board says who has something to do today. */
  async function workToday(campaignId: string, day: string): Promise<void> {
    const { bodies: standing } = await readBoard(campaignId)
    const busy = bots.filter(({ locality, hasWork }) => {
      const body = standing.find(({ code }) => code === locality.code)
      const state = body?.stages.find(({ stage }) => stage === body.openStage)?.state
      return body?.openStage != null && state !== undefined && hasWork(body.openStage, state, day)
    })
    const queue = busy.values()
    const workers = Array.from({ length: AT_ONCE }, async () => {
      for (const bot of queue) await bot.work(campaignId, day)
    })
    await Promise.all(workers)
    await workAtMinistry(ministry, campaignId)
    await nothingOwed()
  }

  let day = toHanoiDate(await now())
  await clearUntil(day)
  let campaignId = await findCampaign()
  while (!signal.aborted) {
    if (campaignId === null || (await now()) < startOfDay(day) + WORKING_HOUR * HOUR_MS) {
      await sleep(LOOK_EVERY_MS, undefined, { signal }).catch(() => {})
      campaignId ??= await findCampaign()
      continue
    }
    await workToday(campaignId, day)
    day = addDays(day, 1)
    await clearUntil(day)
    campaignId = await findCampaign()
  }
}
