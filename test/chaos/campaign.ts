import { setTimeout as pause } from 'node:timers/promises'
import postgres from 'postgres'
import { verificationView } from '../../api/contract/verifications.ts'
import { dayResults, runList } from '../../api/contract/matching.ts'
import { addDays } from '../../domain/hanoi-time.ts'
import { bringAllTo, hireCrew, retryParked, sendWindows, type Crew } from '../support/campaign.ts'
import { persist, startKillable, type Killable } from './product.ts'
import type { Blow, Disturbance, Phase, Schedule } from './schedules.ts'
import type { Servers } from './servers.ts'

/** None of them is hopeless with this seed: all come to the end. */
export const CODES = ['G09', 'H14', 'H18', 'H24']
const SEED = 1
/** By then every body is past the first day on which it would take up a stage. */
const DAY = '2025-09-06'
const MATCH_DAY = '2025-09-11'
const PHASE_MS = 150_000

export interface Outcome {
  /** What is wrong, in words; empty when nothing is. */
  readonly faults: readonly string[]
  /** Each line of the end it came to: a stage of a body, or a record. */
  readonly endState: ReadonlySet<string>
  readonly seconds: number
  /** How long each phase took. */
  readonly phases: readonly string[]
}

/** Carries a campaign from its launch to its first corrections while the schedule's blows fall, then verifies everything. */
export async function runSchedule(
  servers: Servers,
  schedule: Schedule,
  options: { readonly records: number; readonly workers?: number; readonly say?: (line: string) => void },
): Promise<Outcome> {
  const startedMs = Date.now()
  const { say = () => {} } = options
  await using product = await startKillable(servers, { ...options, codes: CODES, seed: SEED, say })
  await product.standAt(`${DAY}T09:00:00+07:00`)
  const crew = await hireCrew((role, code) => product.logIn(role, code), {
    codes: CODES,
    seed: SEED,
    sandboxUrl: product.sandboxUrl,
  })
  const phases: string[] = []
  const falling: Promise<unknown>[] = []
  const inPhase = async <T>(phase: Phase, work: () => Promise<T>): Promise<T> => {
    const fromMs = Date.now()
    falling.push(...letFall(product, schedule, phase, say))
    const result = await work()
    phases.push(`${phase} ${((Date.now() - fromMs) / 1_000).toFixed(1)} s`)
    return result
  }
  const campaignId = await carryThrough(product, crew, inPhase)
  await Promise.all(falling)
  for (const system of ['personnel-database', 'population-database', 'signature-service', 'notices'])
    await product.disturb(system, null)
  const faults = await lookForFaults(product, crew, campaignId)
  const endState = await persist(() => readEndState(product, campaignId))
  return { faults, endState, seconds: (Date.now() - startedMs) / 1_000, phases }
}

async function readEndState({ stores }: Killable, campaignId: string): Promise<ReadonlySet<string>> {
  const lines = new Set<string>()
  await stores.endState.read(campaignId, ({ text }) => lines.add(text))
  return lines
}

type InPhase = <T>(phase: Phase, work: () => Promise<T>) => Promise<T>

async function carryThrough(product: Killable, crew: Crew, inPhase: InPhase): Promise<string> {
  const within = { day: DAY, withinMs: PHASE_MS }
  const standAt = (instant: string) => product.standAt(instant)
  const campaignId = await inPhase('launch', async () => {
    const launched = await persist(() => crew.coordinator.post('/campaigns', { localityCodes: CODES }))
    const id = String(launched['campaignId'])
    await bringAllTo(crew, id, 'select-software', within)
    return id
  })
  await inPhase('unit codes', () => bringAllTo(crew, campaignId, 'update-records', within))
  await inPhase('intake and conversion', () => bringAllTo(crew, campaignId, 'sign-records', within))
  await inPhase('amendment and signing', async () => {
    const amendment = {
      stage: 'sync-records',
      namedDate: '2025-09-20',
      inclusive: true,
      reason: 'the window is longer',
      documentNo: '6000/BNV-CCVC',
    }
    await Promise.all([
      crew.coordinator.post(`/campaigns/${campaignId}/amendments`, amendment),
      bringAllTo(crew, campaignId, 'schedule-sync', within),
    ])
  })
  await inPhase('slots', () => bringAllTo(crew, campaignId, 'sync-records', within))
  await inPhase('window', async () => {
    await sendWindows(crew, campaignId, { standAt, withinMs: PHASE_MS })
    await bringAllTo(crew, campaignId, 'match-daily', within)
  })
  const matchedOn = await inPhase('matching', () => matchAll(product, crew, campaignId, MATCH_DAY))
  await inPhase('correction', async () => {
    await correctAll(crew, campaignId, matchedOn)
    await sendWindows(crew, campaignId, { standAt, withinMs: PHASE_MS })
    await matchAll(product, crew, campaignId, addDays(matchedOn, 2))
  })
  return campaignId
}

