import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useState } from 'react'
import { isUnreachable } from '../api.ts'
import { AsOf, useToday } from '../components/as-of.tsx'
import { Held } from '../components/glyphs.tsx'
import { Failure, Loading, StaleNotice } from '../components/states.tsx'
import { bodyQuery, whoQuery, type Body } from '../queries.ts'
import { useSpeech } from '../words/languages.tsx'
import { ActDrawer, type WishedAct } from './localities-act-drawer.tsx'
import { bodyActs } from './localities-acts.ts'
import { History, Next, Notices } from './localities-aside.tsx'
import { Timeline } from './localities-timeline.tsx'

const route = getRouteApi('/session/campaigns/$campaignId/localities/$code')

export function LocalityPage() {
  const { words } = useSpeech()
  const place = route.useParams()
  const { data, error, refetch } = useQuery(bodyQuery(place))
  if (data === undefined)
    return error === null ? <Loading /> : <Failure error={error} retry={() => void refetch()} />
  return (
    <>
      {error === null || isUnreachable(error) ? null : <StaleNotice title={words.states.error} />}
      <Locality body={data} />
    </>
  )
}

function Locality({ body }: { readonly body: Body }) {
  const { words, nameOf } = useSpeech()
  const place = route.useParams()
  const { data: who } = useQuery(whoQuery)
  const today = useToday()
  const [wish, setWish] = useState<WishedAct | null>(null)
  if (today === null) return <Loading />
  const looker = {
    actions: who?.actions ?? [],
    isNational: who?.grants.some(({ localityCode }) => localityCode === null) === true,
  }
  return (
    <div className="page locality">
      <header className="page-head">
        <div>
          <p>
            <Link to="/campaigns/$campaignId/board" params={place}>
              {words.locality.toBoard}
            </Link>
          </p>
          <h1>
            {nameOf(body)} <span className="body-code">{body.code}</span>
            <AsOf />
            {body.held ? <Held /> : null}
          </h1>
        </div>
        {bodyActs(body, looker).map((act) => (
          <button key={act} type="button" className="button" onClick={() => setWish({ act, stage: null })}>
            {words.locality.acts[act]}
          </button>
        ))}
      </header>
      <div className="locality-columns">
        <Timeline body={body} looker={looker} today={today} onAct={(act, stage) => setWish({ act, stage })} />
        <div className="locality-aside">
          <Next place={place} />
          <History body={body} />
          <Notices place={place} />
        </div>
      </div>
      {wish === null ? null : <ActDrawer place={place} wish={wish} onClose={() => setWish(null)} />}
    </div>
  )
}
