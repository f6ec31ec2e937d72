import type { CalendarStore } from '../drizzle/stores/calendars.ts'
import type { CampaignStore } from '../drizzle/stores/campaigns.ts'
import type { ClockStore } from '../drizzle/stores/clock.ts'
import type { AssessmentStore } from '../drizzle/stores/localities-assessment.ts'
import type { NewNotice, ProjectionStore } from '../drizzle/stores/localities-projection.ts'
import { remindersFor } from '../domain/campaigns.ts'
import { addDays, toHanoiDate } from '../domain/hanoi-time.ts'
import { findLocality } from '../domain/localities.ts'
import type { Effect } from '../domain/localities-process.ts'
import {
  escalationNotice,
  overdueNotice,
  reminder,
  urgingLetter,
  type NoticeText,
} from '../domain/notices.ts'
import type { LocalityActivities, Projection } from './contract/localities.ts'
import { failure } from './failures.ts'

export interface LocalityDeps {
  readonly campaigns: CampaignStore
  readonly calendars: CalendarStore
  readonly clock: ClockStore
  readonly assessments: AssessmentStore
  readonly projections: ProjectionStore
}

export function createLocalityActivities(deps: LocalityDeps): LocalityActivities {
  async function campaignOf(campaignId: string) {
    const campaign = await deps.campaigns.readCampaign(campaignId)
    if (campaign === null) throw failure('no-such-campaign', { retry: false })
    return campaign
  }
  return {
    async projectLocality(input) {
      const { legalDocument, settings } = await campaignOf(input.campaignId)
      const notices = input.effects.flatMap(
        (effect) => noticeOf(input, effect, legalDocument, settings.letterIntervalDays) ?? [],
      )
      await deps.projections.project({ ...input, notices, nowMs: await deps.clock.now() })
    },
    assessStage: ({ stage, ...body }) => deps.assessments.assess(stage, body),
    async planReminders({ campaignId, dueMs }) {
      const { settings } = await campaignOf(campaignId)
      return remindersFor(
        dueMs,
        toHanoiDate(dueMs - 1),
        settings.reminderLadder,
        await deps.calendars.readCalendar(),
      )
    },
    readClock: () => deps.clock.readClock(),
  }
}

/** The notice that an effect calls for, keyed so that the same decision twice is the same notice. */
function noticeOf(
  { localityCode, stages }: Projection,
  { kind, stage, atMs, number }: Effect,
  documentNo: string,
  letterIntervalDays: number,
): NewNotice | null {
  const status = stages.find((candidate) => candidate.stage === stage)
  if (stage === null || status === undefined) return null
  const lastDay = toHanoiDate(status.dueMs - 1)
  const about = {
    localityNameVi: findLocality(localityCode)?.nameVi ?? localityCode,
    stage,
    lastDay,
    documentNo,
  }
  const onDay = toHanoiDate(atMs)
  const make = (
    noticeKind: string,
    occasion: string,
    text: NoticeText,
    newDate: string | null = null,
  ): NewNotice => ({
    stage,
    kind: noticeKind,
    number: noticeKind === 'urging-letter' ? number : null,
    occasion,
    ...text,
    onDay,
    newDate,
    occurredMs: atMs,
  })
  switch (kind) {
    case 'reminder':
      return make('reminder', `reminder:${lastDay}:${number ?? 0}`, reminder(about, number ?? 0))
    case 'overdue':
      return make('overdue', `overdue:${lastDay}`, overdueNotice(about))
    case 'urging-letter': {
      const newDate = addDays(onDay, letterIntervalDays)
      return make(
        'urging-letter',
        `letter:${number ?? 0}`,
        urgingLetter(about, number ?? 0, newDate),
        newDate,
      )
    }
    case 'escalation':
      return make('escalation', `escalation:${lastDay}`, escalationNotice(about))
    case 'act':
    case 'stage-opened':
    case 'stage-done':
    case 'overdue-retracted':
    case 'blockers':
      return null
  }
}
