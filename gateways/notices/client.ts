import { ask, type GatewayOptions } from '../request.ts'
import { noticeView, type NoticeRequest } from './contract.ts'

const SYSTEM = 'Notice channel'

export interface NoticeChannel {
  /** Delivers a notice; repeated with the same id it is received once. */
  readonly send: (notice: NoticeRequest) => Promise<void>
}

export const createNoticeChannel = (options: GatewayOptions): NoticeChannel => ({
  async send(notice) {
    const answer = await ask(SYSTEM, options, {
      method: 'POST',
      path: '/v1/notices',
      body: notice,
      idempotencyKey: notice.noticeId,
    })
    noticeView.parse(answer)
  },
})
