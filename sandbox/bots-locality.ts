import { z } from 'zod'
import { bodyView } from '../api/contract/localities.ts'
import { discrepancyList } from '../api/contract/matching.ts'
import { intakeView } from '../api/contract/records.ts'
import { sessionList, sessionView } from '../api/contract/signing.ts'
import { CRITERIA } from '../domain/software.ts'
import type { HanoiDate } from '../domain/hanoi-time.ts'
import { addDays } from '../domain/hanoi-time.ts'
import type { Locality } from '../domain/localities.ts'
import type { Stage } from '../domain/stages.ts'
import { Declined, type User } from './bots-client.ts'
import { dayFor, profileOf, slotFor } from './bots-profiles.ts'
import { sourcesOf, unitTreeOf } from './source-files.ts'
import { correctionsView } from './source-systems.ts'

export interface LocalityBot {
  readonly locality: Locality
  /** Whether it would do anything on this day while it stands there. */
  readonly hasWork: (openStage: Stage, state: string, day: HanoiDate) => boolean
  /** Does what the body would do on this day. */
  readonly work: (campaignId: string, day: HanoiDate) => Promise<void>
}

interface BotOptions {
  readonly locality: Locality
  readonly seed: number
  readonly sourcesUrl: string
  readonly officer: User
  readonly second: User
  readonly signer: User
}

const LOOK_EVERY_MS = 100
const PATIENCE_MS = 60_000

/** Looks until something is there; in the end it takes what it sees. */
export async function until<T>(
  look: () => Promise<T>,
  isThere: (seen: T) => boolean,
  withinMs = PATIENCE_MS,
): Promise<T> {
  const deadline = Date.now() + withinMs
  for (;;) {
    const seen = await look()
    if (isThere(seen) || Date.now() > deadline) return seen
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
  }
}

