import { z } from 'zod'
import { attentionList, decisionBody, decisionView } from '../api/contract/attention.ts'
import { check, type Group } from './commands.ts'
import { EXIT } from './exit-codes.ts'
import { showInstant } from './language.ts'
import { showTable } from './tables.ts'
import type { Terminal } from './terminal.ts'

type Item = z.infer<typeof attentionList>['items'][number]

export function attentionCommands(root: Group): void {
  const attention = root.group('attention', { vi: 'việc cần người xử lý', en: 'what waits for a person' })
  attention.command({
    usage: 'list',
    isDefault: true,
    says: {
      vi: 'mọi việc đang chờ hoặc quá hạn, cũ nhất trước',
      en: 'everything parked or overdue, oldest first',
    },
    options: [['--campaign <id>', { vi: 'chỉ của chiến dịch này', en: 'of this campaign only' }]],
    given: z.object({ campaign: z.uuid().optional() }),
    async act(session, { campaign }) {
      const path = campaign === undefined ? '/attention-items' : `/attention-items?campaignId=${campaign}`
      session.showAll(await session.api.pages(attentionList, path), (pages) =>
        describeItems(
          pages.flatMap(({ items }) => items),
          session.terminal,
        ),
      )
      return EXIT.done
    },
  })
  attention.command({
    usage: 'decide <itemId>',
    says: { vi: 'quyết định một việc đang chờ', en: 'decide what a parked process does next' },
    options: [
      ['--decision <retry|skip>', { vi: 'thử lại hoặc bỏ qua', en: 'retry or skip' }, 'required'],
      ['--reason <text>', { vi: 'lý do', en: 'the reason' }, 'required'],
    ],
    given: z.object({ itemId: z.uuid(), decision: z.string(), reason: z.string() }),
    async act(session, { itemId, ...typed }) {
      const { api, terminal } = session
      const body = check(decisionBody, { decision: typed.decision, reason: typed.reason }, terminal.language)
      session.show(await api.post(decisionView, `/attention-items/${itemId}/decide`, body), ({ decision }) =>
        terminal.pick(
          decision === 'retry'
            ? { vi: 'Tiến trình sẽ thử lại.', en: 'The process tries again.' }
            : { vi: 'Tiến trình bỏ qua việc này.', en: 'The process skips this.' },
        ),
      )
      return EXIT.done
    },
  })
}

function describeItems(items: readonly Item[], { pick }: Terminal): string {
  if (items.length === 0) return pick({ vi: 'Không có việc nào.', en: 'Nothing waits.' })
  return showTable(
    [
      { title: pick({ vi: 'Việc', en: 'Item' }), cell: ({ itemId }) => itemId },
      { title: pick({ vi: 'Từ lúc', en: 'Since' }), cell: ({ since }) => showInstant(since) },
      { title: pick({ vi: 'Cơ quan', en: 'Body' }), cell: ({ localityCode }) => localityCode ?? '–' },
      { title: pick({ vi: 'Loại', en: 'Kind' }), cell: ({ kind }) => kind },
      { title: pick({ vi: 'Vì sao', en: 'Reason' }), cell: ({ reason }) => reason },
      { title: pick({ vi: 'Có thể', en: 'Choices' }), cell: ({ choices }) => choices.join(', ') || '–' },
    ],
    items,
  )
}
