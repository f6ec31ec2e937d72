import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { campaignList, launchBody, launchView, previewView } from '../api/contract/campaigns.ts'
import { countBodies, describePreview } from './campaigns-preview.ts'
import { statusCommand } from './campaigns-status.ts'
import { amendCommand, endCommand } from './campaigns-steering.ts'
import { check, codesArgument, type Group } from './commands.ts'
import { EXIT, wrongUsage } from './exit-codes.ts'
import { showDayOf } from './language.ts'
import type { Session } from './session.ts'
import { showTable } from './tables.ts'

const PLAN_OPTIONS = [
  ['--template <name>', { vi: 'mẫu chiến dịch (ol-5034)', en: 'template of the campaign (ol-5034)' }],
  [
    '--bodies <codes>',
    {
      vi: 'mã các cơ quan, cách nhau dấu phẩy; mặc định tất cả',
      en: 'codes of bodies, comma between; by default all',
    },
  ],
  [
    '--plan <file>',
    { vi: 'tệp JSON có ngày và thiết lập riêng', en: 'JSON file with other dates and settings' },
  ],
] as const
const planGiven = z.object({
  template: z.string().optional(),
  bodies: codesArgument.optional(),
  plan: z.string().optional(),
})

export function campaignCommands(root: Group): void {
  const campaign = root.group('campaign', { vi: 'chiến dịch', en: 'campaigns' })
  campaign.command({
    usage: 'preview',
    says: {
      vi: 'xem các mốc thời gian sẽ được đặt và ngày nghỉ ẩn trong đó',
      en: 'show the dates that a launch would set, and which of them are days off',
    },
    options: PLAN_OPTIONS,
    given: planGiven,
    async act(session, given) {
      const preview = await session.api.post(
        previewView,
        '/campaigns/preview',
        await readPlan(session, given),
      )
      session.show(preview, (value) => describePreview(value, session.terminal))
      return EXIT.done
    },
  })
  campaign.command({
    usage: 'launch',
    says: {
      vi: 'khởi động chiến dịch, sau khi xem trước và xác nhận',
      en: 'launch a campaign, after a preview and a confirmation',
    },
    options: [...PLAN_OPTIONS, ['--yes', { vi: 'không hỏi lại', en: 'ask nothing' }]],
    given: planGiven.extend({ yes: z.boolean().default(false) }),
    act: launch,
  })
  statusCommand(campaign)
  campaign.command({
    usage: 'list',
    says: { vi: 'liệt kê chiến dịch, mới nhất trước', en: 'list campaigns, newest first' },
    given: z.unknown(),
    async act(session) {
      session.showAll(await session.api.pages(campaignList, '/campaigns'), (pages) =>
        describeCampaigns(
          session,
          pages.flatMap(({ campaigns }) => campaigns),
        ),
      )
      return EXIT.done
    },
  })
  amendCommand(campaign)
  endCommand(campaign, 'cancel', {
    vi: 'hủy chiến dịch (hai điều phối viên)',
    en: 'cancel a campaign (two coordinators)',
  })
  endCommand(campaign, 'close', {
    vi: 'kết thúc chiến dịch đã hoàn thành (hai điều phối viên)',
    en: 'close a campaign that has done its work (two coordinators)',
  })
}

/** What is in the file, and over it what is on the command line. */
async function readPlan({ terminal }: Session, { template, bodies, plan }: z.infer<typeof planGiven>) {
  const fromFile = plan === undefined ? {} : await readJson(plan)
  return check(
    launchBody,
    {
      ...fromFile,
      ...(template === undefined ? {} : { template }),
      ...(bodies === undefined ? {} : { localityCodes: bodies }),
    },
    terminal.language,
  )
}

async function readJson(file: string): Promise<object> {
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(await readFile(file, 'utf8')))
  } catch {
    throw wrongUsage({
      vi: `${file} không đọc được hoặc không phải JSON.`,
      en: `${file} can not be read or is not JSON.`,
    })
  }
}

async function launch(
  session: Session,
  { yes, ...given }: z.infer<typeof planGiven> & { readonly yes: boolean },
) {
  const { api, terminal } = session
  const plan = await readPlan(session, given)
  const { value: preview } = await api.post(previewView, '/campaigns/preview', plan)
  terminal.tell(describePreview(preview, terminal))
  if (!yes)
    await terminal.confirm({
      vi: `Khởi động chiến dịch cho ${preview.bodies} cơ quan?`,
      en: `Launch the campaign over ${countBodies(preview.bodies)}?`,
    })
  session.show(await api.post(launchView, '/campaigns', plan), ({ campaignId, bodies }) =>
    terminal.pick({
      vi: `Đã khởi động chiến dịch ${campaignId} cho ${bodies} cơ quan.`,
      en: `Campaign ${campaignId} is launched over ${countBodies(bodies)}.`,
    }),
  )
  return EXIT.done
}

function describeCampaigns(
  { terminal: { language, pick } }: Session,
  campaigns: z.infer<typeof campaignList>['campaigns'],
): string {
  const states = {
    running: { vi: 'đang chạy', en: 'running' },
    cancelled: { vi: 'đã hủy', en: 'cancelled' },
    closed: { vi: 'đã kết thúc', en: 'closed' },
  } as const
  return showTable(
    [
      { title: pick({ vi: 'Chiến dịch', en: 'Campaign' }), cell: ({ campaignId }) => campaignId },
      { title: pick({ vi: 'Trạng thái', en: 'State' }), cell: ({ state }) => states[state][language] },
      { title: pick({ vi: 'Khởi động', en: 'Launched' }), cell: ({ launchedAt }) => showDayOf(launchedAt) },
      { title: pick({ vi: 'Văn bản', en: 'Document' }), cell: ({ legalDocument }) => legalDocument },
      {
        title: pick({ vi: 'Tên', en: 'Title' }),
        cell: ({ titleVi, titleEn }) => pick({ vi: titleVi, en: titleEn }),
      },
    ],
    campaigns,
  )
}
