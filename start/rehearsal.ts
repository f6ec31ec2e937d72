import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { boardView, launchView } from '../api/contract/campaigns.ts'
import { clockView } from '../api/contract/clock.ts'
import { tokenView } from '../api/contract/access.ts'
import { STAGE_NAMES } from '../domain/notices.ts'
import { STAGES } from '../domain/stages.ts'
import type { Say } from './failure.ts'
import type { LogIn } from './log-ins.ts'

const LOOK_EVERY_MS = 1_000
const REQUEST_WITHIN_MS = 10_000
/** The last day that a rehearsal shows by itself: then its clock stands, and everything can be looked at. */
const LAST_DAY = '2025-09-20'
const campaignList = z.object({ campaigns: z.array(z.object({ campaignId: z.uuid() })) })

export type Board = z.infer<typeof boardView>

/** A client of the API like any other, as the first coordinator. */
export async function connectRehearsal(apiUrl: string, logIn: LogIn) {
  let token = ''
  async function ask<T>(
    schema: z.ZodType<T>,
    method: 'GET' | 'POST',
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
    launch: async () => (await ask(launchView, 'POST', '/campaigns', {})).campaignId,
    readClock: () => ask(clockView, 'GET', '/clock'),
    pause: () => ask(clockView, 'POST', '/clock/pause', {}),
    resume: () => ask(clockView, 'POST', '/clock/resume', {}),
    readBoard: (campaignId: string) => ask(boardView, 'GET', `/campaigns/${campaignId}/board?limit=200`),
  }
}
export type Rehearsal = Awaited<ReturnType<typeof connectRehearsal>>

/** One line per stage: how many bodies have it behind them, how many are late with it, letters sent. */
export function renderBoard(board: Board): readonly string[] {
  const bodies = board.bodies.length
  const lines = STAGES.map((stage) => {
    const cells = board.bodies.flatMap((body) => body.stages.find((cell) => cell.stage === stage) ?? [])
    const done = cells.filter(({ state }) => state === 'done').length
    const open = board.bodies.filter(({ openStage }) => openStage === stage).length
    const overdue = cells.filter((cell) => cell.overdue).length
    const letters = cells.reduce((sum, cell) => sum + cell.letters, 0)
    const name = `${stage.padEnd(16)} ${STAGE_NAMES[stage].vi}`.padEnd(62)
    return `  ${name} ${count(open)} open ${count(done)}/${bodies} done ${count(overdue)} overdue ${count(letters)} letters`
  })
  return [`${board.asOf.slice(0, 16).replace('T', ' ')}  ${bodies} bodies`, ...lines]
}
const count = (value: number) => String(value).padStart(3)

/**
 * Shows the campaign until its last day or until `signal`: a table that is drawn again on a terminal, one line a day
 * otherwise. On the last day the clock is paused.
 */
export async function showProgress(
  rehearsal: Rehearsal,
  campaignId: string,
  options: { readonly say: Say; readonly isTerminal: boolean; readonly signal: AbortSignal },
): Promise<void> {
  const { say, isTerminal, signal } = options
  let shownDay = ''
  let drawn = 0
  while (!signal.aborted) {
    const board = await rehearsal.readBoard(campaignId).catch(() => null)
    if (board !== null) {
      const day = board.asOf.slice(0, 10)
      const isOver = day > LAST_DAY
      if (isOver) await rehearsal.pause()
      const lines = renderBoard(board)
      if (isTerminal) {
        process.stdout.write(
          `${drawn === 0 ? '' : `\u001b[${drawn}A`}${lines.map((line) => `\u001b[2K${line}\n`).join('')}`,
        )
        drawn = lines.length
      } else if (isOver) for (const line of lines) say(line)
      else if (day !== shownDay) say(summaryOf(board, day))
      shownDay = day
      if (isOver) return
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
  }
}

function summaryOf(board: Board, day: string): string {
  const open = STAGES.map((stage) => board.bodies.filter((body) => body.openStage === stage).length)
  const late = board.bodies.filter(({ stages }) => stages.some(({ overdue }) => overdue)).length
  const letters = board.bodies.reduce((sum, body) => sum + body.letters, 0)
  return `${day}  bodies at stage 1–7: ${open.join(' ')}  late: ${late}  letters: ${letters}`
}
