import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { boardView, launchView } from '../api/contract/campaigns.ts'
import { clockView } from '../api/contract/clock.ts'
import { tokenView } from '../api/contract/access.ts'
import { endOfDay, toHanoiIso } from '../domain/hanoi-time.ts'
import { STAGE_NAMES } from '../domain/notices.ts'
import { STAGES } from '../domain/stages.ts'
import type { Say } from './failure.ts'
import type { LogIn } from './log-ins.ts'

const LOOK_EVERY_MS = 250
const REQUEST_WITHIN_MS = 10_000
/** The last day that a rehearsal shows by itself: at its end the clock stands, and everything can be looked at. */
const LAST_DAY = '2025-09-20'
const END_MS = endOfDay(LAST_DAY)
const HOLD = 'last-day'
const campaignList = z.object({ campaigns: z.array(z.object({ campaignId: z.uuid() })) })

export type Board = z.infer<typeof boardView>

/** A client of the API like any other, as the first coordinator. */
export async function connectRehearsal(apiUrl: string, logIn: LogIn) {
  let token = ''
  async function ask<T>(
    schema: z.ZodType<T>,
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    path: string,
    body?: object,
  ): Promise<T> {
    const response = await fetch(`${apiUrl}/v1${path}`, {
      method,
      headers: {
        ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined
          ? {}
          : { 'content-type': 'application/json', 'idempotency-key': randomUUID() }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(REQUEST_WITHIN_MS),
    })
    if (!response.ok) throw new Error(`The API answered ${response.status} to ${method} ${path}`)
    return schema.parse(await response.json())
  }
  const { name, password } = logIn
  token = (await ask(tokenView, 'POST', '/access-tokens', { name, password })).accessToken
  return {
    /** The campaign that runs here, or null where none was launched yet. */
    findCampaign: async () =>
      (await ask(campaignList, 'GET', '/campaigns?limit=1')).campaigns[0]?.campaignId ?? null,
    launch: async (localityCodes: readonly string[]) =>
      (await ask(launchView, 'POST', '/campaigns', { localityCodes })).campaignId,
    readClock: () => ask(clockView, 'GET', '/clock'),
    pause: () => ask(clockView, 'POST', '/clock/pause', {}),
    /** The clock stands at that instant for as long as this stands. */
    holdAt: (instantMs: number) =>
      ask(clockView, 'PUT', `/clock/holds/${HOLD}`, { clearUntil: toHanoiIso(instantMs) }),
    letGo: () => ask(clockView, 'DELETE', `/clock/holds/${HOLD}`),
    resume: () => ask(clockView, 'POST', '/clock/resume', {}),
    readBoard: (campaignId: string) => ask(boardView, 'GET', `/campaigns/${campaignId}/board?limit=200`),
  }
}
export type Rehearsal = Awaited<ReturnType<typeof connectRehearsal>>

/** A line with the stage's name in words is so long. */
const WIDE_COLUMNS = 118

/** One line per stage: how many bodies have it behind them, how many are late with it, letters sent. */
export function renderBoard(board: Board, columns = WIDE_COLUMNS): readonly string[] {
  const bodies = board.bodies.length
  const lines = STAGES.map((stage) => {
    const cells = board.bodies.flatMap((body) => body.stages.find((cell) => cell.stage === stage) ?? [])
    const done = cells.filter(({ state }) => state === 'done').length
    const open = board.bodies.filter(({ openStage }) => openStage === stage).length
    const overdue = cells.filter((cell) => cell.overdue).length
    const letters = cells.reduce((sum, cell) => sum + cell.letters, 0)
    // A line that is wrapped could not be drawn over.
    const name =
      columns < WIDE_COLUMNS ? stage.padEnd(16) : `${stage.padEnd(16)} ${STAGE_NAMES[stage].vi}`.padEnd(62)
    return `  ${name} ${count(open)} open ${count(done)}/${bodies} done ${count(overdue)} overdue ${count(letters)} letters`
  })
  return [`${board.asOf.slice(0, 16).replace('T', ' ')}  ${bodies} bodies`, ...lines]
}
const count = (value: number) => String(value).padStart(3)

/**
 * Shows the campaign to the end of its last day or until `signal`: a table that is drawn again on a terminal, one line a
 * day otherwise. At the end, when nothing is due any more, the clock is paused.
 */
export async function showProgress(
  rehearsal: Rehearsal,
  campaignId: string,
  options: { readonly say: Say; readonly isTerminal: boolean; readonly signal: AbortSignal },
): Promise<void> {
  const { say, isTerminal, signal } = options
  let shownDay = ''
  let drawn = 0
  let isOver = false
  const draw = (lines: readonly string[]) => {
    process.stdout.write(
      `${drawn === 0 ? '' : `\u001b[${drawn}A`}${lines.map((line) => `\u001b[2K${line}\n`).join('')}`,
    )
    drawn = lines.length
  }
  while (!signal.aborted) {
    const board = await look(rehearsal, campaignId).catch(() => null)
    if (board !== null) {
      isOver = board.isOver
      const lines = renderBoard(board, isTerminal ? process.stdout.columns : undefined)
      const day = board.asOf.slice(0, 10)
      if (isTerminal) draw(lines)
      else if (isOver) for (const line of lines) say(line)
      else if (day !== shownDay) say(summaryOf(board, day))
      shownDay = day
      if (isOver) return
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
  }
}

/**
 * The board, and whether the campaign is over as far as it is shown: the clock stands at the end of the last day. It is
 * paused there once, when nothing is due any more; whoever resumes it afterwards sees the days go on.
 */
async function look(rehearsal: Rehearsal, campaignId: string): Promise<Board & { readonly isOver: boolean }> {
  const { now, owed, standing, holds } = await rehearsal.readClock()
  const isHeld = holds.some(({ name }) => name === HOLD)
  const isEnd = Date.parse(now) >= END_MS
  if (!isEnd && !isHeld) await rehearsal.holdAt(END_MS)
  if (isEnd && isHeld && owed.length === 0) {
    await rehearsal.pause()
    await rehearsal.letGo()
  }
  const isOver = isEnd && (isHeld ? owed.length === 0 : standing === 'paused')
  return { ...(await rehearsal.readBoard(campaignId)), isOver }
}

function summaryOf(board: Board, day: string): string {
  const open = STAGES.map((stage) => board.bodies.filter((body) => body.openStage === stage).length)
  const late = board.bodies.filter(({ stages }) => stages.some(({ overdue }) => overdue)).length
  const letters = board.bodies.reduce((sum, body) => sum + body.letters, 0)
  return `${day}  bodies at stage 1–7: ${open.join(' ')}  late: ${late}  letters: ${letters}`
}
