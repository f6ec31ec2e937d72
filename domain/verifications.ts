/**
 * Everything that a verification can find, with its sentence in both languages. A rule speaks about one subject: a record
 * (source code + `/` + record code) and its version, a page of an intake, a window, a session, a stage, an audit entry.
 */
export const VERIFICATION_RULES = {
  'page-missing': {
    vi: 'lần nộp thiếu trang so với lúc nhận',
    en: 'the intake has not the pages and rows with which it was received',
  },
  'page-not-converted': {
    vi: 'trang chưa có kết quả dù lần nộp đã chuyển đổi xong',
    en: 'the page has no outcome although its intake is converted',
  },
  'accepted-line-lost': {
    vi: 'số dòng được chấp nhận khác số nội dung lưu giữ',
    en: 'the page has other contents than accepted lines',
  },
  'rejected-line-lost': {
    vi: 'số dòng bị từ chối khác số lý do lưu giữ',
    en: 'the page has other reasons than rejected lines',
  },
  'record-without-version': { vi: 'hồ sơ không có phiên bản', en: 'the record has no version' },
  'version-gap': {
    vi: 'thiếu phiên bản đứng trước',
    en: 'the version before this one is missing',
  },
  'current-not-newest': {
    vi: 'phiên bản hiện hành không phải mới nhất',
    en: 'the current version is not the newest',
  },
  'current-differs': {
    vi: 'hồ sơ khác với phiên bản hiện hành',
    en: 'the record differs from its current version',
  },
  'version-without-content': { vi: 'phiên bản không có nội dung', en: 'the version has no content' },
  'content-without-version': {
    vi: 'nội dung không thuộc phiên bản nào',
    en: 'the content belongs to no version',
  },
  'content-altered': {
    vi: 'nội dung không mở được hoặc khác mã băm',
    en: 'the content can not be opened or differs from its hash',
  },
  'version-altered': {
    vi: 'mã băm phiên bản khác nội dung và đơn vị',
    en: 'the leaf of the version differs from its content and unit',
  },
  'orphan-version': { vi: 'phiên bản không có hồ sơ', en: 'the version has no record' },
  'orphan-content': { vi: 'nội dung không có hồ sơ', en: 'the content has no record' },
  'signed-leaf-differs': {
    vi: 'phiên bản khác với nội dung đã ký',
    en: 'the version differs from what was signed',
  },
  'session-altered': {
    vi: 'phiên ký không còn khớp gốc Merkle hoặc bản kê đã ký',
    en: 'the session no longer gives the root or the manifest that was signed',
  },
  'signature-not-valid': {
    vi: 'chữ ký không hợp lệ với bản kê',
    en: 'the signature is not valid for the manifest',
  },
  'sent-unsigned': {
    vi: 'phiên bản trong đợt đồng bộ chưa được ký',
    en: 'a version of the window is not covered by a signature',
  },
  'window-items-lost': {
    vi: 'đợt đồng bộ không còn đủ hồ sơ như khi lập',
    en: 'the window has not the number of versions with which it was prepared',
  },
  'window-not-finished': {
    vi: 'đợt đã xong nhưng còn hồ sơ chờ',
    en: 'the window is complete and a version is still pending',
  },
  'signed-not-sent': {
    vi: 'phiên bản hiện hành đã ký không nằm trong đợt đã xong',
    en: 'a signed current version is in none of its session’s windows',
  },
  'accepted-not-applied': {
    vi: 'đã được xác nhận nhưng không có trong nhật ký bên nhận',
    en: 'acknowledged, and not in the receiver’s journal',
  },
  'applied-twice': {
    vi: 'bên nhận ghi nhận nhiều lần',
    en: 'in the receiver’s journal more than once',
  },
  'applied-differs': {
    vi: 'bên nhận giữ nội dung hoặc biên nhận khác',
    en: 'the receiver has another content or receipt',
  },
  'applied-not-sent': {
    vi: 'có trong nhật ký bên nhận nhưng ta chưa gửi',
    en: 'in the receiver’s journal, and not sent by us',
  },
  'applied-and-rejected': {
    vi: 'bên nhận đã ghi nhận nhưng ta coi là bị từ chối',
    en: 'in the receiver’s journal, and rejected with us',
  },
  'stage-without-evidence': {
    vi: 'bước đã hoàn thành nhưng không có dữ liệu chứng minh',
    en: 'the stage is done, and no row shows why',
  },
  'stage-out-of-order': {
    vi: 'bước hoàn thành trước bước đứng trước',
    en: 'the stage is done before the one that precedes it',
  },
  'stages-not-shown': { vi: 'bảng điều hành thiếu bước', en: 'the board lacks a stage of the body' },
  'audit-entry-missing': {
    vi: 'thiếu mục nhật ký kiểm toán',
    en: 'an audit entry before this one is missing',
  },
  'audit-entry-altered': { vi: 'mục nhật ký kiểm toán bị sửa', en: 'the audit entry was altered' },
  'audit-chain-broken': { vi: 'chuỗi kiểm toán bị đứt', en: 'the audit chain is broken here' },
} as const satisfies Record<string, { readonly vi: string; readonly en: string }>
export type VerificationRule = keyof typeof VERIFICATION_RULES

export function isVerificationRule(value: string): value is VerificationRule {
  return Object.hasOwn(VERIFICATION_RULES, value)
}

/** The ministry’s own part of a verification: what belongs to no body. */
export const NATIONAL = 'national'

export interface Finding {
  readonly rule: VerificationRule
  readonly subject: string
  readonly versionNo: number | null
  readonly windowId: string | null
}

/** Of one rule and body so many are named; all are counted. */
export const FINDINGS_MAX = 10_000

/** What was looked at, by kind; and what was found, by rule. */
export type Counts = Readonly<Record<string, number>>

/** Clean only where every part was looked at and nothing was found; incomplete where a part could not be looked at. */
export function outcomeOf(
  parts: readonly { readonly found: Counts; readonly problem: string | null }[],
): 'clean' | 'found' | 'incomplete' {
  if (parts.some(({ found }) => Object.keys(found).length > 0)) return 'found'
  return parts.some(({ problem }) => problem !== null) ? 'incomplete' : 'clean'
}
