import { toDayMonthYear, type HanoiDate } from './hanoi-time.ts'
import type { Stage } from './stages.ts'

/** The stages as the letter names them. */
export const STAGE_NAMES = {
  'select-software': {
    vi: 'Lựa chọn phần mềm, rà soát khóa kết nối',
    en: 'Select software, review connection keys',
  },
  'build-unit-codes': { vi: 'Xây dựng mã định danh đơn vị', en: 'Build unit codes' },
  'update-records': { vi: 'Cập nhật hồ sơ theo đơn vị mới', en: 'Update records to the new units' },
  'sign-records': { vi: 'Ký số hồ sơ', en: 'Sign records' },
  'schedule-sync': { vi: 'Đăng ký lịch đồng bộ', en: 'Book a synchronisation slot' },
  'sync-records': { vi: 'Đồng bộ hồ sơ', en: 'Synchronise records' },
  'match-daily': { vi: 'Đối khớp hằng ngày', en: 'Match every day' },
} as const satisfies Record<Stage, { readonly vi: string; readonly en: string }>

export const NOTICE_KINDS = [
  'reminder',
  'overdue',
  'urging-letter',
  'escalation',
  'amendment',
  'daily-report',
] as const
export type NoticeKind = (typeof NOTICE_KINDS)[number]

/** Offices, never persons. */
export type Recipient = 'record-officers' | 'head-of-body' | 'ministry-leadership'

export interface NoticeText {
  readonly recipient: Recipient
  readonly subject: string
  readonly text: string
}

interface About {
  readonly localityNameVi: string
  readonly stage: Stage
  /** The last day that is (or was) on time. */
  readonly lastDay: HanoiDate
  readonly documentNo: string
}

/** A reminder, so many working days before the last day. */
export function reminder(
  { localityNameVi, stage, lastDay, documentNo }: About,
  workingDays: number,
): NoticeText {
  const name = STAGE_NAMES[stage].vi
  return {
    recipient: 'record-officers',
    subject: `Nhắc việc: còn ${workingDays} ngày làm việc để hoàn thành "${name}"`,
    text: `Kính gửi ${localityNameVi}. Theo Công văn số ${documentNo}, việc "${name}" cần hoàn thành chậm nhất ngày ${toDayMonthYear(lastDay)}. Đề nghị quý cơ quan hoàn thành đúng hạn.`,
  }
}

export function overdueNotice({ localityNameVi, stage, lastDay, documentNo }: About): NoticeText {
  const name = STAGE_NAMES[stage].vi
  return {
    recipient: 'record-officers',
    subject: `Quá hạn: "${name}"`,
    text: `Kính gửi ${localityNameVi}. Việc "${name}" theo Công văn số ${documentNo} đã quá hạn ngày ${toDayMonthYear(lastDay)}. Đề nghị tiếp tục thực hiện và hoàn thành sớm nhất.`,
  }
}

/** A numbered letter; the new date that it names moves nothing. */
export function urgingLetter(about: About, number: number, newDate: HanoiDate): NoticeText {
  const name = STAGE_NAMES[about.stage].vi
  return {
    recipient: 'head-of-body',
    subject: `Công văn đôn đốc lần ${number}: "${name}"`,
    text: `Kính gửi Thủ trưởng ${about.localityNameVi}. Đến nay quý cơ quan chưa hoàn thành việc "${name}" theo Công văn số ${about.documentNo} (hạn ngày ${toDayMonthYear(about.lastDay)}). Đây là lần đôn đốc thứ ${number}. Bộ Nội vụ đề nghị hoàn thành trước ngày ${toDayMonthYear(newDate)} và báo cáo kết quả.`,
  }
}

export function escalationNotice({ localityNameVi, stage, lastDay, documentNo }: About): NoticeText {
  const name = STAGE_NAMES[stage].vi
  return {
    recipient: 'ministry-leadership',
    subject: `Báo cáo chậm tiến độ: ${localityNameVi}, "${name}"`,
    text: `${localityNameVi} chưa hoàn thành việc "${name}" theo Công văn số ${documentNo}, hạn ngày ${toDayMonthYear(lastDay)}. Kính báo cáo để chỉ đạo.`,
  }
}
