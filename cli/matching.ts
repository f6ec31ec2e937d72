import { z } from 'zod'
import { runList, runView } from '../api/contract/matching.ts'
import { readNewestCampaign } from './campaigns-newest.ts'
import { dayArgument, type Group } from './commands.ts'
import { EXIT } from './exit-codes.ts'
import { orderEach } from './items.ts'
import { showDay } from './language.ts'
import type { Session } from './session.ts'

const CAMPAIGN = [
  '--campaign <id>',
  { vi: 'chiến dịch; mặc định mới nhất', en: 'the campaign; by default the newest' },
] as const
type Run = z.infer<typeof runView>

export function matchingCommands(root: Group): void {
  const match = root.group('match', { vi: 'đối khớp hằng ngày', en: 'daily matching' })
  match.command({
    usage: 'run',
    says: { vi: 'đối khớp hôm nay hoặc một ngày đã qua', en: 'match today, or a day that is past' },
    options: [CAMPAIGN, ['--day <day>', { vi: 'ngày, dd/mm/yyyy', en: 'the day, dd/mm/yyyy' }]],
    given: z.object({ campaign: z.uuid().optional(), day: dayArgument.optional() }),
    async act(session, { campaign, day }) {
      const campaignId = campaign ?? (await readNewestCampaign(session))
      const body = { campaignId, ...(day === undefined ? {} : { day }) }
      session.show(await session.api.post(runView, '/matching-runs', body), (run) =>
        describeRun(session, run),
      )
      return EXIT.done
    },
  })
  match.command({
    usage: 'gaps',
    says: { vi: 'các ngày chưa đối khớp', en: 'the days that have no run' },
    options: [CAMPAIGN, ['--fill', { vi: 'đối khớp bù các ngày đó', en: 'match those days now' }]],
    given: z.object({ campaign: z.uuid().optional(), fill: z.boolean().default(false) }),
    async act(session, { campaign, fill }) {
      const { api, terminal } = session
      const campaignId = campaign ?? (await readNewestCampaign(session))
      const found = await api.get(runList, `/matching-runs?campaignId=${campaignId}&limit=1`)
      const { gaps } = found.value
      if (!fill || gaps.length === 0) {
        session.show(found, () =>
          gaps.length === 0
            ? terminal.pick({ vi: 'Không thiếu ngày nào.', en: 'No day is missing.' })
            : gaps.map(showDay).join('\n'),
        )
        return EXIT.done
      }
      return orderEach(session, {
        title: { vi: 'Ngày', en: 'Day' },
        ids: gaps.toSorted(),
        order: (day) => api.post(runView, '/matching-runs', { campaignId, day }, day),
        describe: (run) => describeRun(session, run),
      })
    },
  })
}

const describeRun = ({ terminal }: Session, { day, started }: Run): string =>
  terminal.pick(
    started
      ? { vi: `Bắt đầu đối khớp ngày ${showDay(day)}.`, en: `The run of ${showDay(day)} is started.` }
      : { vi: `Ngày ${showDay(day)} đã có lượt đối khớp.`, en: `${showDay(day)} has its run already.` },
  )
