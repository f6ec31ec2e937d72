import type { z } from 'zod'
import type { previewView } from '../api/contract/campaigns.ts'
import { STAGE_NAMES } from '../domain/notices.ts'
import { showDay, withLocalDays } from './language.ts'
import { showTable } from './tables.ts'
import type { Terminal } from './terminal.ts'

type Preview = z.infer<typeof previewView>
type Day = Preview['stages'][number]['named']

export const countBodies = (count: number): string => `${count} ${count === 1 ? 'body' : 'bodies'}`

/** The dates as the letter names them, the last days that are on time, and what the calendar hides in them. */
export function describePreview({ bodies, stages, timers, findings }: Preview, { pick }: Terminal): string {
  const dayOf = ({ day, weekdayVi, weekdayEn }: Day) =>
    `${pick({ vi: weekdayVi, en: weekdayEn })} ${showDay(day)}`
  const dates = showTable(
    [
      { title: pick({ vi: 'Bước', en: 'Stage' }), cell: ({ stage }) => pick(STAGE_NAMES[stage]) },
      { title: pick({ vi: 'Ngày nêu', en: 'Date in the letter' }), cell: ({ named }) => dayOf(named) },
      { title: pick({ vi: 'Ngày cuối đúng hạn', en: 'Last day on time' }), cell: ({ last }) => dayOf(last) },
      {
        title: pick({ vi: 'Tính theo', en: 'Counts' }),
        cell: ({ effectiveLastDay }) => showDay(effectiveLastDay),
      },
    ],
    stages,
  )
  const letters = timers.filter(({ kind }) => kind === 'urging-letter').length
  return [
    pick({ vi: `${bodies} cơ quan`, en: countBodies(bodies) }),
    '',
    dates,
    '',
    ...findings.map(
      ({ messageVi, messageEn }) => `! ${withLocalDays(pick({ vi: messageVi, en: messageEn }))}`,
    ),
    pick({
      vi: `${timers.length} mốc nhắc việc cho mỗi cơ quan chậm mọi bước, trong đó ${letters} công văn đôn đốc.`,
      en: `${timers.length} timers for a body that is late everywhere, ${letters} of them urging letters.`,
    }),
  ].join('\n')
}
