import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { isLoggedOut, isUnreachable } from './api.ts'
import { applyKeptTheme } from './components/appearance.tsx'
import { whoQuery } from './queries.ts'
import { createPages } from './routes.tsx'
import { applyKeptLanguage, LanguageProvider } from './words/languages.tsx'

applyKeptTheme()
applyKeptLanguage()

const RETRIES_MAX = 2
const client = new QueryClient({
  queryCache: new QueryCache({
    onError(error, query) {
      // Who is not known yet is sent to the log-in by the route itself.
      if (query.state.data !== undefined || query.queryKey[0] !== whoQuery.queryKey[0])
        leaveIfLoggedOut(error)
    },
  }),
  mutationCache: new MutationCache({ onError: leaveIfLoggedOut }),
  defaultOptions: {
    queries: {
      // A refusal stays one, however often it is asked for.
      retry: (failures, error) => isUnreachable(error) && failures < RETRIES_MAX,
      // Changes are told by events; what was fetched is good until then.
      staleTime: 10_000,
      refetchOnWindowFocus: false,
      // Without a network a request fails and the page says so, instead of waiting.
      networkMode: 'always',
    },
    mutations: { networkMode: 'always' },
  },
})
const pages = createPages(client)

/** The session has ended while a page was open: to the log-in, and back to the same page afterwards. */
function leaveIfLoggedOut(error: unknown): void {
  if (isLoggedOut(error) && pages.state.location.pathname !== '/log-in') void leave()
}
async function leave(): Promise<void> {
  await pages.navigate({ to: '/log-in', search: { returnTo: pages.state.location.href, ended: 'yes' } })
  client.clear()
}

const root = document.getElementById('root')
if (root === null) throw new Error('index.html has no #root')
createRoot(root).render(
  <StrictMode>
    <LanguageProvider>
      <QueryClientProvider client={client}>
        <RouterProvider router={pages} />
      </QueryClientProvider>
    </LanguageProvider>
  </StrictMode>,
)
