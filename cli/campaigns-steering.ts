import { z } from 'zod'
import { amendBody, amendmentView, endBody, endView } from '../api/contract/campaigns.ts'
import { stageName } from '../api/contract/shapes.ts'
import { STAGE_NAMES } from '../domain/notices.ts'
import { STAGES } from '../domain/stages.ts'
import { readNewestCampaign } from './campaigns-newest.ts'
import { check, codesArgument, dayArgument, type Group } from './commands.ts'
import { EXIT } from './exit-codes.ts'
import { showDay, showLastDay, type Sentence } from './language.ts'
import type { Session } from './session.ts'

const REASON = { vi: 'lý do', en: 'the reason' } as const
const DOCUMENT = { vi: 'số văn bản', en: 'number of the document' } as const
const amendGiven = z.object({
  campaignId: z.uuid().optional(),
  stage: stageName,
  date: dayArgument,
  inclusive: z.boolean().default(false),
  bodies: codesArgument.optional(),
  reason: z.string(),
  document: z.string(),
})
const endGiven = z.object({ campaignId: z.uuid(), reason: z.string(), document: z.string() })

export function amendCommand(campaign: Group): void {
  campaign.command({
    usage: 'amend [campaignId]',
    says: {
      vi: 'điều chỉnh thời hạn một bước cho tất cả hoặc một số cơ quan',
      en: 'move the date of a stage for all bodies or some',
    },
    options: [
      ['--stage <stage>', { vi: STAGES.join(', '), en: STAGES.join(', ') }, 'required'],
      ['--date <day>', { vi: 'ngày mới, dd/mm/yyyy', en: 'the new date, dd/mm/yyyy' }, 'required'],
      [
        '--inclusive',
        { vi: '"đến hết ngày" thay vì "trước ngày"', en: '"by the end of" instead of "before" the date' },
      ],
      ['--bodies <codes>', { vi: 'chỉ các cơ quan này', en: 'for these bodies only' }],
      ['--reason <text>', REASON, 'required'],
      ['--document <no>', DOCUMENT, 'required'],
    ],
    given: amendGiven,
    act: amend,
  })
}

async function amend(session: Session, given: z.infer<typeof amendGiven>) {
  const { api, terminal } = session
  const campaignId = given.campaignId ?? (await readNewestCampaign(session))
  const body = check(
    amendBody,
    {
      stage: given.stage,
      namedDate: given.date,
      inclusive: given.inclusive,
      localityCodes: given.bodies ?? null,
      reason: given.reason,
      documentNo: given.document,
    },
    terminal.language,
  )
  session.show(await api.post(amendmentView, `/campaigns/${campaignId}/amendments`, body), (made) => {
    const stage = terminal.pick(STAGE_NAMES[given.stage])
    const bodies = made.localityCodes?.join(', ')
    return terminal.pick({
      vi: `${stage}: ${showDay(made.namedDate)}, ngày cuối còn đúng hạn ${showLastDay(made.dueAt)}; áp dụng cho ${bodies ?? 'tất cả cơ quan'} (${made.documentNo}).`,
      en: `${stage}: ${showDay(made.namedDate)}, last day on time ${showLastDay(made.dueAt)}; for ${bodies ?? 'all bodies'} (${made.documentNo}).`,
    })
  })
  return EXIT.done
}

/** An order that takes effect when a second coordinator repeats it. */
export function endCommand(campaign: Group, how: 'cancel' | 'close', says: Sentence): void {
  campaign.command({
    usage: `${how} <campaignId>`,
    says,
    options: [
      ['--reason <text>', REASON, 'required'],
      ['--document <no>', DOCUMENT, 'required'],
    ],
    given: endGiven,
    async act(session, { campaignId, reason, document }) {
      const { api, terminal } = session
      const body = check(endBody, { reason, documentNo: document }, terminal.language)
      const ended = await api.post(endView, `/campaigns/${campaignId}/${how}`, body)
      const again = `dongbo campaign ${how} ${campaignId} --reason … --document …`
      session.show(ended, ({ state }) =>
        terminal.pick(
          state === 'ended'
            ? { vi: 'Chiến dịch đã dừng.', en: 'The campaign has ended.' }
            : {
                vi: `Đã ghi nhận; chưa có gì thay đổi. Một điều phối viên thứ hai phải nhắc lại:\n  ${again}`,
                en: `It is written down and nothing has changed yet. A second coordinator must repeat it:\n  ${again}`,
              },
        ),
      )
      return EXIT.done
    },
  })
}
