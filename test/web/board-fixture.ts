import type { boardView, campaignView } from '../../api/contract/campaigns.ts'
import { createCalendar } from '../../domain/calendars.ts'
import { dueOf, OFFICIAL_LETTER_5034 } from '../../domain/campaigns.ts'
import { DAY_MS, startOfDay, toHanoiIso } from '../../domain/hanoi-time.ts'
import { LOCALITIES } from '../../domain/localities.ts'
import { isEndless } from '../../domain/stages.ts'
import { between, createRandom } from '../../sandbox/random.ts'

export type Board = ReturnType<(typeof boardView)['parse']>
export type BoardBody = Board['bodies'][number]
export type BoardStage = BoardBody['stages'][number]

export const CAMPAIGN_ID = '0198a1b2-0000-7000-8000-000000005034'
const { titleVi, titleEn, legalDocument, stages, startsOn, code } = OFFICIAL_LETTER_5034
const DUES = stages.map((stage) => ({ stage, dueMs: dueOf(stage, createCalendar([])).dueMs }))

export const CAMPAIGN: ReturnType<(typeof campaignView)['parse']> = {
  campaignId: CAMPAIGN_ID,
  template: code,
  titleVi,
  titleEn,
  legalDocument,
  launchedAt: toHanoiIso(startOfDay(startsOn) + 8 * 3_600_000),
  endedAt: null,
  state: 'running',
  stages: DUES.map(({ stage, dueMs }) => ({
    stage: stage.stage,
    namedDate: stage.namedDate,
    inclusive: stage.inclusive,
    dueAt: toHanoiIso(dueMs),
  })),
}

/** A board as it may look at an instant: some bodies early, some late, all by a seed. */
export function boardAt(asOf: string, { bodies, seed = 5_034 }: { bodies: number; seed?: number }): Board {
  const random = createRandom(seed)
  return {
    campaignId: CAMPAIGN_ID,
    asOf,
    bodies: placesOf(bodies).map((place) => bodyAt(Date.parse(asOf), place, random)),
    next: null,
  }
}

type Place = Pick<BoardBody, 'code' | 'nameVi' | 'nameEn' | 'region'>

/** The 54 bodies, and beyond them communes of their provinces. */
function placesOf(count: number): readonly Place[] {
  const provinces = LOCALITIES.filter(({ kind }) => kind === 'province')
  const communes = Array.from({ length: Math.max(0, count - LOCALITIES.length) }, (_, index) => {
    const {
      code: province,
      nameVi: vi,
      nameEn: en,
      region,
    } = provinces[index % provinces.length] ?? LOCALITIES[0]!
    const number = Math.floor(index / provinces.length) + 101
    return {
      code: `${province}.${number}`,
      nameVi: `Xã số ${number} – ${vi}`,
      nameEn: `Commune ${number}, ${en}`,
      region,
    }
  })
  return [...LOCALITIES, ...communes].slice(0, count)
}

function bodyAt(nowMs: number, place: Place, random: () => number): BoardBody {
  const slowness = between(random, -8, 20)
  let openedMs: number | null = startOfDay(startsOn)
  const cells = DUES.map(({ stage: { stage }, dueMs }): BoardStage => {
    const wantedMs = dueMs + (slowness + between(random, -4, 4)) * DAY_MS - between(random, 1, 9) * 3_600_000
    const doneMs = Math.max(wantedMs, (openedMs ?? 0) + DAY_MS)
    const isOpened = openedMs !== null && openedMs <= nowMs
    const isDone = isOpened && !isEndless(stage) && doneMs <= nowMs
    const isHandedIn = isOpened && !isDone && doneMs - nowMs < 2 * DAY_MS && stage !== 'sign-records'
    const overdue = !isDone && !isEndless(stage) && nowMs >= dueMs
    openedMs = isDone ? doneMs : null
    return {
      stage,
      state: isDone ? 'done' : !isOpened ? 'waiting' : isHandedIn ? 'submitted' : 'open',
      dueAt: toHanoiIso(dueMs),
      doneAt: isDone ? toHanoiIso(doneMs) : null,
      onTime: isDone ? doneMs < dueMs : null,
      overdue,
      letters: isOpened && doneMs > dueMs ? Math.floor((Math.min(doneMs, nowMs) - dueMs) / (7 * DAY_MS)) : 0,
    }
  })
  return {
    ...place,
    openStage: cells.find(({ state }) => state === 'open' || state === 'submitted')?.stage ?? null,
    held: between(random, 1, 30) === 1,
    letters: cells.reduce((sum, { letters }) => sum + Math.max(letters, 0), 0),
    stages: cells.map((cell) => ({ ...cell, letters: Math.max(cell.letters, 0) })),
  }
}
