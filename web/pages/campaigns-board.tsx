import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { lazy, Suspense, useDeferredValue, useMemo } from 'react'
import type { HanoiDate } from '../../domain/hanoi-time.ts'
import { isUnreachable } from '../api.ts'
import { AsOf, useToday } from '../components/as-of.tsx'
import { Failure, Loading, StaleNotice, State } from '../components/states.tsx'
import { dayOf } from '../format/dates.ts'
import { boardQuery, campaignQuery, type Board, type Campaign } from '../queries.ts'
import { useSpeech } from '../words/languages.tsx'
import { BoardFilters } from './campaigns-board-filters.tsx'
import { BoardHeadline } from './campaigns-board-headline.tsx'
import { BoardMatrix } from './campaigns-board-matrix.tsx'
import { headlineOf, rowsOf, type BoardRow } from './campaigns-board-rows.ts'
import { select, type BoardSearch, type Say } from './campaigns-board-search.ts'

const ProgressCharts = lazy(async () => ({
  default: (await import('./campaigns-progress.tsx')).ProgressCharts,
}))
const route = getRouteApi('/session/campaigns/$campaignId/board')

export function BoardPage() {
  const { words } = useSpeech()
  const { campaignId } = route.useParams()
  const campaign = useQuery(campaignQuery(campaignId))
  const board = useQuery(boardQuery(campaignId))
  const error = board.error ?? campaign.error
  // That nobody is reached is said around every page.
  if (campaign.data !== undefined && board.data !== undefined)
    return (
      <>
        {error === null || isUnreachable(error) ? null : <StaleNotice title={words.states.error} />}
        <Board campaign={campaign.data} board={board.data} />
      </>
    )
  if (error === null) return <Loading />
  return (
    <Failure
      error={error}
      retry={() => {
        void campaign.refetch()
        void board.refetch()
      }}
    />
  )
}

function Board({ campaign, board }: { readonly campaign: Campaign; readonly board: Board }) {
  const { words, language } = useSpeech()
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const say: Say = (said) =>
    void navigate({ search: (before) => ({ ...before, ...said }), replace: true, resetScroll: false })
  const today = useToday() ?? dayOf(board.asOf)
  const rows = useMemo(() => rowsOf(board, today), [board, today])
  return (
    <div className="page board">
      <header className="page-head">
        <div>
          <h1>
            {words.board.title}
            <AsOf />
          </h1>
          <p>
            {language === 'vi' ? campaign.titleVi : campaign.titleEn} · {campaign.legalDocument}
          </p>
        </div>
        <Views search={search} say={say} />
      </header>
      {rows.length === 0 ? (
        <State isPart kind="empty" title={words.board.noBodies} hint={words.board.noBodiesHint} />
      ) : (
        <>
          <BoardHeadline headline={headlineOf(rows)} search={search} say={say} />
          {search.view === 'progress' ? (
            <Suspense fallback={<Loading isPart />}>
              <ProgressCharts rows={rows} launchedOn={dayOf(campaign.launchedAt)} today={today} />
            </Suspense>
          ) : (
            <Matrix rows={rows} search={search} say={say} today={today} />
          )}
        </>
      )}
    </div>
  )
}

function Views({ search, say }: { readonly search: BoardSearch; readonly say: Say }) {
  const { views, viewsTitle } = useSpeech().words.board
  return (
    <div className="segments views" role="group" aria-label={viewsTitle}>
      {(['matrix', 'progress'] as const).map((view) => (
        <button
          key={view}
          type="button"
          aria-pressed={view === (search.view ?? 'matrix')}
          onClick={() => say({ view: view === 'matrix' ? undefined : view })}
        >
          {views[view]}
        </button>
      ))}
    </div>
  )
}

interface MatrixProps {
  readonly rows: readonly BoardRow[]
  readonly search: BoardSearch
  readonly say: Say
  readonly today: HanoiDate
}

function Matrix({ rows, search, say, today }: MatrixProps) {
  const { words, format, nameOf } = useSpeech()
  // Typing goes on while thousands of rows are looked through.
  const asked = useDeferredValue(search)
  const selected = useMemo(
    () => select(rows, asked, { name: ({ body }) => nameOf(body), compare: format.compare }),
    [rows, asked, nameOf, format],
  )
  return (
    <>
      <BoardFilters search={search} say={say} selected={selected} all={rows.length} today={today} />
      {selected.length === 0 ? (
        <State isPart kind="empty" title={words.board.empty} hint={words.board.emptyHint} />
      ) : (
        <BoardMatrix rows={selected} search={asked} say={say} />
      )}
    </>
  )
}
