export type FieldKind =
  | 'text'
  | 'personal-id'
  | 'gender'
  | 'birth-date'
  | 'date'
  | 'unit'
  | 'rank'
  | 'coefficient'

export interface RecordField {
  readonly name: string
  /** The Vietnamese label, accepted as the column's name. */
  readonly vi: string
  readonly kind: FieldKind
  /**
   * P3: personal, shown masked unless a purpose is named. P2: a career's code or title, which tells nothing without its
   * person. Both are sealed wherever a record is kept.
   */
  readonly dataClass: 'P3' | 'P2'
  readonly mandatory: boolean
  /** In UTF-16 code units of the cleaned value. */
  readonly lengthMax: number
}

const field = (
  name: string,
  vi: string,
  kind: RecordField['kind'] = 'text',
  more: Partial<Pick<RecordField, 'dataClass' | 'mandatory' | 'lengthMax'>> = {},
): RecordField => ({ name, vi, kind, dataClass: 'P2', mandatory: false, lengthMax: 200, ...more })

/** The record file of this product, column by column in its order; the Vietnamese label is accepted as a column's name. */
export const RECORD_FIELDS = [
  field('record_code', 'Mã hồ sơ', 'text', { mandatory: true, lengthMax: 100 }),
  field('personal_id', 'Số định danh cá nhân', 'personal-id', {
    dataClass: 'P3',
    mandatory: true,
    lengthMax: 20,
  }),
  field('full_name', 'Họ và tên', 'text', { dataClass: 'P3', mandatory: true, lengthMax: 100 }),
  field('birth_date', 'Ngày sinh', 'birth-date', { dataClass: 'P3', mandatory: true, lengthMax: 10 }),
  field('gender', 'Giới tính', 'gender', { dataClass: 'P3', mandatory: true, lengthMax: 20 }),
  field('ethnicity', 'Dân tộc', 'text', { dataClass: 'P3', lengthMax: 50 }),
  field('religion', 'Tôn giáo', 'text', { dataClass: 'P3', lengthMax: 50 }),
  field('home_town', 'Quê quán', 'text', { dataClass: 'P3', lengthMax: 300 }),
  field('permanent_address', 'Nơi thường trú', 'text', { dataClass: 'P3', lengthMax: 300 }),
  field('unit_code', 'Mã đơn vị', 'unit', { mandatory: true, lengthMax: 35 }),
  field('position', 'Chức vụ'),
  field('job_title', 'Chức danh'),
  field('rank_code', 'Mã ngạch', 'rank', { lengthMax: 20 }),
  field('salary_grade', 'Bậc lương', 'text', { lengthMax: 10 }),
  field('salary_coefficient', 'Hệ số lương', 'coefficient', { lengthMax: 6 }),
  field('salary_from', 'Ngày hưởng lương', 'date', { lengthMax: 10 }),
  field('general_education', 'Giáo dục phổ thông', 'text', { lengthMax: 50 }),
  field('professional_education', 'Trình độ chuyên môn'),
  field('political_theory', 'Lý luận chính trị', 'text', { lengthMax: 50 }),
  field('party_joined_on', 'Ngày vào Đảng', 'date', { dataClass: 'P3', lengthMax: 10 }),
  field('party_official_on', 'Ngày chính thức', 'date', { dataClass: 'P3', lengthMax: 10 }),
  field('recruited_on', 'Ngày tuyển dụng', 'date', { lengthMax: 10 }),
  field('recruited_by', 'Cơ quan tuyển dụng'),
  field('social_insurance_no', 'Số sổ BHXH', 'text', { dataClass: 'P3', lengthMax: 20 }),
  field('updated_on', 'Ngày cập nhật', 'date', { lengthMax: 10 }),
] as const satisfies readonly RecordField[]

/** Columns of a rejects file that precede the original ones; ignored on upload, so that a mended file can be sent as it is. */
export const REJECT_COLUMNS = ['line', 'field', 'rule', 'message_vi', 'message_en'] as const

