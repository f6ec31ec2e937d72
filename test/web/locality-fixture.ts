import type { bodyView, noticeList, processView } from '../../api/contract/localities.ts'
import { CAMPAIGN_ID } from './board-fixture.ts'

export type Body = ReturnType<(typeof bodyView)['parse']>
const ID = '0198a1b2-0000-7000-8000-0000000000'
const at = (day: string, hour = 9) => `2025-${day}T${String(hour).padStart(2, '0')}:00:00+07:00`
const NOT_YET = {
  openedAt: null,
  submittedAt: null,
  doneAt: null,
  onTime: null,
  overdueSince: null,
  letters: 0,
  blockers: [],
}

/** Đồng Tháp in the evening of 29 August: late with its records, which a first officer has handed in. */
export const DONG_THAP: Body = {
  campaignId: CAMPAIGN_ID,
  code: 'H20',
  nameVi: 'Tỉnh Đồng Tháp',
  nameEn: 'Dong Thap',
  openStage: 'update-records',
  held: false,
  stages: [
    {
      ...NOT_YET,
      stage: 'select-software',
      state: 'done',
      dueAt: at('07-20', 0),
      openedAt: at('07-11', 8),
      submittedAt: at('07-17'),
      doneAt: at('07-18'),
      onTime: true,
    },
    {
      ...NOT_YET,
      stage: 'build-unit-codes',
      state: 'done',
      dueAt: at('08-01', 0),
      openedAt: at('07-18'),
      submittedAt: at('08-04'),
      doneAt: at('08-05'),
      onTime: false,
    },
    {
      ...NOT_YET,
      stage: 'update-records',
      state: 'submitted',
      dueAt: at('08-15', 0),
      openedAt: at('08-05'),
      submittedAt: at('08-29', 21),
      overdueSince: at('08-15', 0),
      letters: 2,
      blockers: ['intake-not-converted'],
    },
    { ...NOT_YET, stage: 'sign-records', state: 'waiting', dueAt: at('08-30', 0) },
    { ...NOT_YET, stage: 'schedule-sync', state: 'waiting', dueAt: at('08-30', 0) },
    { ...NOT_YET, stage: 'sync-records', state: 'waiting', dueAt: at('09-11', 0) },
    { ...NOT_YET, stage: 'match-daily', state: 'waiting', dueAt: at('09-12', 0) },
  ],
  acts: [
    {
      actId: `${ID}01`,
      kind: 'submit',
      stage: 'select-software',
      occurredAt: at('07-17'),
      actor: `${ID}90`,
      reason: null,
      documentNo: '112/SNV-CCVC',
      effective: true,
    },
    {
      actId: `${ID}02`,
      kind: 'approve',
      stage: 'select-software',
      occurredAt: at('07-18'),
      actor: `${ID}91`,
      reason: null,
      documentNo: null,
      effective: true,
    },
    {
      actId: `${ID}03`,
      kind: 'return',
      stage: 'update-records',
      occurredAt: at('08-28'),
      actor: `${ID}92`,
      reason: 'Còn hồ sơ ở xã đã sáp nhập.',
      documentNo: null,
      effective: true,
    },
    {
      actId: `${ID}04`,
      kind: 'submit',
      stage: 'update-records',
      occurredAt: at('08-29', 21),
      actor: `${ID}90`,
      reason: null,
      documentNo: '187/SNV-CCVC',
      effective: true,
    },
  ],
}

export const DONG_THAP_PROCESS: ReturnType<(typeof processView)['parse']> = {
  processId: `locality:${CAMPAIGN_ID}:H20`,
  openStage: 'update-records',
  held: false,
  ended: false,
  waitsFor: ['second-officer', 'intake-not-converted'],
  nextAt: at('08-30', 0),
  stages: DONG_THAP.stages,
}

export const DONG_THAP_NOTICES: ReturnType<(typeof noticeList)['parse']> = {
  notices: [
    {
      noticeId: `${ID}11`,
      kind: 'urging-letter',
      stage: 'update-records',
      number: 2,
      recipient: 'head-of-body',
      subject: 'Đôn đốc lần 2: Cập nhật hồ sơ theo đơn vị mới',
      text: 'Kính gửi Ủy ban nhân dân tỉnh Đồng Tháp.\nĐề nghị hoàn thành trước ngày 05/09/2025.',
      onDay: '2025-08-29',
      newDate: '2025-09-05',
      delivered: true,
    },
    {
      noticeId: `${ID}10`,
      kind: 'urging-letter',
      stage: 'update-records',
      number: 1,
      recipient: 'head-of-body',
      subject: 'Đôn đốc lần 1',
      text: 'Kính gửi Ủy ban nhân dân tỉnh Đồng Tháp.',
      onDay: '2025-08-22',
      newDate: '2025-08-29',
      delivered: false,
    },
  ],
  next: null,
}