/** A body in a rehearsal: its officers and its signer, who use the API as their real colleagues would. */
export function createLocalityBot(options: BotOptions): LocalityBot {
  const { locality, seed, sourcesUrl, officer, second, signer } = options
  const { code } = locality
  const own = `/localities/${code}`
  const sources = sourcesOf(locality)
  async function selectSoftware(): Promise<void> {
    for (const source of sources) await officer.post(`${own}/source-systems`, source)
    const findings = Object.fromEntries(CRITERIA.criteria.map((criterion) => [criterion.code, true]))
    const [{ code: chosen } = { code: '' }] = sources
    await officer.post(`${own}/software-assessments`, { source: chosen, findings })
    const scenario = sources.length === 1 ? 'one-predecessor' : 'several-vendors'
    await officer.post(`${own}/software-choice`, { source: chosen, scenario })
    await officer.post(`${own}/key-administrators`, { fullName: 'Người Được Cử', contact: '024 0000 0000' })
  }

  /** What a sloppy body uploads first is refused with every fault; it is mended the next day. */
  async function uploadTree(day: HanoiDate): Promise<boolean> {
    const isFaulty = profileOf(seed, code) === 'sloppy' && day === dayFor(seed, code, 'build-unit-codes')
    const upload = officer.upload(`${own}/units`, unitTreeOf(locality, isFaulty ? 'faulty' : 'good'))
    if (isFaulty) await upload.catch(onlyDeclined)
    else await upload
    return !isFaulty
  }

  /** Takes the file out of the source system as it is, and waits until it is converted. */
  async function handIn(source: string, which: string): Promise<void> {
    const file = await fetch(`${sourcesUrl}/${source}/records.csv${which}`, {
      signal: AbortSignal.timeout(PATIENCE_MS),
    })
    if (!file.ok) throw new Declined('source-system')
    const { intakeId } = intakeView.parse(
      await officer.upload(`${own}/intakes?source=${source}`, await file.text()),
    )
    await until(
      () => officer.get(intakeView, `/intakes/${intakeId}`),
      ({ state }) => state === 'converted',
    )
  }
  async function uploadRecords(): Promise<void> {
    for (const { code: source } of sources) await handIn(source, '')
  }

  /** Signs what is unsigned, or the session that was left open; says whether there was anything. */
  async function sign(): Promise<boolean> {
    const { sessions, unsigned } = await signer.get(sessionList, `${own}/signing-sessions`)
    const left = sessions.find(({ state }) => state !== 'signed' && state !== 'abandoned')
    if (left === undefined && unsigned === 0) return false
    const { sessionId } = left ?? sessionView.parse(await signer.post(`${own}/signing-sessions`))
    const session = () => signer.get(sessionView, `/signing-sessions/${sessionId}`)
    const { state } = await until(session, (seen) => seen.state !== 'freezing')
    if (state === 'waiting-for-signer') await signer.post(`/signing-sessions/${sessionId}/sign`)
    await until(session, (seen) => seen.state === 'signed')
    return true
  }

  /** What the register says differently is looked up on paper, mended at the source, signed and sent the next day. */
  async function correct(day: HanoiDate): Promise<void> {
    const { discrepancies } = await officer.get(discrepancyList, `${own}/discrepancies?limit=200`)
    for (const { code: source } of sources) {
      const recordCodes = discrepancies.filter((row) => row.source === source).map((row) => row.recordCode)
      if (recordCodes.length === 0) continue
      const answer = await fetch(`${sourcesUrl}/${source}/corrections`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ recordCodes: [...new Set(recordCodes)] }),
        signal: AbortSignal.timeout(PATIENCE_MS),
      })
      if (!answer.ok) throw new Declined('source-system')
      const { corrected } = correctionsView.parse(await answer.json())
      if (corrected > 0) await handIn(source, '?corrected=true')
    }
    if (await sign()) await officer.post(`${own}/sync-slots`, { day: addDays(day, 1) })
  }

  const submit = (campaignId: string, stage: Stage) =>
    officer.post(`/campaigns/${campaignId}${own}/stages/${stage}/submit`)

  const look = (campaignId: string) => officer.get(bodyView, `/campaigns/${campaignId}${own}`)
  /** The stage closes when its process has looked at the rows: a moment after they are there. */
  const movedOn = (campaignId: string, stage: Stage) =>
    until(
      () => look(campaignId),
      ({ openStage }) => openStage !== stage,
    )
  async function approve(campaignId: string): Promise<void> {
    await second.post(`/campaigns/${campaignId}${own}/stages/update-records/approve`)
    await movedOn(campaignId, 'update-records')
  }

  async function workAt(campaignId: string, stage: Stage, day: HanoiDate): Promise<void> {
    switch (stage) {
      case 'select-software':
        await selectSoftware()
        await submit(campaignId, stage)
        return
      case 'build-unit-codes':
        if (await uploadTree(day)) await submit(campaignId, stage)
        return
      case 'update-records':
        await uploadRecords()
        await submit(campaignId, stage)
        await approve(campaignId)
        return
      case 'sign-records':
        await sign()
        await movedOn(campaignId, stage)
        return
      case 'schedule-sync':
        await officer.post(`${own}/sync-slots`, {
          day: slotFor(seed, code) > day ? slotFor(seed, code) : addDays(day, 1),
        })
        await submit(campaignId, stage)
        return
      case 'sync-records':
        return
      case 'match-daily':
        await correct(day)
    }
  }

  function hasWork(openStage: Stage, state: string, day: HanoiDate): boolean {
    // Left half done by a bot that was killed in between.
    if (openStage === 'update-records' && state === 'submitted') return true
    if (state !== 'open') return false
    const from = dayFor(seed, code, openStage)
    return openStage === 'match-daily' || (from !== null && day >= from)
  }

  return {
    locality,
    hasWork,
    async work(campaignId, day) {
      const { openStage, stages } = await look(campaignId)
      const state = stages.find(({ stage }) => stage === openStage)?.state
      if (openStage === null || state === undefined || !hasWork(openStage, state, day)) return
      if (state === 'submitted') await approve(campaignId).catch(onlyDeclined)
      else await workAt(campaignId, openStage, day).catch(onlyDeclined)
    },
  }
}

/** A refusal is an answer: the bot lives with it and looks again tomorrow. */
function onlyDeclined(error: unknown): void {
  if (!(error instanceof Declined || error instanceof z.ZodError)) throw error
}
