/** `personal`: sealed wherever it is kept; all values of a record are. The class says what may ever be shown unmasked. */
export interface RecordField {
  readonly name: string
  readonly vi: string
  readonly kind: 'text' | 'personal-id' | 'gender' | 'birth-date' | 'date' | 'unit' | 'rank' | 'coefficient'
  readonly personal: boolean
  readonly mandatory: boolean
  readonly lengthMax: number
}

const field = (
  name: string,
  vi: string,
  kind: RecordField['kind'] = 'text',
  more: Partial<Pick<RecordField, 'personal' | 'mandatory' | 'lengthMax'>> = {},
): RecordField => ({ name, vi, kind, personal: false, mandatory: false, lengthMax: 200, ...more })

/** The record file of this product, column by column in its order; the Vietnamese label is accepted as a column's name. */
export const RECORD_FIELDS = [
  field('record_code', 'Mã hồ sơ', 'text', { mandatory: true, lengthMax: 100 }),
  field('personal_id', 'Số định danh cá nhân', 'personal-id', {
    personal: true,
    mandatory: true,
    lengthMax: 20,
  }),
  field('full_name', 'Họ và tên', 'text', { personal: true, mandatory: true, lengthMax: 100 }),
  field('birth_date', 'Ngày sinh', 'birth-date', { personal: true, mandatory: true, lengthMax: 10 }),
  field('gender', 'Giới tính', 'gender', { personal: true, mandatory: true, lengthMax: 20 }),
  field('ethnicity', 'Dân tộc', 'text', { personal: true, lengthMax: 50 }),
  field('religion', 'Tôn giáo', 'text', { personal: true, lengthMax: 50 }),
  field('home_town', 'Quê quán', 'text', { personal: true, lengthMax: 300 }),
  field('permanent_address', 'Nơi thường trú', 'text', { personal: true, lengthMax: 300 }),
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
  field('party_joined_on', 'Ngày vào Đảng', 'date', { personal: true, lengthMax: 10 }),
  field('party_official_on', 'Ngày chính thức', 'date', { personal: true, lengthMax: 10 }),
  field('recruited_on', 'Ngày tuyển dụng', 'date', { lengthMax: 10 }),
  field('recruited_by', 'Cơ quan tuyển dụng'),
  field('social_insurance_no', 'Số sổ BHXH', 'text', { personal: true, lengthMax: 20 }),
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
    vi: 'Ngày sinh phải là yyyy, yyyy-mm hoặc yyyy-mm-dd',
    en: 'The birth date must be yyyy, yyyy-mm or yyyy-mm-dd',
  },
  'birth-date-impossible': { vi: 'Ngày sinh không thể có', en: 'The birth date is impossible' },
  'date-shape': { vi: 'Ngày phải có dạng yyyy-mm-dd', en: 'The date must be yyyy-mm-dd' },
  'rank-code-shape': { vi: 'Mã ngạch không đúng dạng', en: 'The rank code is not well formed' },
  'salary-coefficient-shape': {
    vi: 'Hệ số lương không đúng dạng',
    en: 'The salary coefficient is not well formed',
  },
  'unit-code-shape': { vi: 'Mã đơn vị không đúng dạng', en: 'The unit code is not well formed' },
  'unit-unknown': { vi: 'Đơn vị không có trong cây đơn vị', en: 'The unit is not in the unit tree' },
  'unit-closed-ambiguous': {
    vi: 'Đơn vị cũ có nhiều đơn vị kế thừa, cần chọn',
    en: 'The closed unit has several successors; one must be chosen',
  },
  'duplicate-in-file': { vi: 'Mã hồ sơ lặp lại trong tệp', en: 'The record code is repeated in the file' },
  'duplicate-person': { vi: 'Người này đã có hồ sơ khác', en: 'This person already has another record' },
} as const satisfies Record<string, { readonly vi: string; readonly en: string }>
export type RecordRule = keyof typeof RULES

/** What is worth a look and no reason to refuse: people's ids and birth dates may have been corrected. */
export const WARNINGS = [
  'personal-id-province',
  'personal-id-gender',
  'personal-id-year',
  'rank-code-unusual',
] as const
export type RecordWarning = (typeof WARNINGS)[number]
