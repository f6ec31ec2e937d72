import { campaignList } from '../api/contract/campaigns.ts'
import { Refused } from './answers.ts'
import { EXIT, Stop } from './exit-codes.ts'
import type { Session } from './session.ts'

/** People of a body see their campaign, but not the list of all. */
const mayNotList = new Stop(EXIT.notAllowed, {
  vi: 'Vai trò của bạn không xem được danh sách chiến dịch; hãy nêu mã chiến dịch.',
  en: 'Your role may not list campaigns; name the campaign by its id.',
})

/** The campaign that is meant where none is named. @throws Stop where there is none */
export async function readNewestCampaign({ api }: Session): Promise<string> {
  const { value } = await api.get(campaignList, '/campaigns?limit=1').catch((error: unknown) => {
    if (error instanceof Refused && error.problem.code === 'action-not-allowed') throw mayNotList
    throw error
  })
  const [newest] = value.campaigns
  if (newest !== undefined) return newest.campaignId
  throw new Stop(EXIT.refused, { vi: 'Chưa có chiến dịch nào.', en: 'There is no campaign yet.' })
}
