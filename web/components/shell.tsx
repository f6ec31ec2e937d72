import { useMutation, useQueryClient, useSuspenseQuery } from '@tanstack/react-query'
import { Link, Outlet, useParams, useRouter } from '@tanstack/react-router'
import { ask } from '../api.ts'
import { useLive, type Liveness } from '../live.ts'
import { whoQuery, type Who } from '../queries.ts'
import { useSpeech, wordOf } from '../words/languages.tsx'
import { Appearance } from './appearance.tsx'
import { useBodyName } from './body-names.ts'
import { RehearsalClock } from './clock.tsx'
import { StaleNotice } from './states.tsx'

/** Around every page of somebody who is logged in. */
export function Shell() {
  const { words } = useSpeech()
  const { data: who } = useSuspenseQuery(whoQuery)
  const { campaignId } = useParams({ strict: false })
  const liveness = useLive(campaignId)
  return (
    <>
      <a className="to-content" href="#content">
        {words.toContent}
      </a>
      <header className="bar">
        <Link to="/" className="brand">
          <img src="/icon.svg" alt="" width="24" height="24" />
          <span>{words.product}</span>
        </Link>
        {campaignId === undefined ? null : <Navigation campaignId={campaignId} who={who} />}
        <LiveDot liveness={liveness} />
        <Appearance />
        <Person who={who} />
      </header>
      <RehearsalClock who={who} />
      <main id="content" tabIndex={-1}>
        {liveness === 'offline' ? <StaleNotice title={words.states.unreachable} /> : null}
        <Outlet />
      </main>
    </>
  )
}

function Navigation({ campaignId, who }: { readonly campaignId: string; readonly who: Who }) {
  const { navigation } = useSpeech().words
  return (
    <nav aria-label={navigation.title}>
      <Link to="/campaigns/$campaignId/board" params={{ campaignId }}>
        {navigation.board}
      </Link>
      {who.actions.includes('window.read') ? (
        <Link to="/campaigns/$campaignId/sync-windows" params={{ campaignId }}>
          {navigation.windows}
        </Link>
      ) : null}
    </nav>
  )
}

function LiveDot({ liveness }: { readonly liveness: Liveness }) {
  const { words } = useSpeech()
  return (
    <p className="live" role="status" data-liveness={liveness}>
      <svg viewBox="0 0 10 10" aria-hidden="true">
        <circle cx="5" cy="5" r="4" />
      </svg>
      {words.live[liveness]}
    </p>
  )
}

function Person({ who }: { readonly who: Who }) {
  const { words } = useSpeech()
  const bodyName = useBodyName()
  const client = useQueryClient()
  const router = useRouter()
  const logOut = useMutation({
    mutationFn: () => ask('DELETE', '/sessions/current'),
    // Logged out or not known: the next page asks who is there.
    async onSettled() {
      await router.navigate({ to: '/log-in' })
      client.clear()
    },
  })
  return (
    <div className="person">
      <ul>
        {who.grants.map(({ role, localityCode }) => (
          <li key={`${role} ${localityCode}`}>
            <strong>{wordOf(words.roles, role)}</strong>{' '}
            <span>{localityCode === null ? words.national : bodyName(localityCode)}</span>
          </li>
        ))}
      </ul>
      <button type="button" className="button" onClick={() => logOut.mutate()} disabled={logOut.isPending}>
        {words.logIn.out}
      </button>
    </div>
  )
}
