import { z } from 'zod'
import { treeFaults, treeView } from '../api/contract/units.ts'
import { Refused } from './answers.ts'
import { codeArgument, type Group } from './commands.ts'
import { EXIT } from './exit-codes.ts'
import { assertReadable } from './files.ts'
import type { Session } from './session.ts'
import { showTable } from './tables.ts'

export function unitCommands(root: Group): void {
  const units = root.group('units', { vi: 'cây tổ chức đơn vị', en: 'unit trees' })
  units.command({
    usage: 'upload <code> <file>',
    says: {
      vi: 'nộp toàn bộ cây đơn vị (CSV); tệp lỗi bị từ chối kèm mọi lỗi theo dòng',
      en: 'upload the whole unit tree (CSV); a faulty one is refused with every fault, line by line',
    },
    given: z.object({ code: codeArgument, file: z.string() }),
    async act(session, { code, file }) {
      const { api, terminal } = session
      await assertReadable(file)
      const path = `/localities/${code}/units`
      const made = await api.upload(treeView, path, file).catch((error: unknown) => {
        if (error instanceof Refused && !session.json) showFaults(session, error.text)
        throw error
      })
      session.show(made, ({ version, units: count }) =>
        terminal.pick({
          vi: `Đã nhận cây đơn vị của ${code}: phiên bản ${version}, ${count} đơn vị.`,
          en: `The unit tree of ${code} is kept: version ${version}, ${count} units.`,
        }),
      )
      return EXIT.done
    },
  })
}

function showFaults({ terminal }: Session, text: string): void {
  const found = treeFaults.safeParse(JSON.parse(text))
  // Another refusal than a faulty tree: its sentence says everything.
  if (!found.success) return
  const { pick } = terminal
  terminal.show(
    showTable(
      [
        { title: pick({ vi: 'Dòng', en: 'Line' }), cell: ({ line }) => String(line), align: 'right' },
        { title: pick({ vi: 'Cột', en: 'Field' }), cell: ({ field }) => field },
        { title: pick({ vi: 'Quy tắc', en: 'Rule' }), cell: ({ rule }) => rule },
        {
          title: pick({ vi: 'Nội dung', en: 'Message' }),
          cell: ({ messageVi, messageEn }) => pick({ vi: messageVi, en: messageEn }),
        },
      ],
      found.data.faults,
    ),
  )
}
