import { scopeOf, mayAct, type Action, type Actor, type Scope } from '../domain/access.ts'
import { readChange, type Change, type Heard } from '../drizzle/listen.ts'

/** What a page shows and may have to fetch again, and the action without which nobody hears of it. */
export const VIEWS = {
  board: 'locality.read',
  windows: 'window.read',
  retries: 'retry.read',
  matching: 'matching.read',
  attention: 'attention.read',
  clock: 'clock.read',
  notices: 'locality.read',
  intakes: 'intake.read',
  localities: 'locality.read',
} as const satisfies Record<string, Action>
export type View = keyof typeof VIEWS
const isView = (name: string): name is View => Object.hasOwn(VIEWS, name)
const ALL_VIEWS = Object.keys(VIEWS).filter(isView)

/** Which views show a table's rows. */
const VIEWS_OF: Readonly<Record<string, readonly View[]>> = {
  locality_stages: ['board', 'localities'],
  sync_windows: ['windows'],
  retries: ['retries'],
  retry_items: ['retries'],
  matching_runs: ['matching'],
  attention_items: ['attention'],
  clock_anchors: ['clock'],
  notices: ['notices'],
  intakes: ['intakes'],
}

/** Of more bodies at once it is said that they are many. */
const BODIES_NAMED_MAX = 100
const BETWEEN_MS = 1_000

/** The bodies whose rows changed; null: any of those that the listener sees. */
export type Told = ReadonlyMap<View, readonly string[] | null>

export interface Listener {
  /** Null listens to all campaigns. */
  readonly campaignId: string | null
  /** Asked whenever something is to be told: where the listener sees a view, or null. */
  readonly scopeIn: (view: View) => Scope | null
  readonly tell: (told: Told) => void
  readonly end: () => void
}

/** Where an actor sees a view, or null. */
export const scopeInView = (actor: Actor, view: View): Scope | null =>
  actor.grants.some(({ role }) => mayAct(role, VIEWS[view])) ? scopeOf(actor, VIEWS[view]) : null

export type Events = ReturnType<typeof createEvents>

/**
 * Passes on to every browser what the database told this process: each view at most once a second to each listener, with
 * the bodies that it may see. Holds no more than one second's notifications, each once.
 */
export function createEvents() {
  const listeners = new Set<Listener>()
  let heardTexts = new Set<string>()
  let mayHaveMissed = false
  let timer: NodeJS.Timeout | undefined
  let toldMs = -Infinity

  function tellAll(): void {
    timer = undefined
    toldMs = performance.now()
    const changes = [...heardTexts].map(readChange)
    const everything = mayHaveMissed
    heardTexts = new Set()
    mayHaveMissed = false
    for (const listener of listeners) {
      const told = everything ? everythingFor(listener) : changesFor(listener, changes)
      if (told.size > 0) listener.tell(told)
    }
  }
  const heard: Heard = (text) => {
    if (listeners.size === 0) return
    if (text === undefined) mayHaveMissed = true
    else heardTexts.add(text)
    timer ??= setTimeout(tellAll, Math.max(0, toldMs + BETWEEN_MS - performance.now()))
  }

  return {
    /** What the channel {@link CHANGES} says. */
    heard,
    /** From now on it is told; the returned lets it go. */
    add(listener: Listener): () => void {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    /** Ends all listeners. */
    close(): void {
      clearTimeout(timer)
      for (const listener of listeners) listener.end()
    },
  }
}

const everythingFor = ({ scopeIn }: Listener): Told =>
  new Map(ALL_VIEWS.flatMap((view) => (scopeIn(view) === null ? [] : [[view, null] as const])))

function changesFor(listener: Listener, changes: readonly Change[]): Told {
  const told = new Map<View, Set<string> | null>()
  for (const change of changes)
    for (const view of VIEWS_OF[change.table] ?? []) {
      const codes = seenBy(listener, view, change)
      if (codes === undefined) continue
      const named = told.get(view)
      if (codes === null) told.set(view, null)
      else if (named === undefined) told.set(view, new Set(codes))
      else for (const code of codes) named?.add(code)
    }
  return new Map(
    [...told].map(([view, codes]) => [
      view,
      codes === null || codes.size > BODIES_NAMED_MAX ? null : [...codes].toSorted(),
    ]),
  )
}

/** The bodies of a change that a listener sees, null where it names none, undefined where it does not concern the listener. */
function seenBy(listener: Listener, view: View, change: Change): readonly string[] | null | undefined {
  const { campaignId, scopeIn } = listener
  const scope = scopeIn(view)
  const { localityCodes } = change
  if (scope === null) return undefined
  if (campaignId !== null && change.campaignId !== null && change.campaignId !== campaignId) return undefined
  if (scope === 'national') return localityCodes
  // A campaign as a whole is shown to those who take part in it, which is known of the one that is listened to.
  if (localityCodes === null) return change.campaignId === null || campaignId !== null ? null : undefined
  const seen = localityCodes.filter((code) => scope.includes(code))
  return seen.length === 0 ? undefined : seen
}
