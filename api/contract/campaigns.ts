import { z } from 'zod'
import { DAY_OFF_POLICIES } from '../../domain/campaigns.ts'
import { dayInput, dayView, instantView, localityCode, pageByLocality, stageName } from './shapes.ts'

const reason = z.string().trim().min(3).max(1_000)
const documentNo = z.string().trim().min(1).max(100)

/** Which template, which bodies; dates may differ from the template's, stage by stage. */
export const launchBody = z.strictObject({
  template: z.string().max(50).default('ol-5034'),
  /** Null launches every body. */
  localityCodes: z.array(localityCode).min(1).max(5_000).nullable().default(null),
  stages: z
    .array(
      z.strictObject({
        stage: stageName,
        namedDate: dayInput,
        inclusive: z.boolean(),
        dayOffPolicy: z.enum(DAY_OFF_POLICIES),
      }),
    )
    .max(7)
    .default([]),
  settings: z
    .strictObject({
      reminderLadder: z.array(z.int().min(1).max(60)).max(10),
      letterIntervalDays: z.int().min(1).max(60),
      escalationDays: z.int().min(0).max(90).nullable(),
      bodiesPerHour: z.int().min(1).max(10_000),
      recordsPerHour: z.int().min(1).max(100_000_000),
    })
    .partial()
    .default({}),
})
export type LaunchBody = z.infer<typeof launchBody>

const dayDescription = z.object({
  day: dayView,
  working: z.boolean(),
  weekdayVi: z.string(),
  weekdayEn: z.string(),
  nameVi: z.string().nullable(),
  nameEn: z.string().nullable(),
})
export const previewView = z
  .object({
    bodies: z.int(),
    stages: z.array(
      z.object({
        stage: stageName,
        namedDate: dayView,
        inclusive: z.boolean(),
        /** The date in the letter, and the last day that is on time. */
        named: dayDescription,
        last: dayDescription,
        effectiveLastDay: dayView,
        dueAt: instantView,
      }),
    ),
    /** What would be set for each body that is late everywhere. */
    timers: z.array(
      z.object({ stage: stageName, kind: z.string(), at: instantView, number: z.int().nullable() }),
    ),
    findings: z.array(
      z.object({
        stage: stageName,
        code: z.string(),
        day: dayView,
        messageVi: z.string(),
        messageEn: z.string(),
      }),
    ),
  })
  .meta({ id: 'CampaignPreview' })

export const campaignParams = z.strictObject({ campaignId: z.uuid() })
export const campaignView = z
  .object({
    campaignId: z.uuid(),
    template: z.string(),
    titleVi: z.string(),
    titleEn: z.string(),
    legalDocument: z.string(),
    launchedAt: instantView,
    endedAt: instantView.nullable(),
    state: z.enum(['running', 'cancelled', 'closed']),
    stages: z.array(
      z.object({ stage: stageName, namedDate: dayView, inclusive: z.boolean(), dueAt: instantView }),
    ),
  })
  .meta({ id: 'Campaign' })
export const launchView = z.object({ campaignId: z.uuid(), bodies: z.int() })
export const campaignList = z.object({ campaigns: z.array(campaignView), next: z.string().nullable() })

export const amendBody = z.strictObject({
  stage: stageName,
  namedDate: dayInput,
  inclusive: z.boolean().default(false),
  localityCodes: z.array(localityCode).min(1).max(5_000).nullable().default(null),
  reason,
  documentNo,
})
export const amendmentView = z.object({
  amendmentId: z.uuid(),
  stage: z.string(),
  namedDate: dayView,
  inclusive: z.boolean(),
  dueAt: instantView,
  localityCodes: z.array(z.string()).nullable(),
  documentNo: z.string(),
  completed: z.boolean(),
})
export const endBody = z.strictObject({ reason, documentNo })
/** An order that needs a second person: the same call by another coordinator carries it out. */
export const endView = z.object({
  campaignId: z.uuid(),
  state: z.enum(['waiting-for-second-person', 'ended']),
})

/** The whole board in one answer, with room for every commune. */
const BOARD_BODIES_MAX = 5_000
export const boardPage = pageByLocality.extend({
  limit: z.coerce.number().int().min(1).max(BOARD_BODIES_MAX).default(50),
})
export const boardView = z
  .object({
    campaignId: z.uuid(),
    asOf: instantView,
    bodies: z.array(
      z.object({
        code: z.string(),
        nameVi: z.string(),
        nameEn: z.string(),
        region: z.string(),
        openStage: stageName.nullable(),
        held: z.boolean(),
        letters: z.int(),
        stages: z.array(
          z.object({
            stage: stageName,
            state: z.string(),
            dueAt: instantView,
            doneAt: instantView.nullable(),
            onTime: z.boolean().nullable(),
            overdue: z.boolean(),
            letters: z.int(),
          }),
        ),
      }),
    ),
    next: z.string().nullable(),
  })
  .meta({ id: 'Board' })
export const reportView = z.object({
  reports: z.array(z.object({ day: dayView, summary: z.record(z.string(), z.unknown()) })),
})
