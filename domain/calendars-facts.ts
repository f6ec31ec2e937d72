import type { CalendarDay } from './calendars.ts'

const NOTICE_2025 = 'Thông báo 6150/TB-BLĐTBXH (3 Dec 2024): public holidays of 2025'
const NOTICE_2026 = 'Thông báo 9441/TB-BNV (2025): public holidays of 2026'
const LABOUR_CODE = 'Labour Code 45/2019/QH14, article 112'
const CULTURE_DAY = 'Resolution 28/2026/QH16: 24 November, Day of Vietnamese Culture'

type Row = readonly [day: string, kind: CalendarDay['kind'], nameVi: string, nameEn: string, source: string]

const TET_2025: readonly Row[] = ['27', '28', '29', '30', '31'].map((day) => [
  `2025-01-${day}`,
  'holiday',
  'Tết Nguyên đán',
  'Lunar New Year',
  NOTICE_2025,
])
const TET_2026: readonly Row[] = ['16', '17', '18', '19', '20'].map((day) => [
  `2026-02-${day}`,
  'holiday',
  'Tết Nguyên đán',
  'Lunar New Year',
  NOTICE_2026,
])

const ROWS: readonly Row[] = [
  ['2025-01-01', 'holiday', 'Tết Dương lịch', 'New Year', LABOUR_CODE],
  ...TET_2025,
  ['2025-04-07', 'holiday', 'Giỗ Tổ Hùng Vương', 'Hùng Kings’ Day', NOTICE_2025],
  ['2025-04-26', 'make-up', 'Làm bù cho ngày 2/5', 'Made up for 2 May', NOTICE_2025],
  ['2025-04-30', 'holiday', 'Ngày Chiến thắng', 'Reunification Day', LABOUR_CODE],
  ['2025-05-01', 'holiday', 'Ngày Quốc tế Lao động', 'Labour Day', LABOUR_CODE],
  ['2025-05-02', 'swapped', 'Nghỉ hoán đổi', 'Day off, made up on 26 April', NOTICE_2025],
  ['2025-08-30', 'break', 'Nghỉ lễ Quốc khánh', 'National Day break', NOTICE_2025],
  ['2025-08-31', 'break', 'Nghỉ lễ Quốc khánh', 'National Day break', NOTICE_2025],
  ['2025-09-01', 'holiday', 'Nghỉ lễ Quốc khánh', 'National Day holiday', NOTICE_2025],
  ['2025-09-02', 'holiday', 'Quốc khánh', 'National Day', LABOUR_CODE],
  ['2026-01-01', 'holiday', 'Tết Dương lịch', 'New Year', LABOUR_CODE],
  ['2026-01-02', 'swapped', 'Nghỉ hoán đổi', 'Day off, made up on 10 January', NOTICE_2026],
  ['2026-01-10', 'make-up', 'Làm bù cho ngày 2/1', 'Made up for 2 January', NOTICE_2026],
  ...TET_2026,
  ['2026-04-26', 'holiday', 'Giỗ Tổ Hùng Vương', 'Hùng Kings’ Day', NOTICE_2026],
  ['2026-04-27', 'holiday', 'Nghỉ bù Giỗ Tổ Hùng Vương', 'In lieu of Hùng Kings’ Day', NOTICE_2026],
  ['2026-04-30', 'holiday', 'Ngày Chiến thắng', 'Reunification Day', LABOUR_CODE],
  ['2026-05-01', 'holiday', 'Ngày Quốc tế Lao động', 'Labour Day', LABOUR_CODE],
  ['2026-08-22', 'make-up', 'Làm bù cho ngày 31/8', 'Made up for 31 August', NOTICE_2026],
  ['2026-08-31', 'swapped', 'Nghỉ hoán đổi', 'Day off, made up on 22 August', NOTICE_2026],
  ['2026-09-01', 'holiday', 'Nghỉ lễ Quốc khánh', 'National Day holiday', NOTICE_2026],
  ['2026-09-02', 'holiday', 'Quốc khánh', 'National Day', LABOUR_CODE],
  ['2026-11-24', 'holiday', 'Ngày Văn hóa Việt Nam', 'Day of Vietnamese Culture', CULTURE_DAY],
]

/** The days of 2025 and 2026 that are not what their weekday says. The ministry keeps the list; notices come yearly. */
export const CALENDAR_FACTS: readonly CalendarDay[] = ROWS.map(([day, kind, nameVi, nameEn, source]) => ({
  day,
  kind,
  nameVi,
  nameEn,
  source,
  // The notices were read in the press, not in the original; the swap of 2026 stands in two sources.
  confirmed: source === LABOUR_CODE,
}))
