/**
 * Every reason for which this service says no, with its sentence in both languages. The code is part of the public
 * API and is never renamed. `{name}` is filled from the refusal's details, which hold codes, dates and counts only.
 */
export const REFUSALS = {
  'invalid-request': { en: 'The request is not valid.', vi: 'Yêu cầu không hợp lệ.' },
  'unsupported-media-type': {
    en: 'This content type is not accepted here.',
    vi: 'Kiểu nội dung này không được chấp nhận.',
  },
  'payload-too-large': { en: 'The request is too large.', vi: 'Yêu cầu quá lớn.' },
  'address-too-long': { en: 'The address is too long.', vi: 'Địa chỉ quá dài.' },
  'headers-too-large': { en: 'The headers are too large.', vi: 'Phần tiêu đề quá lớn.' },
  'request-incomplete': {
    en: 'The request stopped coming before its end; send it again with the same key.',
    vi: 'Yêu cầu bị ngừng trước khi gửi xong; hãy gửi lại với cùng khóa.',
  },
  'method-not-allowed': {
    en: 'This address does not know this method.',
    vi: 'Địa chỉ này không nhận phương thức này.',
  },
  unexpected: {
    en: 'Something unexpected went wrong; quote the request’s id.',
    vi: 'Đã xảy ra lỗi ngoài dự kiến; hãy báo kèm mã yêu cầu.',
  },
  'database-unreachable': {
    en: 'The database does not answer; repeat with the same key.',
    vi: 'Cơ sở dữ liệu không trả lời; hãy gửi lại với cùng khóa.',
  },
  'not-authenticated': { en: 'Log in first.', vi: 'Cần đăng nhập trước.' },
  'wrong-password': { en: 'Name or password is wrong.', vi: 'Tên hoặc mật khẩu không đúng.' },
  'too-many-log-ins': {
    en: 'Too many wrong passwords for this name; try again in {minutes} minutes.',
    vi: 'Sai mật khẩu quá nhiều lần với tên này; hãy thử lại sau {minutes} phút.',
  },
  'rehearsal-only': {
    en: 'Only a rehearsal lets anybody in without a password.',
    vi: 'Chỉ bản diễn tập mới cho đăng nhập không cần mật khẩu.',
  },
  'cross-site': {
    en: 'This request does not come from a page of this service.',
    vi: 'Yêu cầu không đến từ trang của hệ thống này.',
  },
  'two-credentials': {
    en: 'Send an access token or the cookie of a session, not both.',
    vi: 'Chỉ gửi mã truy cập hoặc cookie của phiên, không gửi cả hai.',
  },
  'action-not-allowed': { en: 'Your role may not do this.', vi: 'Vai trò của bạn không được làm việc này.' },
  'not-found': { en: 'There is no such thing.', vi: 'Không tìm thấy.' },
  'same-person': {
    en: 'A second person must do this; you did the first half.',
    vi: 'Phải do người thứ hai thực hiện; bạn đã làm phần đầu.',
  },
  'idempotency-key-missing': {
    en: 'Send an Idempotency-Key header of 8 to 200 visible characters.',
    vi: 'Hãy gửi tiêu đề Idempotency-Key dài từ 8 đến 200 ký tự.',
  },
  'idempotency-key-reused': {
    en: 'This Idempotency-Key was used for another request.',
    vi: 'Idempotency-Key này đã dùng cho một yêu cầu khác.',
  },
  'request-in-progress': {
    en: 'The same request is being handled; ask again shortly.',
    vi: 'Yêu cầu này đang được xử lý; hãy hỏi lại sau.',
  },
  'outcome-unknown': {
    en: 'The outcome is not known yet; repeat with the same key.',
    vi: 'Chưa biết kết quả; hãy gửi lại với cùng khóa.',
  },
  'wrong-mode': {
    en: 'This installation is in {mode} mode and can not do that.',
    vi: 'Bản cài đặt này ở chế độ {mode} nên không làm được.',
  },
  'unknown-template': {
    en: 'There is no campaign template of that name.',
    vi: 'Không có mẫu chiến dịch này.',
  },
  'unknown-locality': { en: 'Unknown body: {code}.', vi: 'Không rõ bộ, ngành, địa phương: {code}.' },
  'locality-in-other-campaign': {
    en: '{code} takes part in another running campaign.',
    vi: '{code} đang tham gia một chiến dịch khác.',
  },
  'campaign-not-running': { en: 'The campaign is not running.', vi: 'Chiến dịch không hoạt động.' },
  'campaign-date-order': {
    en: 'The dates of the stages are not in order at {stage}.',
    vi: 'Thời hạn các bước không theo thứ tự tại {stage}.',
  },
  'stage-not-open': { en: 'Stage {stage} is not open.', vi: 'Bước {stage} chưa mở hoặc đã xong.' },
  'stage-not-submitted': { en: 'Stage {stage} has not been submitted.', vi: 'Bước {stage} chưa được trình.' },
  'stage-takes-no-act': {
    en: 'Stage {stage} completes from its records; nobody submits or approves it.',
    vi: 'Bước {stage} tự hoàn thành theo dữ liệu, không cần trình hay duyệt.',
  },
  'stage-blocked': {
    en: 'Stage {stage} still lacks: {blockers}.',
    vi: 'Bước {stage} còn thiếu: {blockers}.',
  },
  'stage-already-done': { en: 'Stage {stage} is complete.', vi: 'Bước {stage} đã hoàn thành.' },
  'date-not-later': {
    en: 'The new date must be after {dueOn}.',
    vi: 'Thời hạn mới phải sau ngày {dueOn}.',
  },
  'process-held': { en: 'The process of {code} is on hold.', vi: 'Tiến trình của {code} đang tạm dừng.' },
  'process-not-held': {
    en: 'The process of {code} is not on hold.',
    vi: 'Tiến trình của {code} không tạm dừng.',
  },
  'process-ended': { en: 'The process has ended.', vi: 'Tiến trình đã kết thúc.' },
  'not-parked': {
    en: 'The process does not wait for this decision (any more).',
    vi: 'Tiến trình không (còn) chờ quyết định này.',
  },
  'file-empty': { en: 'The file has no line of data.', vi: 'Tệp không có dòng dữ liệu nào.' },
  'file-not-utf8': { en: 'Line {line}: the file is not UTF-8.', vi: 'Dòng {line}: tệp không phải UTF-8.' },
  'file-header': {
    en: 'Column {field} is missing, unknown or repeated in the header.',
    vi: 'Cột {field} thiếu, lạ hoặc lặp lại ở dòng tiêu đề.',
  },
  'file-shape': {
    en: 'Line {line}: the file can not be read as CSV ({rule}).',
    vi: 'Dòng {line}: không đọc được tệp CSV ({rule}).',
  },
  'line-too-long': { en: 'Line {line} is too long.', vi: 'Dòng {line} quá dài.' },
  'unknown-source': { en: 'The body has no such source system.', vi: 'Không có hệ thống nguồn này.' },
  'software-not-assessed': {
    en: 'The chosen software has not passed the assessment.',
    vi: 'Phần mềm được chọn chưa đạt đánh giá.',
  },
  'key-not-usable': {
    en: 'The connection key is not in a state that allows this.',
    vi: 'Khóa kết nối không ở trạng thái cho phép.',
  },
  'key-already-active': {
    en: 'Another connection key of {code} is active.',
    vi: '{code} đang có một khóa kết nối khác hoạt động.',
  },
  'unit-tree-invalid': {
    en: 'The unit tree has {count} faults; the first: line {line}, {field}, {rule}.',
    vi: 'Cây đơn vị có {count} lỗi; lỗi đầu: dòng {line}, {field}, {rule}.',
  },
  'unit-tree-missing': {
    en: '{code} has no accepted unit tree yet.',
    vi: '{code} chưa có cây đơn vị được chấp nhận.',
  },
  'nothing-to-sign': { en: 'No record waits for a signature.', vi: 'Không có hồ sơ nào chờ ký.' },
  'session-open': {
    en: 'Another signing session is open.',
    vi: 'Đang có một phiên ký khác.',
  },
  'session-not-open': { en: 'The signing session is not open.', vi: 'Phiên ký không mở.' },
  'nothing-signed': {
    en: 'There is no signed record to send.',
    vi: 'Không có hồ sơ đã ký để gửi.',
  },
  'slot-outside-window': {
    en: 'The slot must lie between {from} and {to}.',
    vi: 'Lịch phải nằm trong khoảng {from} đến {to}.',
  },
  'slot-taken': {
    en: 'The body already has a slot at that time.',
    vi: 'Đã có lịch đồng bộ vào thời gian này.',
  },
  'capacity-full': {
    en: 'The national capacity of {day} is used up.',
    vi: 'Năng lực tiếp nhận ngày {day} đã hết.',
  },
  'window-not-parked': {
    en: 'The sync window is not parked.',
    vi: 'Đợt đồng bộ không ở trạng thái chờ xử lý.',
  },
  'retry-set-empty': {
    en: 'No parked window is left to be retried among those that were asked for.',
    vi: 'Không còn đợt chờ xử lý nào để chạy tiếp trong phạm vi đã chọn.',
  },
  'retry-set-too-large': {
    en: '{windows} windows are more than {max}: choose bodies or reasons.',
    vi: '{windows} đợt vượt quá {max}: hãy chọn theo cơ quan hoặc nguyên nhân.',
  },
  'retry-set-changed': {
    en: 'Since the preview {added} windows came in, {removed} left and {changed} changed: preview again.',
    vi: 'Từ lúc xem trước đã thêm {added} đợt, bớt {removed} đợt, đổi {changed} đợt: hãy xem trước lại.',
  },
  'retry-preview-expired': {
    en: 'The preview is older than {minutes} minutes: preview again.',
    vi: 'Bản xem trước đã quá {minutes} phút: hãy xem trước lại.',
  },
  'retry-not-running': {
    en: 'The retry is not running: it was not confirmed, or it is complete.',
    vi: 'Lần chạy tiếp không hoạt động: chưa được xác nhận hoặc đã xong.',
  },
  'match-day-not-open': {
    en: '{day} can not be matched yet.',
    vi: 'Chưa thể đối khớp ngày {day}.',
  },
} as const satisfies Record<string, { readonly en: string; readonly vi: string }>
export type RefusalCode = keyof typeof REFUSALS
export type RefusalDetails = Readonly<Record<string, string | number | readonly string[]>>

export function isRefusalCode(value: unknown): value is RefusalCode {
  return typeof value === 'string' && Object.hasOwn(REFUSALS, value)
}

/** A rule said no. Expected, safe to show to the person who asked, and pointless to retry unchanged. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly code: RefusalCode
  /** Codes, dates and counts that fill the sentence, ids that name what it is about; never anything personal. */
  readonly details: RefusalDetails

  constructor(code: RefusalCode, details: RefusalDetails = {}) {
    super(code)
    this.code = code
    this.details = details
  }
}

/** The sentence of a refusal in Vietnamese or English. */
export function explain(code: RefusalCode, details: RefusalDetails, language: 'vi' | 'en'): string {
  return REFUSALS[code][language].replaceAll(/\{(\w+)\}/g, (_hole, name: string) =>
    String(details[name] ?? '…'),
  )
}
