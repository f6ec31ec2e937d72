import { z } from 'zod'
import { dayInput, dayView, instantView, localityCode, stageName } from './shapes.ts'

export const bodyParams = z.strictObject({ campaignId: z.uuid(), code: localityCode })
export const stageParams = bodyParams.extend({ stage: stageName })
const reason = z.string().trim().min(3).max(1_000)
const documentNo = z.string().trim().min(1).max(100)

export const submitBody = z.strictObject({ remark: reason.optional(), documentNo: documentNo.optional() })
export const reasonBody = z.strictObject({ reason, documentNo: documentNo.optional() })
export const extendBody = z.strictObject({
  /** The new last day that is on time. */
  lastDay: dayInput,
  reason,
  documentNo,
})
export const overrideBody = z.strictObject({ reason, documentNo })

/** `shown` is false where the lists may lag behind for a moment (202). */
export const actView = z.object({
  actId: z.uuid(),
  openStage: stageName.nullable(),
  shown: z.boolean(),
  secondPerson: z.boolean().optional(),
})

export const stageStatusView = z.object({
  stage: stageName,
  state: z.string(),
  dueAt: instantView,
  openedAt: instantView.nullable(),
  submittedAt: instantView.nullable(),
  doneAt: instantView.nullable(),
  onTime: z.boolean().nullable(),
  overdueSince: instantView.nullable(),
  letters: z.int(),
  blockers: z.array(z.string()),
})
export const bodyView = z
  .object({
    campaignId: z.uuid(),
    code: z.string(),
    nameVi: z.string(),
    nameEn: z.string(),
    openStage: stageName.nullable(),
    held: z.boolean(),
    stages: z.array(stageStatusView),
    acts: z.array(
      z.object({
        actId: z.uuid(),
        kind: z.string(),
        stage: z.string().nullable(),
        occurredAt: instantView,
        actor: z.uuid(),
        reason: z.string().nullable(),
        documentNo: z.string().nullable(),
        effective: z.boolean(),
      }),
    ),
  })
  .meta({ id: 'Body' })

/** The running process as the engine has it. */
export const processView = z.object({
  processId: z.string(),
  openStage: stageName.nullable(),
  held: z.boolean(),
  ended: z.boolean(),
  /** What it waits for: a person, a date, or the stage's rows. */
  waitsFor: z.array(z.string()),
  nextAt: instantView.nullable(),
  stages: z.array(stageStatusView),
})
export const noticeList = z.object({
  notices: z.array(
    z.object({
      noticeId: z.uuid(),
      kind: z.string(),
      stage: z.string(),
      number: z.int().nullable(),
      recipient: z.string(),
      subject: z.string(),
      text: z.string(),
      onDay: dayView,
      newDate: dayView.nullable(),
      delivered: z.boolean(),
    }),
  ),
  next: z.string().nullable(),
})
