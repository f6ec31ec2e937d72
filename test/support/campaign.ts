import { boardView } from '../../api/contract/campaigns.ts'
import { windowList } from '../../api/contract/sync-windows.ts'
import type { Role } from '../../domain/access.ts'
import type { HanoiDate } from '../../domain/hanoi-time.ts'
import { findLocality } from '../../domain/localities.ts'
import { STAGES, type Stage } from '../../domain/stages.ts'
import type { User } from '../../sandbox/bots-client.ts'
import { createLocalityBot, type LocalityBot } from '../../sandbox/bots-locality.ts'
import { workAtMinistry, type Ministry } from '../../sandbox/bots-ministry.ts'

/** Everybody who is needed to carry some bodies through a campaign by the public API. */
export interface Crew extends Ministry {
  readonly bots: readonly LocalityBot[]
}

export async function hireCrew(
  logIn: (role: Role, localityCode?: string) => Promise<User>,
  options: { readonly codes: readonly string[]; readonly seed: number; readonly sandboxUrl: string },
): Promise<Crew> {
  const { codes, seed, sandboxUrl } = options
  const botOf = async (code: string) => {
    const locality = findLocality(code)
    if (locality === undefined) throw new Error(`no body ${code}`)
    return createLocalityBot({
      locality,
      seed,
      sourcesUrl: `${sandboxUrl}/source-systems/v1`,
      officer: await logIn('locality-officer', code),
      second: await logIn('locality-officer', code),
      signer: await logIn('locality-signer', code),
    })
  }
  const [coordinator, operator, security, bots] = await Promise.all([
    logIn('ministry-coordinator'),
    logIn('ministry-operator'),
    logIn('ministry-security'),
    Promise.all(codes.map(botOf)),
  ])
  return { coordinator, operator, security, bots }
}

const readBoard = ({ coordinator }: Crew, campaignId: string) =>
  coordinator.get(boardView, `/campaigns/${campaignId}/board?limit=200`)
const isAt = (openStage: Stage | null, stage: Stage) =>
  openStage !== null && STAGES.indexOf(openStage) >= STAGES.indexOf(stage)

/** Works day and night until every body has reached the stage; whoever met a failure tries again. */
export async function bringAllTo(
  crew: Crew,
  campaignId: string,
  stage: Stage,
  options: {
    readonly day: HanoiDate
    readonly withinMs: number
    /** How many bodies work at the same time; all without it. */
    readonly atOnce?: number
  },
): Promise<void> {
  const untilMs = Date.now() + options.withinMs
  for (;;) {
    const { bodies } = await readBoard(crew, campaignId)
    const behind = bodies.filter(({ openStage }) => !isAt(openStage, stage))
    if (behind.length === 0 && bodies.length === crew.bots.length) return
    if (Date.now() > untilMs)
      throw new Error(
        `not at ${stage}: ${behind.map(({ code, openStage }) => `${code} ${openStage}`).join(', ')}`,
      )
    const queue = crew.bots
      .filter(({ locality }) => behind.some(({ code }) => code === locality.code))
      .values()
    const work = async () => {
      for (const bot of queue) await bot.work(campaignId, options.day).catch(() => {})
    }
    await Promise.all(Array.from({ length: options.atOnce ?? crew.bots.length }, work))
    await workAtMinistry(crew, campaignId).catch(() => {})
    await retryParked(crew, campaignId)
  }
}

/** Lets each day come on which a window opens, and waits until what opens on it is complete. */
export async function sendWindows(
  crew: Crew,
  campaignId: string,
  options: { readonly standAt: (instant: string) => Promise<void>; readonly withinMs: number },
): Promise<void> {
  const untilMs = Date.now() + options.withinMs
  for (;;) {
    const { windows } = await readWindows(crew, campaignId)
    const [next] = windows.filter(({ state }) => state !== 'complete').toSorted(byOpening)
    if (next === undefined) return
    if (Date.now() > untilMs) throw new Error(`window of ${next.localityCode} is ${next.state}`)
    await options.standAt(next.opensAt.replace('T00:', 'T08:'))
    await retryParked(crew, campaignId)
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
  }
}
const LOOK_EVERY_MS = 300
type Window = Awaited<ReturnType<typeof readWindows>>['windows'][number]
const byOpening = (one: Window, other: Window) => (one.opensAt < other.opensAt ? -1 : 1)
const readWindows = ({ operator }: Crew, campaignId: string) =>
  operator.get(windowList, `/campaigns/${campaignId}/sync-windows?limit=200`)

/** What an operator does when windows are parked. */
export async function retryParked(crew: Crew, campaignId: string): Promise<void> {
  const { windows } = await readWindows(crew, campaignId)
  for (const { windowId } of windows.filter(({ state }) => state === 'parked'))
    await crew.operator
      .post(`/sync-windows/${windowId}/retry`, { reason: 'the cause is mended' })
      .catch(() => {})
}
