import { useQuery } from '@tanstack/react-query'
import { Link, Navigate } from '@tanstack/react-router'
import { dayOf } from '../format/dates.ts'
import { Failure, Loading, State } from '../components/states.tsx'
import { campaignsQuery } from '../queries.ts'
import { useSpeech } from '../words/languages.tsx'

/** The first page: the campaign’s board where there is one campaign, a choice where there are more. */
export function CampaignsPage() {
  const { words, language, format } = useSpeech()
  const { data, error, refetch } = useQuery(campaignsQuery)
  if (data === undefined)
    return error === null ? <Loading /> : <Failure error={error} retry={() => void refetch()} />
  const [newest, ...older] = data.campaigns
  if (newest === undefined) return <State kind="empty" title={words.noCampaign} hint={words.noCampaignHint} />
  if (older.length === 0)
    return <Navigate to="/campaigns/$campaignId/board" params={{ campaignId: newest.campaignId }} replace />
  return (
    <div className="page">
      <h1>{words.campaigns}</h1>
      <ul className="campaigns">
        {data.campaigns.map(({ campaignId, titleVi, titleEn, legalDocument, launchedAt, state }) => (
          <li key={campaignId}>
            <Link to="/campaigns/$campaignId/board" params={{ campaignId }}>
              {language === 'vi' ? titleVi : titleEn}
            </Link>
            <p>
              {legalDocument} · {format.day(dayOf(launchedAt))} · {words.campaignStates[state]}
            </p>
          </li>
        ))}
      </ul>
    </div>
  )
}