/** Matches day after day, from one on, until every body was matched on the same: a register that is away fails a body's day. */
async function matchAll(product: Killable, crew: Crew, campaignId: string, from: string): Promise<string> {
  for (let day = from; ; day = addDays(day, 1)) {
    await matchUntil(product, crew, campaignId, day)
    const { localities } = await crew.operator.get(dayResults, `/matching-runs/${campaignId}/${day}`)
    if (localities.every(({ state }) => state === 'done')) return day
  }
}

/** Lets the day come and waits until its run, and every one before it, is finished. */
async function matchUntil(product: Killable, crew: Crew, campaignId: string, day: string): Promise<void> {
  const untilMs = Date.now() + PHASE_MS
  for (;;) {
    await product.standAt(`${day}T09:00:00+07:00`)
    const { runs, gaps } = await crew.operator.get(runList, `/matching-runs?campaignId=${campaignId}`)
    if (
      gaps.length === 0 &&
      runs.some((run) => run.day === day) &&
      runs.every((run) => run.finishedAt !== null)
    )
      return
    if (Date.now() > untilMs)
      throw new Error(
        `not matched: ${JSON.stringify({ gaps, runs: runs.map((run) => [run.day, run.finishedAt]) })}`,
      )
    await pause(300)
  }
}

/** Every body mends what the register says differently, signs it and books the next day; a second try finds nothing left. */
async function correctAll(crew: Crew, campaignId: string, day: string): Promise<void> {
  await Promise.all(crew.bots.map((bot) => persist(() => bot.work(campaignId, day), PHASE_MS)))
}

/** Starts the clock of every blow and fault of a phase. */
function letFall(
  product: Killable,
  { blows, disturbances }: Schedule,
  phase: Phase,
  say: (line: string) => void,
): readonly Promise<unknown>[] {
  const strike = async ({ afterMs, kind, targets, forMs }: Blow) => {
    await pause(afterMs)
    say(`${phase}: ${kind} ${targets.join(', ')}`)
    await Promise.all(
      targets.map(async (target) => (kind === 'kill' ? product.kill(target) : product.hang(target, forMs))),
    )
  }
  const disturb = async ({ afterMs, system, fault, forMs }: Disturbance) => {
    await pause(afterMs)
    say(`${phase}: ${system} ${String(fault['kind'])}`)
    await product.disturb(system, fault)
    await pause(forMs)
    await product.disturb(system, null)
  }
  return [
    ...blows.filter((blow) => blow.phase === phase).map(strike),
    ...disturbances.filter((disturbance) => disturbance.phase === phase).map(disturb),
  ]
}

/** Everything that must hold at the end, recomputed. */
async function lookForFaults(product: Killable, crew: Crew, campaignId: string): Promise<string[]> {
  const faults: string[] = []
  const untilMs = Date.now() + PHASE_MS
  const ordered = await crew.coordinator.post(`/campaigns/${campaignId}/verifications`)
  const path = `/verifications/${String(ordered['verificationId'])}`
  let seen = await crew.coordinator.get(verificationView, path)
  while (seen.state === 'running' && Date.now() < untilMs) {
    await pause(200)
    await retryParked(crew, campaignId)
    seen = await crew.coordinator.get(verificationView, path)
  }
  if (seen.state !== 'clean')
    faults.push(`verify: ${seen.state} ${JSON.stringify({ found: seen.found, problems: seen.problems })}`)

  const rows = await persist(() => readInvariants(product.ownerUrl, campaignId))
  faults.push(...rows)
  for (const status of ['Failed', 'TimedOut', 'Canceled'])
    for await (const { workflowId } of product.client.workflow.list({
      query: `ExecutionStatus = '${status}'`,
    }))
      if (workflowId.includes(campaignId)) faults.push(`process ${workflowId}: ${status}`)
  return faults
}

/** What no verification of one body sees: dates that were moved, notices, what waits for a person. */
async function readInvariants(ownerUrl: string, campaignId: string): Promise<string[]> {
  const sql = postgres(ownerUrl, { max: 1, onnotice: () => {} })
  try {
    const rows = await sql<{ fault: string }[]>`
      select 'not amended: ' || locality_code as fault from locality_stages where campaign_id = ${campaignId}
        and stage = 'sync-records' and due_at <> '2025-09-21T00:00:00+07:00'
      union all select 'still parked: ' || kind || ' ' || reason from attention_items where campaign_id = ${campaignId}
        and resolved_at is null and kind <> 'stage-overdue'
      union all select 'not started: ' || process_id from process_starts where started_at is null
      union all select 'window not complete: ' || locality_code from sync_windows where completed_at is null
      union all select 'act without effect: ' || kind || ' ' || coalesce(stage, '') from stage_acts
        join http_requests on operation_id = act_id and status < 300
        where campaign_id = ${campaignId} and effective_sequence is null and kind <> 'submit'`
    return rows.map(({ fault }) => fault)
  } finally {
    await sql.end()
  }
}
