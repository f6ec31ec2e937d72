import { setTimeout as rest } from 'node:timers/promises'
import { z } from 'zod'
import {
  bulkRetryList,
  bulkRetryView,
  retryItemList,
  retryOrderBody,
  retryPreviewBody,
  retryPreviewView,
} from '../api/contract/retries.ts'
import type { Answer } from './answers.ts'
import { readNewestCampaign } from './campaigns-newest.ts'
import { check, codesArgument, type Group } from './commands.ts'
import { EXIT, Stop, type ExitCode } from './exit-codes.ts'
import { showCount, showInstant, type Sentence } from './language.ts'
import type { Session } from './session.ts'
import { showFacts, showTable, type Column } from './tables.ts'
import { showBar, tenth, type Terminal } from './terminal.ts'

type Preview = z.infer<typeof retryPreviewView>
type Retry = z.infer<typeof bulkRetryView>
type Item = z.infer<typeof retryItemList>['items'][number]

const LOOK_AGAIN_AFTER_MS = 500
const DONE_WITHIN_MS = 4 * 3_600_000
const STATES = {
  previewed: { vi: 'chưa xác nhận', en: 'not confirmed' },
  running: { vi: 'đang chạy', en: 'running' },
  paused: { vi: 'tạm dừng', en: 'paused' },
  completed: { vi: 'đã xong', en: 'completed' },
} as const satisfies Record<Retry['state'], Sentence>
const CLASSES = {
  'retry-mends': { vi: 'chạy tiếp là đủ', en: 'going on is enough' },
  'mend-first': { vi: 'cần xử lý trước', en: 'needs mending first' },
  unknown: { vi: 'chưa rõ', en: 'not known' },
} as const satisfies Record<Preview['reasons'][number]['class'], Sentence>

const retryAllGiven = z.object({
  campaign: z.uuid().optional(),
  bodies: codesArgument.optional(),
  reasons: z
    .string()
    .transform((text) => text.split(',').filter((reason) => reason.trim() !== ''))
    .optional(),
  perMinute: z.coerce.number().optional(),
  reason: z.string(),
  yes: z.boolean().default(false),
  wait: z.boolean().default(true),
})

/** `dongbo windows retry-all` */
export function retryAllCommand(windows: Group): void {
  windows.command({
    usage: 'retry-all',
    says: {
      vi: 'xem trước, xác nhận và cho mọi đợt đang chờ xử lý chạy tiếp; chỉ gửi phần chưa được xác nhận',
      en: 'preview, confirm and let all parked windows go on; only what was not acknowledged is sent',
    },
    options: [
      ['--campaign <id>', { vi: 'chiến dịch; mặc định mới nhất', en: 'the campaign; by default the newest' }],
      ['--bodies <codes>', { vi: 'chỉ các cơ quan này: H26,G09', en: 'of these bodies only: H26,G09' }],
      ['--reasons <codes>', { vi: 'chỉ các nguyên nhân này', en: 'parked for these reasons only' }],
      ['--per-minute <count>', { vi: 'tối đa mỗi phút (60)', en: 'so many a minute at most (60)' }],
      ['--reason <text>', { vi: 'lý do', en: 'the reason' }, 'required'],
      ['--yes', { vi: 'không hỏi lại', en: 'do not ask' }],
      ['--no-wait', { vi: 'không chờ kết quả', en: 'do not wait for the result' }],
    ],
    given: retryAllGiven,
    act: retryAll,
  })
}

export function retryCommands(root: Group): void {
  const retries = root.group('retries', {
    vi: 'các lần chạy tiếp hàng loạt',
    en: 'retries of many windows',
  })
  retries.command({
    usage: 'list',
    isDefault: true,
    says: { vi: 'các lần chạy tiếp hàng loạt, mới nhất trước', en: 'retries, newest first' },
    options: [
      ['--campaign <id>', { vi: 'chiến dịch; mặc định mới nhất', en: 'the campaign; by default the newest' }],
    ],
    given: z.object({ campaign: z.uuid().optional() }),
    async act(session, { campaign }) {
      const id = campaign ?? (await readNewestCampaign(session))
      session.showAll(await session.api.pages(bulkRetryList, `/campaigns/${id}/retries`), (pages) =>
        describeRetries(
          pages.flatMap((page) => page.retries),
          session.terminal,
        ),
      )
      return EXIT.done
    },
  })
  const given = z.object({ retryId: z.uuid() })
  retries.command({
    usage: 'show <retryId>',
    says: { vi: 'một lần chạy tiếp và kết quả từng đợt', en: 'one retry and the result of each window' },
    given,
    async act(session, { retryId }) {
      const { api, terminal } = session
      session.show(await api.get(bulkRetryView, `/retries/${retryId}`), (value) => describe(value, terminal))
      session.showAll(await api.pages(retryItemList, `/retries/${retryId}/items`), (pages) =>
        describeResults(
          pages.flatMap(({ items }) => items),
          terminal,
        ),
      )
      return EXIT.done
    },
  })
  for (const [step, says] of [
    ['pause', { vi: 'dừng trước đợt tiếp theo', en: 'stop before the next window' }],
    ['resume', { vi: 'chạy tiếp từ chỗ đã dừng', en: 'go on where it was paused' }],
  ] as const)
    retries.command({
      usage: `${step} <retryId>`,
      says,
      given,
      async act(session, { retryId }) {
        const { api, terminal } = session
        session.show(await api.post(bulkRetryView, `/retries/${retryId}/${step}`), (value) =>
          describe(value, terminal),
        )
        return EXIT.done
      },
    })
}

