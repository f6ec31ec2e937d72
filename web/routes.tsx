import type { QueryClient } from '@tanstack/react-query'
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router'
import { isLoggedOut } from './api.ts'
import { Shell } from './components/shell.tsx'
import { Failure, Loading, NotFound } from './components/states.tsx'
import { LogInPage } from './pages/access.tsx'
import { BoardPage } from './pages/campaigns-board.tsx'
import { readBoardSearch } from './pages/campaigns-board-search.ts'
import { CampaignsPage } from './pages/campaigns.tsx'
import { readWindowSearch } from './pages/sync-windows-search.ts'
import { whoQuery } from './queries.ts'

interface Context {
  readonly client: QueryClient
}

interface LogInSearch {
  readonly returnTo?: string | undefined
  /** The session ended while a page was open. */
  readonly ended?: 'yes' | undefined
}

const rootRoute = createRootRouteWithContext<Context>()({ component: Outlet })

const logInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/log-in',
  component: LogInPage,
  validateSearch: ({ returnTo, ended }: Readonly<Record<string, unknown>>): LogInSearch => ({
    // An address of this site only: a link must not send anybody elsewhere after the log-in.
    returnTo: typeof returnTo === 'string' && /^\/(?![/\\])/.test(returnTo) ? returnTo : undefined,
    ended: ended === 'yes' ? 'yes' : undefined,
  }),
})

/** Pages of people who are logged in; whoever is not comes back to the same page afterwards. */
const sessionRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'session',
  component: Shell,
  pendingComponent: Loading,
  errorComponent: ({ error, reset }) => <Failure error={error} retry={reset} />,
  async beforeLoad({ context: { client }, location }) {
    try {
      await client.ensureQueryData(whoQuery)
    } catch (error) {
      if (!isLoggedOut(error)) throw error
      throw redirect({ to: '/log-in', search: { returnTo: location.href } })
    }
  },
})

const campaignsRoute = createRoute({
  getParentRoute: () => sessionRoute,
  path: '/',
  component: CampaignsPage,
})

const boardRoute = createRoute({
  getParentRoute: () => sessionRoute,
  path: '/campaigns/$campaignId/board',
  validateSearch: readBoardSearch,
  component: BoardPage,
})

const windowsRoute = createRoute({
  getParentRoute: () => sessionRoute,
  path: '/campaigns/$campaignId/sync-windows',
  validateSearch: readWindowSearch,
  pendingComponent: Loading,
  component: lazyRouteComponent(() => import('./pages/sync-windows.tsx'), 'SyncWindowsPage'),
})

const localityRoute = createRoute({
  getParentRoute: () => sessionRoute,
  path: '/campaigns/$campaignId/localities/$code',
  pendingComponent: Loading,
  component: lazyRouteComponent(() => import('./pages/localities.tsx'), 'LocalityPage'),
})

const otherRoute = createRoute({ getParentRoute: () => sessionRoute, path: '$', component: NotFound })

const routeTree = rootRoute.addChildren([
  logInRoute,
  sessionRoute.addChildren([campaignsRoute, boardRoute, windowsRoute, localityRoute, otherRoute]),
])

/** Addresses are read by people: `?stage=sign-records`, no JSON in them. */
const readAddress = (search: string): Record<string, string> =>
  Object.fromEntries(new URLSearchParams(search))
function writeAddress(search: Readonly<Record<string, unknown>>): string {
  const said = Object.entries(search).flatMap(([name, value]) =>
    typeof value === 'string' ? [[name, value]] : [],
  )
  return said.length === 0 ? '' : `?${new URLSearchParams(said).toString()}`
}

export const createPages = (client: QueryClient) =>
  createRouter({
    routeTree,
    context: { client },
    parseSearch: readAddress,
    stringifySearch: writeAddress,
    defaultPendingMs: 200,
    scrollRestoration: true,
  })

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createPages>
  }
}
