import { z } from 'zod'
import { bodyView, processView } from '../api/contract/localities.ts'
import { isStage } from '../domain/stages.ts'
import { STAGE_NAMES } from '../domain/notices.ts'
import { readNewestCampaign } from './campaigns-newest.ts'
import { codeArgument, type Group } from './commands.ts'
import { EXIT } from './exit-codes.ts'
import { showInstant, showLastDay, yesNo, type Sentence } from './language.ts'
import { showFacts, showTable } from './tables.ts'
import type { Terminal } from './terminal.ts'

type Body = z.infer<typeof bodyView>
type Process = z.infer<typeof processView>

const STATES: Readonly<Record<string, Sentence>> = {
  waiting: { vi: 'chưa đến', en: 'waiting' },
  open: { vi: 'đang mở', en: 'open' },
  submitted: { vi: 'đã trình', en: 'submitted' },
  approved: { vi: 'đã duyệt', en: 'approved' },
  done: { vi: 'xong', en: 'done' },
}

export function localityCommands(root: Group): void {
  const locality = root.group('locality', { vi: 'bộ, ngành, địa phương', en: 'bodies that take part' })
  locality.command({
    usage: 'show <code>',
    says: {
      vi: 'các bước của một cơ quan, còn thiếu gì, ai đã làm gì',
      en: 'a body’s stages, what they lack, and who did what',
    },
    options: [
      ['--campaign <id>', { vi: 'chiến dịch; mặc định mới nhất', en: 'the campaign; by default the newest' }],
      ['--process', { vi: 'hỏi tiến trình đang chạy', en: 'ask the running process' }],
    ],
    given: z.object({
      code: codeArgument,
      campaign: z.uuid().optional(),
      process: z.boolean().default(false),
    }),
    async act(session, { code, campaign, process }) {
      const { api, terminal } = session
      const path = `/campaigns/${campaign ?? (await readNewestCampaign(session))}/localities/${code}`
      if (process)
        session.show(await api.get(processView, `${path}/process`), (value) =>
          describeProcess(value, terminal),
        )
      else session.show(await api.get(bodyView, path), (value) => describeBody(value, terminal))
      return EXIT.done
    },
  })
}

function describeStages(stages: Body['stages'], { pick }: Terminal): string {
  return showTable(
    [
      { title: pick({ vi: 'Bước', en: 'Stage' }), cell: ({ stage }) => pick(STAGE_NAMES[stage]) },
      {
        title: pick({ vi: 'Trạng thái', en: 'State' }),
        cell: ({ state, overdueSince, doneAt }) => {
          const words = STATES[state]
          const late = overdueSince !== null && doneAt === null
          return `${words === undefined ? state : pick(words)}${late ? pick({ vi: ', quá hạn', en: ', overdue' }) : ''}`
        },
      },
      { title: pick({ vi: 'Ngày cuối', en: 'Last day' }), cell: ({ dueAt }) => showLastDay(dueAt) },
      { title: pick({ vi: 'Trình', en: 'Submitted' }), cell: ({ submittedAt }) => showInstant(submittedAt) },
      { title: pick({ vi: 'Xong', en: 'Done' }), cell: ({ doneAt }) => showInstant(doneAt) },
      { title: pick({ vi: 'Đúng hạn', en: 'On time' }), cell: ({ onTime }) => pick(yesNo(onTime)) },
      {
        title: pick({ vi: 'Công văn', en: 'Letters' }),
        cell: ({ letters }) => String(letters),
        align: 'right',
      },
      { title: pick({ vi: 'Còn thiếu', en: 'Lacks' }), cell: ({ blockers }) => blockers.join(', ') },
    ],
    stages,
  )
}

function describeBody({ code, nameVi, nameEn, held, stages, acts }: Body, terminal: Terminal): string {
  const { pick } = terminal
  const pause = held ? pick({ vi: ' (đang tạm dừng)', en: ' (on hold)' }) : ''
  const done = showTable(
    [
      { title: pick({ vi: 'Lúc', en: 'At' }), cell: ({ occurredAt }) => showInstant(occurredAt) },
      { title: pick({ vi: 'Việc', en: 'Act' }), cell: ({ kind }) => kind },
      {
        title: pick({ vi: 'Bước', en: 'Stage' }),
        cell: ({ stage }) => (isStage(stage) ? pick(STAGE_NAMES[stage]) : '–'),
      },
      { title: pick({ vi: 'Văn bản', en: 'Document' }), cell: ({ documentNo }) => documentNo ?? '–' },
      { title: pick({ vi: 'Lý do', en: 'Reason' }), cell: ({ reason }) => reason ?? '–' },
      { title: pick({ vi: 'Người', en: 'Who' }), cell: ({ actor }) => actor },
    ],
    acts,
  )
  return [
    `${code} ${pick({ vi: nameVi, en: nameEn })}${pause}`,
    '',
    describeStages(stages, terminal),
    ...(acts.length === 0 ? [] : ['', done]),
  ].join('\n')
}

function describeProcess(
  { processId, openStage, held, ended, waitsFor, nextAt, stages }: Process,
  terminal: Terminal,
): string {
  const { pick } = terminal
  return [
    showFacts([
      [pick({ vi: 'Tiến trình', en: 'Process' }), processId],
      [
        pick({ vi: 'Bước đang mở', en: 'Open stage' }),
        openStage === null ? '–' : pick(STAGE_NAMES[openStage]),
      ],
      [pick({ vi: 'Tạm dừng', en: 'On hold' }), pick(yesNo(held))],
      [pick({ vi: 'Đã kết thúc', en: 'Ended' }), pick(yesNo(ended))],
      [pick({ vi: 'Đang chờ', en: 'Waits for' }), waitsFor.join(', ') || '–'],
      [pick({ vi: 'Mốc kế tiếp', en: 'Next instant' }), showInstant(nextAt)],
    ]),
    '',
    describeStages(stages, terminal),
  ].join('\n')
}
