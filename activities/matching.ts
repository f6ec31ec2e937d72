import { Context } from '@temporalio/activity'
import { addDays } from '../domain/hanoi-time.ts'
import { compareIdentity, fieldBits, RULES_NO, VERDICTS } from '../domain/matching.ts'
import type { ClockStore } from '../drizzle/stores/clock.ts'
import type { MatchCandidate, MatchingStore, MatchResult } from '../drizzle/stores/matching.ts'
import type { MatchingRunStore } from '../drizzle/stores/matching-runs.ts'
import type { PopulationDatabase } from '../gateways/population-database/client.ts'
import { LOOK_UP_MAX, type Citizen } from '../gateways/population-database/contract.ts'
import type { MatchingActivities } from './contract/matching.ts'
import { callingOut } from './gateway-failures.ts'

export interface MatchingDeps {
  readonly matching: MatchingStore
  readonly matchingRuns: MatchingRunStore
  readonly clock: ClockStore
  readonly population: PopulationDatabase
}

/** Days to review and to correct a difference (OL 4856/BCA-TTDLQG as reported; to be confirmed). */
const REVIEW_DAYS = 5
const CORRECTION_DAYS = 10
/** The machine that asks, as the register knows it. */
const OFFICER_CODE = 'DONGBO'

export function createMatchingActivities({
  matching,
  matchingRuns,
  clock,
  population,
}: MatchingDeps): MatchingActivities {
  return {
    listUnmatched: async ({ campaignId, day, limit }) => ({
      localityCodes: await matching.readUnmatched(campaignId, day, limit),
    }),

    async matchLocality({ campaignId, day, localityCode }) {
      const context = Context.current()
      let asked = 0
      let changed = 0
      for (let after = 0; ;) {
        const candidates = await matching.readCandidates(localityCode, after, LOOK_UP_MAX)
        const last = candidates.at(-1)
        if (last === undefined) break
        // Made of day, body and place: a repeated step asks under the same name.
        const requestId = `${day.replaceAll('-', '')}-${localityCode}-${after}`
        const request = {
          requestId,
          campaignId,
          day,
          localityCode,
          officerCode: OFFICER_CODE,
          asked: candidates.length,
        }
        await matching.nameRequest(request)
        const people = candidates.map(({ recordId, content }) => ({
          reference: recordId,
          personalId: identityOf(content).personalId,
        }))
        const answers = await callingOut(() =>
          population.lookUp(
            { requestId, agencyCode: localityCode, officerCode: OFFICER_CODE, people },
            context.cancellationSignal,
          ),
        )
        await matching.answerRequest(requestId, answers.size)
        changed += await matching.writePage({
          campaignId,
          day,
          localityCode,
          results: candidates.map((candidate) =>
            resultOf(candidate, answers.get(candidate.recordId) ?? null),
          ),
          reviewDueOn: addDays(day, REVIEW_DAYS),
          correctionDueOn: addDays(day, CORRECTION_DAYS),
        })
        asked += candidates.length
        after = last.recordId
        context.heartbeat({ asked })
      }
      await matching.writeDay({
        campaignId,
        day,
        localityCode,
        state: 'done',
        inScope: asked,
        asked,
        matched: await matching.countMatched(localityCode),
        changed,
        reason: null,
        occurredAt: await clock.now(),
      })
      return { asked, changed }
    },

    async recordMatchFailure({ campaignId, day, localityCode, reason }) {
      const none = { inScope: 0, asked: 0, matched: 0, changed: 0 }
      await matching.writeDay({
        campaignId,
        day,
        localityCode,
        state: 'failed',
        ...none,
        reason,
        occurredAt: await clock.now(),
      })
    },
    async finishRun({ runId }) {
      await matchingRuns.finish(runId, await clock.now())
    },
  }
}

function identityOf(content: string) {
  const parsed: Readonly<Record<string, unknown>> = JSON.parse(content)
  const text = (name: string) => (typeof parsed[name] === 'string' ? parsed[name] : '')
  return {
    personalId: text('personal_id'),
    fullName: text('full_name'),
    birthDate: text('birth_date'),
    gender: text('gender'),
  }
}

function resultOf(
  { recordId, versionNo, unitCode, content }: MatchCandidate,
  citizen: Citizen | null,
): MatchResult {
  const { verdict, fields } = compareIdentity(identityOf(content), citizen)
  const answer = verdict === 'match' ? null : JSON.stringify({ rules: RULES_NO, citizen })
  return {
    recordId,
    versionNo,
    unitCode,
    verdict: VERDICTS[verdict],
    fieldBits: fieldBits(fields),
    fields,
    answer,
  }
}
