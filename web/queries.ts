import { queryOptions, type QueryClient, type QueryKey } from '@tanstack/react-query'
import { rehearsalLogInList, whoView } from '../api/contract/access.ts'
import { campaignList, campaignView, type boardView } from '../api/contract/campaigns.ts'
import { clockView } from '../api/contract/clock.ts'
import { bodyView, noticeList, processView } from '../api/contract/localities.ts'
import { bulkRetryList, bulkRetryView, retryItemList } from '../api/contract/retries.ts'
import { windowList } from '../api/contract/sync-windows.ts'
import { Problem, read, type Reader } from './api.ts'

// The first word of a key is the name of the event after which it is fetched again.

type Read<R extends Reader<unknown>> = ReturnType<R['parse']>
export type Who = Read<typeof whoView>
export type Campaign = Read<typeof campaignView>
export type Board = Read<typeof boardView>
export type Body = Read<typeof bodyView>
export type Process = Read<typeof processView>
export type SyncWindow = Read<typeof windowList>['windows'][number]
export type BulkRetry = Read<typeof bulkRetryView>
export type RetryItem = Read<typeof retryItemList>['items'][number]

interface Fetching {
  readonly client: QueryClient
  readonly queryKey: QueryKey
  readonly signal: AbortSignal
}
const readOnce =
  <T>(path: string, reader: Reader<T>) =>
  ({ client, queryKey, signal }: Fetching): Promise<T> =>
    read(path, reader, { known: client.getQueryData<T>(queryKey), signal })

export const whoQuery = queryOptions({
  queryKey: ['who'],
  queryFn: readOnce('/who-am-i', whoView),
  staleTime: Infinity,
})

export const rehearsalLogInsQuery = queryOptions({
  queryKey: ['rehearsal-log-ins'],
  queryFn: readOnce('/rehearsal-log-ins', rehearsalLogInList),
  staleTime: Infinity,
})

export const campaignsQuery = queryOptions({
  queryKey: ['board', 'campaigns'],
  queryFn: readOnce('/campaigns?limit=200', campaignList),
})

export const campaignQuery = (campaignId: string) =>
  queryOptions({
    queryKey: ['board', 'campaign', campaignId],
    queryFn: readOnce(`/campaigns/${campaignId}`, campaignView),
  })

/** All bodies in one answer. */
const BODIES_MAX = 5_000
/** Only its frame: to check 24,000 cells again would cost more than to draw them. */
const boardReader: Reader<Board> = {
  parse(value) {
    if (!isBoard(value)) throw new Problem({ status: 200, code: 'unexpected' })
    return value
  },
}
const isBoard = (value: unknown): value is Board =>
  typeof value === 'object' && value !== null && 'bodies' in value && Array.isArray(value.bodies)

export const boardQuery = (campaignId: string) =>
  queryOptions({
    queryKey: ['board', campaignId],
    queryFn: readOnce(`/campaigns/${campaignId}/board?limit=${BODIES_MAX}`, boardReader),
  })

export const windowsQuery = (campaignId: string) =>
  queryOptions({
    queryKey: ['windows', campaignId],
    queryFn: async ({ signal }) =>
      (await readPages(`/campaigns/${campaignId}/sync-windows`, windowList, signal)).flatMap(
        ({ windows }) => windows,
      ),
  })

export interface Place {
  readonly campaignId: string
  readonly code: string
}
const pathOf = ({ campaignId, code }: Place) => `/campaigns/${campaignId}/localities/${code}`

export const bodyQuery = (place: Place) =>
  queryOptions({ queryKey: ['localities', place], queryFn: readOnce(pathOf(place), bodyView) })

/** Asked of the running process itself: it may be away while everything else answers. */
export const processQuery = (place: Place) =>
  queryOptions({
    queryKey: ['localities', 'process', place],
    queryFn: readOnce(`${pathOf(place)}/process`, processView),
    retry: false,
  })

export const noticesQuery = (place: Place) =>
  queryOptions({
    queryKey: ['notices', place],
    queryFn: readOnce(`${pathOf(place)}/notices?limit=50`, noticeList),
  })

export const retriesQuery = (campaignId: string) =>
  queryOptions({
    queryKey: ['retries', campaignId],
    queryFn: readOnce(`/campaigns/${campaignId}/retries?limit=20`, bulkRetryList),
  })

export const retryQuery = (retryId: string) =>
  queryOptions({
    queryKey: ['retries', 'one', retryId],
    queryFn: readOnce(`/retries/${retryId}`, bulkRetryView),
  })

export const retryItemsQuery = (retryId: string) =>
  queryOptions({
    queryKey: ['retries', 'items', retryId],
    queryFn: async ({ signal }) =>
      (await readPages(`/retries/${retryId}/items`, retryItemList, signal)).flatMap(({ items }) => items),
  })

/** Of the API’s size; what lies beyond so many of them no screen shows. */
const PAGE = 200
const PAGES_MAX = 50

async function readPages<Page extends { readonly next: string | null }>(
  path: string,
  reader: Reader<Page>,
  signal: AbortSignal,
): Promise<readonly Page[]> {
  const pages: Page[] = []
  let after = ''
  do {
    const page = await read(`${path}?limit=${PAGE}${after}`, reader, { signal })
    pages.push(page)
    after = page.next === null ? '' : `&after=${page.next}`
  } while (after !== '' && pages.length < PAGES_MAX)
  return pages
}

const CLOCK_MS = { rehearsal: 1_000, otherwise: 60_000 }

const readClock = readOnce('/clock', clockView)
export const clockQuery = queryOptions({
  queryKey: ['clock'],
  queryFn: readClock,
  // A rehearsal’s day passes in a second or less; a clock that stands or is the real one is only looked at.
  refetchInterval: ({ state: { data } }) =>
    data?.mode === 'rehearsal' && data.standing !== 'paused' ? CLOCK_MS.rehearsal : CLOCK_MS.otherwise,
})