async function retryAll(session: Session, given: z.infer<typeof retryAllGiven>): Promise<ExitCode> {
  const { api, terminal } = session
  const { language } = terminal
  const { bodies, reasons, perMinute } = given
  const filter = check(
    retryPreviewBody,
    {
      ...(bodies === undefined ? {} : { localityCodes: bodies }),
      ...(reasons === undefined ? {} : { reasons }),
      ...(perMinute === undefined ? {} : { perMinute }),
    },
    language,
  )
  const { reason } = check(retryOrderBody.pick({ reason: true }), { reason: given.reason }, language)
  const path = `/campaigns/${given.campaign ?? (await readNewestCampaign(session))}/retries`
  const { value: preview } = await api.post(retryPreviewView, `${path}/preview`, filter)
  const pages = await api.pages(retryItemList, `/retries/${preview.retryId}/items`)
  const items = pages.flatMap(({ value }) => value.items)
  terminal.tell(describePreview(preview, items, terminal))
  const { windows, pending } = preview
  if (!given.yes)
    await terminal.confirm({
      vi: `Cho ${showCount(windows, 'vi')} đợt chạy tiếp và gửi ${showCount(pending, 'vi')} hồ sơ?`,
      en: `Let ${countWindows(windows)} go on and send ${showCount(pending, 'en')} records?`,
    })
  const ordered = await api.post(bulkRetryView, path, { token: preview.token, reason })
  const last = given.wait ? await waitFor(session, ordered) : ordered
  session.show(last, (value) => describe(value, terminal))
  return last.value.notRetried === 0 ? EXIT.done : showFailed(session, preview.retryId)
}

/** One line for each window that was not retried; in JSON the pages with all of them. */
async function showFailed({ api, terminal, showAll }: Session, retryId: string): Promise<ExitCode> {
  showAll(await api.pages(retryItemList, `/retries/${retryId}/items`), (pages) =>
    describeResults(
      pages.flatMap(({ items }) => items.filter(({ outcome }) => outcome === 'not-retried')),
      terminal,
    ),
  )
  return EXIT.partly
}

async function waitFor({ api, terminal }: Session, ordered: Answer<Retry>): Promise<Answer<Retry>> {
  const { retryId } = ordered.value
  const progress = terminal.progress()
  const deadline = performance.now() + DONE_WITHIN_MS
  try {
    for (let seen = ordered; ; seen = await api.get(bulkRetryView, `/retries/${retryId}`)) {
      const { state, windows, retried, notRetried } = seen.value
      const done = retried + notRetried
      progress.show(
        `${state} ${tenth(done, windows)}`,
        `${terminal.pick(STATES[state])} ${showBar(done, windows)}`,
      )
      if (state === 'completed') return seen
      if (performance.now() > deadline)
        throw new Stop(EXIT.noAnswer, {
          vi: `Chưa xong; hãy xem: dongbo retries show ${retryId}`,
          en: `It is not done yet; look with: dongbo retries show ${retryId}`,
        })
      await rest(LOOK_AGAIN_AFTER_MS)
    }
  } finally {
    progress.end()
  }
}

const countWindows = (count: number): string =>
  `${showCount(count, 'en')} ${count === 1 ? 'window' : 'windows'}`

const count = <Row>(
  { pick, language }: Terminal,
  title: Sentence,
  of: (row: Row) => number,
): Column<Row> => ({ title: pick(title), cell: (row) => showCount(of(row), language), align: 'right' })