/** Why a line is not accepted. The messages name no value. */
export const RULES = {
  'columns-missing': { vi: 'Dòng có ít cột hơn tiêu đề', en: 'The line has fewer columns than the header' },
  'columns-surplus': { vi: 'Dòng có nhiều cột hơn tiêu đề', en: 'The line has more columns than the header' },
  missing: { vi: 'Thiếu giá trị bắt buộc', en: 'A mandatory value is missing' },
  'too-long': { vi: 'Giá trị quá dài', en: 'The value is too long' },
  'text-not-well-formed': { vi: 'Ký tự không hợp lệ', en: 'The text holds characters that are not text' },
  'personal-id-lost-zero': {
    vi: 'Số định danh có 11 chữ số, có thể mất số 0 đầu',
    en: 'The personal id has 11 digits; a leading zero may be lost',
  },
  'personal-id-legacy': {
    vi: 'Số CMND 9 chữ số; cần số định danh 12 chữ số',
    en: 'A legacy id of 9 digits; the 12-digit id is needed',
  },
  'personal-id-shape': { vi: 'Số định danh phải có 12 chữ số', en: 'The personal id must have 12 digits' },
  'gender-unknown': { vi: 'Giới tính phải là nam hoặc nữ', en: 'The gender must be male or female' },
  'birth-date-shape': {
    vi: 'Ngày sinh phải là ngày có thật, dạng yyyy-mm-dd, yyyy-mm hoặc yyyy',
    en: 'The birth date must be a real day, month or year as yyyy-mm-dd, yyyy-mm or yyyy',
  },
  'birth-date-impossible': {
    vi: 'Ngày sinh ở tương lai hoặc trước năm 1900',
    en: 'The birth date lies in the future or before 1900',
  },
  'date-shape': {
    vi: 'Ngày phải có thật, từ năm 1900, dạng yyyy-mm-dd',
    en: 'The date must be a real day since 1900 as yyyy-mm-dd',
  },
  'rank-code-shape': {
    vi: 'Mã ngạch không đúng dạng, ví dụ 01.003 hoặc V.07.04.32',
    en: 'The rank code is not well formed, for example 01.003 or V.07.04.32',
  },
  'salary-coefficient-shape': {
    vi: 'Hệ số lương phải là số như 4.74',
    en: 'The salary coefficient must be a number such as 4.74',
  },
  'unit-code-shape': {
    vi: 'Mã đơn vị không đúng dạng, ví dụ H26.01',
    en: 'The unit code is not well formed, for example H26.01',
  },
  'unit-unknown': { vi: 'Đơn vị không có trong cây đơn vị', en: 'The unit is not in the unit tree' },
  'unit-closed-ambiguous': {
    vi: 'Đơn vị cũ có nhiều đơn vị kế thừa, cần chọn',
    en: 'The closed unit has several successors; one must be chosen',
  },
  'duplicate-in-file': { vi: 'Mã hồ sơ lặp lại trong tệp', en: 'The record code is repeated in the file' },
  'duplicate-person': { vi: 'Người này đã có hồ sơ khác', en: 'This person already has another record' },
} as const satisfies Record<string, { readonly vi: string; readonly en: string }>
export type RecordRule = keyof typeof RULES

/** What is worth a look and no reason to refuse: people's ids and birth dates may have been put right. */
export const WARNINGS = {
  'personal-id-province': {
    vi: 'Ba chữ số đầu của số định danh không phải mã tỉnh đã biết',
    en: 'The first three digits of the personal id are no known province',
  },
  'personal-id-gender': {
    vi: 'Số định danh và giới tính không khớp',
    en: 'The personal id tells another gender',
  },
  'personal-id-year': {
    vi: 'Số định danh và năm sinh không khớp',
    en: 'The personal id tells another year of birth',
  },
  'rank-code-unusual': { vi: 'Mã ngạch ít gặp', en: 'The rank code has an unusual form' },
} as const satisfies Record<string, { readonly vi: string; readonly en: string }>
export type RecordWarning = keyof typeof WARNINGS
