import { z } from 'zod'
import { retryBody, retryView, windowList } from '../api/contract/sync-windows.ts'
import { readNewestCampaign } from './campaigns-newest.ts'
import { check, dayArgument, type Group } from './commands.ts'
import { EXIT } from './exit-codes.ts'
import { orderEach } from './items.ts'
import { retryAllCommand } from './retries.ts'
import { showCount, showDayOf, showInstant, type Sentence } from './language.ts'
import { showTable } from './tables.ts'
import type { Terminal } from './terminal.ts'

type Window = z.infer<typeof windowList>['windows'][number]

const WINDOWS_MAX = 200
const STATES = {
  waiting: { vi: 'chờ đến lịch', en: 'waiting' },
  sending: { vi: 'đang gửi', en: 'sending' },
  parked: { vi: 'chờ xử lý', en: 'parked' },
  complete: { vi: 'xong', en: 'complete' },
} as const satisfies Record<Window['state'], Sentence>

export function syncWindowCommands(root: Group): void {
  const windows = root.group('windows', { vi: 'đợt đồng bộ', en: 'sync windows' })
  windows.command({
    usage: 'list',
    says: { vi: 'các đợt đồng bộ, mới nhất trước', en: 'sync windows, newest first' },
    options: [
      ['--campaign <id>', { vi: 'chiến dịch; mặc định mới nhất', en: 'the campaign; by default the newest' }],
    ],
    given: z.object({ campaign: z.uuid().optional() }),
    async act(session, { campaign }) {
      const id = campaign ?? (await readNewestCampaign(session))
      session.showAll(await session.api.pages(windowList, `/campaigns/${id}/sync-windows`), (pages) =>
        describeWindows(
          pages.flatMap((page) => page.windows),
          session.terminal,
        ),
      )
      return EXIT.done
    },
  })
  windows.command({
    usage: 'retry <windowId...>',
    says: {
      vi: 'cho đợt đang chờ xử lý chạy tiếp; chỉ gửi phần chưa được xác nhận',
      en: 'let parked windows go on; only what was not acknowledged is sent',
    },
    options: [
      ['--reason <text>', { vi: 'lý do', en: 'the reason' }, 'required'],
      ['--day <day>', { vi: 'ngày gửi nếu lịch cũ đã qua', en: 'day to send on where the slot is over' }],
    ],
    given: z.object({
      windowId: z.array(z.uuid()).min(1).max(WINDOWS_MAX),
      reason: z.string(),
      day: dayArgument.optional(),
    }),
    async act(session, { windowId, reason, day }) {
      const { api, terminal } = session
      const typed = { reason, ...(day === undefined ? {} : { day }) }
      const body = check(retryBody, typed, terminal.language)
      return orderEach(session, {
        title: { vi: 'Đợt đồng bộ', en: 'Window' },
        ids: [...new Set(windowId)],
        order: (id) => api.post(retryView, `/sync-windows/${id}/retry`, body),
        describe: ({ opensAt, pending }) =>
          terminal.pick({
            vi: `gửi ${showCount(pending, 'vi')} hồ sơ từ ${showInstant(opensAt)}`,
            en: `${showCount(pending, 'en')} records are sent from ${showInstant(opensAt)} on`,
          }),
      })
    },
  })
  retryAllCommand(windows)
}

function describeWindows(windows: readonly Window[], { pick, language }: Terminal): string {
  const count = (title: Sentence, of: (window: Window) => number | null) => ({
    title: pick(title),
    cell: (window: Window) => {
      const found = of(window)
      return found === null ? '–' : showCount(found, language)
    },
    align: 'right' as const,
  })
  return showTable(
    [
      { title: pick({ vi: 'Đợt đồng bộ', en: 'Window' }), cell: ({ windowId }) => windowId },
      { title: pick({ vi: 'Cơ quan', en: 'Body' }), cell: ({ localityCode }) => localityCode },
      { title: pick({ vi: 'Ngày', en: 'Day' }), cell: ({ opensAt }) => showDayOf(opensAt) },
      { title: pick({ vi: 'Trạng thái', en: 'State' }), cell: ({ state }) => pick(STATES[state]) },
      { title: pick({ vi: 'Vì sao', en: 'Why' }), cell: ({ parkedReason }) => parkedReason ?? '' },
      count({ vi: 'Hồ sơ', en: 'Items' }, ({ items }) => items),
      count({ vi: 'Chấp nhận', en: 'Accepted' }, ({ accepted }) => accepted),
      count({ vi: 'Từ chối', en: 'Rejected' }, ({ rejected }) => rejected),
      count({ vi: 'Còn lại', en: 'Pending' }, ({ pending }) => pending),
    ],
    windows,
  )
}