function describePreview(preview: Preview, items: readonly Item[], terminal: Terminal): string {
  const { pick } = terminal
  const byReason = showTable<Preview['reasons'][number]>(
    [
      { title: pick({ vi: 'Nguyên nhân', en: 'Reason' }), cell: ({ reason }) => reason },
      { title: pick({ vi: 'Loại', en: 'Class' }), cell: (row) => pick(CLASSES[row.class]) },
      count(terminal, { vi: 'Số đợt', en: 'Windows' }, ({ windows }) => windows),
      count(terminal, { vi: 'Sẽ gửi', en: 'To be sent' }, ({ pending }) => pending),
      count(
        terminal,
        { vi: 'Không gửi lại', en: 'Not sent again' },
        ({ accepted, rejected }) => accepted + rejected,
      ),
    ],
    preview.reasons,
  )
  const warnings = preview.reasons
    .filter((row) => row.class !== 'retry-mends')
    .map(({ reason, messageVi, messageEn }) => `! ${reason}: ${pick({ vi: messageVi, en: messageEn })}`)
  return [byReason, '', describeWindows(items, terminal), '', ...warnings].join('\n').trimEnd()
}

const windowColumns = ({ pick }: Terminal): readonly Column<Item>[] => [
  { title: pick({ vi: 'Đợt đồng bộ', en: 'Window' }), cell: ({ windowId }) => windowId },
  { title: pick({ vi: 'Cơ quan', en: 'Body' }), cell: ({ localityCode }) => localityCode },
  { title: pick({ vi: 'Nguyên nhân', en: 'Reason' }), cell: ({ reason }) => reason },
]
const describeWindows = (items: readonly Item[], terminal: Terminal): string =>
  showTable<Item>(
    [
      ...windowColumns(terminal),
      count(terminal, { vi: 'Sẽ gửi', en: 'To be sent' }, ({ pending }) => pending),
      count(terminal, { vi: 'Đã chấp nhận', en: 'Accepted' }, ({ accepted }) => accepted),
      count(terminal, { vi: 'Đã từ chối', en: 'Rejected' }, ({ rejected }) => rejected),
    ],
    items,
  )

const describeResults = (items: readonly Item[], terminal: Terminal): string =>
  showTable(
    [
      ...windowColumns(terminal),
      {
        title: terminal.pick({ vi: 'Kết quả', en: 'Result' }),
        cell: ({ outcome }) => (outcome === null ? '–' : outcome === 'retried' ? '✓' : '✗'),
      },
      {
        title: terminal.pick({ vi: 'Gửi từ', en: 'Sends from' }),
        cell: ({ opensAt }) => showInstant(opensAt),
      },
      { title: terminal.pick({ vi: 'Vì sao', en: 'Why' }), cell: ({ problem }) => problem ?? '' },
    ],
    items,
  )

function describe(retry: Retry, { pick, language }: Terminal): string {
  const { retryId, state, windows, retried, notRetried, pending, orderedAt, reason } = retry
  return showFacts([
    [pick({ vi: 'Lần chạy tiếp', en: 'Retry' }), retryId],
    [pick({ vi: 'Trạng thái', en: 'State' }), pick(STATES[state])],
    [pick({ vi: 'Xác nhận lúc', en: 'Confirmed' }), showInstant(orderedAt)],
    [pick({ vi: 'Lý do', en: 'Reason' }), reason ?? '–'],
    [pick({ vi: 'Số đợt', en: 'Windows' }), showCount(windows, language)],
    [pick({ vi: 'Đã chạy tiếp', en: 'Retried' }), showCount(retried, language)],
    [pick({ vi: 'Không chạy tiếp', en: 'Not retried' }), showCount(notRetried, language)],
    [
      pick({ vi: 'Hồ sơ chờ gửi lúc xem trước', en: 'Records pending at the preview' }),
      showCount(pending, language),
    ],
  ])
}

function describeRetries(retries: readonly Retry[], terminal: Terminal): string {
  const { pick } = terminal
  if (retries.length === 0) return pick({ vi: 'Chưa có lần nào.', en: 'There is none yet.' })
  return showTable<Retry>(
    [
      { title: pick({ vi: 'Lần chạy tiếp', en: 'Retry' }), cell: ({ retryId }) => retryId },
      {
        title: pick({ vi: 'Xác nhận lúc', en: 'Confirmed' }),
        cell: ({ orderedAt }) => showInstant(orderedAt),
      },
      { title: pick({ vi: 'Trạng thái', en: 'State' }), cell: ({ state }) => pick(STATES[state]) },
      count(terminal, { vi: 'Số đợt', en: 'Windows' }, ({ windows }) => windows),
      count(terminal, { vi: 'Đã chạy tiếp', en: 'Retried' }, ({ retried }) => retried),
      count(terminal, { vi: 'Không chạy tiếp', en: 'Not retried' }, ({ notRetried }) => notRetried),
    ],
    retries,
  )
}
