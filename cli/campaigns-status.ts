import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { boardView } from '../api/contract/campaigns.ts'
import { STAGES, type Stage } from '../domain/stages.ts'
import type { Answer } from './answers.ts'
import { readNewestCampaign } from './campaigns-newest.ts'
import { countBodies } from './campaigns-preview.ts'
import type { Group } from './commands.ts'
import { EXIT } from './exit-codes.ts'
import { showInstant, showLastDay, type Sentence } from './language.ts'
import type { Session } from './session.ts'
import { shorten, showTable } from './tables.ts'
import type { Terminal } from './terminal.ts'

type Board = z.infer<typeof boardView>
type Body = Board['bodies'][number]
type Cell = Body['stages'][number]

const LOOK_AGAIN_AFTER_MS = 2_000
const NAME_COLUMNS_MAX = 28
const NAME_COLUMNS_MIN = 8
/** Code, seven stages, overdue, letters, and the gaps between them. */
const OTHER_COLUMNS = 88

const SHORT_NAMES = {
  'select-software': { vi: 'Phần mềm', en: 'Software' },
  'build-unit-codes': { vi: 'Mã đơn vị', en: 'Units' },
  'update-records': { vi: 'Hồ sơ', en: 'Records' },
  'sign-records': { vi: 'Ký số', en: 'Signing' },
  'schedule-sync': { vi: 'Lịch', en: 'Slot' },
  'sync-records': { vi: 'Đồng bộ', en: 'Sync' },
  'match-daily': { vi: 'Đối khớp', en: 'Matching' },
} as const satisfies Record<Stage, Sentence>
const LEGEND = {
  vi: '✓ xong đúng hạn   ~ xong chậm   › đang mở, đến hết ngày   ? đã trình   ! quá hạn từ sau ngày   · chưa đến',
  en: '✓ done on time   ~ done late   › open until the end of   ? submitted   ! overdue since the end of   · waiting',
} as const

export function statusCommand(campaign: Group): void {
  campaign.command({
    usage: 'status [campaignId]',
    says: {
      vi: 'bảng cơ quan × bảy bước; mặc định chiến dịch mới nhất',
      en: 'bodies × seven stages; by default of the newest campaign',
    },
    options: [['--watch', { vi: 'vẽ lại khi có thay đổi', en: 'draw again when something changed' }]],
    given: z.object({ campaignId: z.uuid().optional(), watch: z.boolean().default(false) }),
    async act(session, { campaignId, watch }) {
      const id = campaignId ?? (await readNewestCampaign(session))
      const read = () => session.api.pages(boardView, `/campaigns/${id}/board`)
      if (watch) await watchBoard(session, read)
      else session.showAll(await read(), (pages) => describeBoard(pages, session.terminal))
      return EXIT.done
    },
  })
}

/** Goes on until it is stopped. Where it can not draw again, it prints a board for each change. */
async function watchBoard(session: Session, read: () => Promise<readonly Answer<Board>[]>): Promise<void> {
  const { io, terminal, json } = session
  for (let shown = ''; io.stop?.aborted !== true;) {
    const pages = await read()
    const bodies = JSON.stringify(pages.map(({ value }) => value.bodies))
    const redraws = terminal.isInteractive && !json
    if (redraws)
      terminal.redraw(
        describeBoard(
          pages.map(({ value }) => value),
          terminal,
        ),
      )
    else if (bodies !== shown) session.showAll(pages, (values) => describeBoard(values, terminal))
    shown = bodies
    await pause(LOOK_AGAIN_AFTER_MS, undefined, { signal: io.stop }).catch(() => {
      // Being stopped while waiting is how a watch ends.
    })
  }
}

function describeBoard(pages: readonly Board[], { pick, columns }: Terminal): string {
  const bodies = pages.flatMap((page) => page.bodies)
  const nameColumns = Math.max(
    NAME_COLUMNS_MIN,
    Math.min(NAME_COLUMNS_MAX, (columns ?? Number.MAX_SAFE_INTEGER) - OTHER_COLUMNS),
  )
  const table = showTable<Body>(
    [
      { title: pick({ vi: 'Mã', en: 'Code' }), cell: ({ code }) => code },
      {
        title: pick({ vi: 'Cơ quan', en: 'Body' }),
        cell: ({ nameVi, nameEn, held }) =>
          `${held ? '‖ ' : ''}${shorten(pick({ vi: nameVi, en: nameEn }), nameColumns)}`,
      },
      ...STAGES.map((stage) => ({
        title: pick(SHORT_NAMES[stage]),
        cell: ({ stages }: Body) => describeCell(stages.find((cell) => cell.stage === stage)),
      })),
      {
        title: pick({ vi: 'Quá hạn', en: 'Overdue' }),
        cell: (body) => String(overdueOf(body)),
        align: 'right',
      },
      {
        title: pick({ vi: 'Công văn', en: 'Letters' }),
        cell: ({ letters }) => String(letters),
        align: 'right',
      },
    ],
    bodies,
  )
  const [first] = pages
  const late = bodies.filter((body) => overdueOf(body) > 0).length
  const letters = bodies.reduce((sum, body) => sum + body.letters, 0)
  const asOf = showInstant(first?.asOf ?? null)
  return [
    table,
    '',
    pick({
      vi: `${asOf}: ${bodies.length} cơ quan, ${late} quá hạn, ${letters} công văn đôn đốc`,
      en: `${asOf}: ${countBodies(bodies.length)}, ${late} overdue, ${letters} urging letters`,
    }),
    pick(LEGEND),
  ].join('\n')
}

const overdueOf = ({ stages }: Body) => stages.filter(({ overdue }) => overdue).length

/** Enough in a table that has to fit: `19/07`. */
const dayAndMonth = (day: string) => day.slice(0, 5)

function describeCell(cell: Cell | undefined): string {
  if (cell === undefined) return ''
  const { state, dueAt, doneAt, onTime, overdue, letters } = cell
  if (doneAt !== null) return `${onTime === false ? '~' : '✓'} ${dayAndMonth(showInstant(doneAt))}`
  const due = dayAndMonth(showLastDay(dueAt))
  if (overdue) return `! ${due}${letters > 0 ? ` (${letters})` : ''}`
  if (state === 'waiting') return '·'
  return `${state === 'open' ? '›' : '?'} ${due}`
}
