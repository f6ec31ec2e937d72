import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useDeferredValue, useMemo, useState } from 'react'
import { isUnreachable } from '../api.ts'
import { AsOf } from '../components/as-of.tsx'
import { useBodyName } from '../components/body-names.ts'
import { Failure, Loading, StaleNotice, State } from '../components/states.tsx'
import { retriesQuery, whoQuery, windowsQuery } from '../queries.ts'
import { useSpeech } from '../words/languages.tsx'
import { RetryDrawer, type RetryWish } from './retries.tsx'
import { RetryProgressDrawer } from './retries-progress.tsx'
import { WindowFilters } from './sync-windows-filters.tsx'
import { selectWindows, type SyncWindow, type WindowSearch } from './sync-windows-search.ts'
import { WindowTable } from './sync-windows-table.tsx'

const route = getRouteApi('/session/campaigns/$campaignId/sync-windows')

export function SyncWindowsPage() {
  const { words } = useSpeech()
  const { campaignId } = route.useParams()
  const { data, error, refetch } = useQuery(windowsQuery(campaignId))
  if (data === undefined)
    return error === null ? <Loading /> : <Failure error={error} retry={() => void refetch()} />
  return (
    <>
      {error === null || isUnreachable(error) ? null : <StaleNotice title={words.states.error} />}
      <div className="page">
        <header className="page-head">
          <h1>
            {words.windows.title}
            <AsOf />
          </h1>
          <RetryList campaignId={campaignId} />
        </header>
        {data.length === 0 ? (
          <State isPart kind="empty" title={words.windows.none} hint={words.windows.noneHint} />
        ) : (
          <Windows windows={data} campaignId={campaignId} />
        )}
      </div>
    </>
  )
}

function Windows({
  windows,
  campaignId,
}: {
  readonly windows: readonly SyncWindow[]
  readonly campaignId: string
}) {
  const { words } = useSpeech()
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const nameOf = useBodyName()
  const { data: who } = useQuery(whoQuery)
  const mayRetry = who?.actions.includes('window.retry') === true
  const [wish, setWish] = useState<RetryWish | null>(null)
  const say = (said: WindowSearch) =>
    void navigate({ search: (before) => ({ ...before, ...said }), replace: true, resetScroll: false })
  const asked = useDeferredValue(search)
  const selected = useMemo(() => selectWindows(windows, asked, nameOf), [windows, asked, nameOf])
  return (
    <>
      <WindowFilters
        windows={windows}
        selected={selected}
        search={search}
        say={say}
        retry={mayRetry ? setWish : null}
      />
      {selected.length === 0 ? (
        <State isPart kind="empty" title={words.windows.empty} hint={words.board.emptyHint} />
      ) : (
        <WindowTable windows={selected} retry={mayRetry ? setWish : null} />
      )}
      {wish === null ? null : (
        <RetryDrawer
          campaignId={campaignId}
          wish={wish}
          onClose={() => setWish(null)}
          onConfirmed={(retryId) => {
            setWish(null)
            say({ retry: retryId })
          }}
        />
      )}
      {search.retry === undefined ? null : (
        <RetryProgressDrawer
          key={search.retry}
          retryId={search.retry}
          mayRetry={mayRetry}
          onClose={() => say({ retry: undefined })}
        />
      )}
    </>
  )
}

/** The newest retries, to be looked at again. */
function RetryList({ campaignId }: { readonly campaignId: string }) {
  const { words, format } = useSpeech()
  const navigate = route.useNavigate()
  const { data } = useQuery(retriesQuery(campaignId))
  const confirmed = data?.retries.filter(({ state }) => state !== 'previewed') ?? []
  if (confirmed.length === 0) return null
  return (
    <div className="field">
      <select
        aria-label={words.windows.retries}
        value=""
        onChange={({ target }) =>
          void navigate({ search: (before) => ({ ...before, retry: target.value }), resetScroll: false })
        }
      >
        <option value="">{`${words.windows.retries} (${format.number(confirmed.length)})`}</option>
        {confirmed.map(({ retryId, state, orderedAt, windows }) => (
          <option key={retryId} value={retryId}>
            {`${orderedAt === null ? '' : format.instant(orderedAt)} · ${words.retry.windows(windows)} · ${words.retry.states[state]}`}
          </option>
        ))}
      </select>
    </div>
  )
}
