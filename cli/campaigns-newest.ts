import { campaignList } from '../api/contract/campaigns.ts'
import { EXIT, Stop } from './exit-codes.ts'
import type { Session } from './session.ts'

/**
 * The campaign that is meant where none is named: the newest, for people of a body the newest in which it takes part.
 * @throws Stop where there is none
 */
export async function readNewestCampaign({ api }: Session): Promise<string> {
  const { value } = await api.get(campaignList, '/campaigns?limit=1')
  const [newest] = value.campaigns
  if (newest !== undefined) return newest.campaignId
  throw new Stop(EXIT.refused, { vi: 'Chưa có chiến dịch nào.', en: 'There is no campaign yet.' })
}
