import type { ReactNode } from 'react'
import { isUnreachable, Problem } from '../api.ts'
import { useSpeech } from '../words/languages.tsx'

interface StateProps {
  readonly kind: 'loading' | 'empty' | 'error' | 'forbidden' | 'not-found' | 'offline'
  readonly title: string
  readonly hint?: string
  /** It stands in a page that has a heading of its own. */
  readonly isPart?: boolean
  readonly children?: ReactNode
}

/** What stands where something can not be shown: a picture, what it is, and what can be done. */
export function State({ kind, title, hint, isPart = false, children }: StateProps) {
  const Heading = isPart ? 'h2' : 'h1'
  return (
    <div
      className="state"
      data-kind={kind}
      role={kind === 'error' || kind === 'offline' ? 'alert' : 'status'}
    >
      <svg className="state-picture" viewBox="0 0 48 48" aria-hidden="true">
        <path d={PICTURES[kind]} />
      </svg>
      <Heading>{title}</Heading>
      {hint === undefined ? null : <p>{hint}</p>}
      {children}
    </div>
  )
}

const SHEET = 'M12 5h17l8 8v30H12zM29 5v8h8'
const PICTURES = {
  loading: 'M24 6a18 18 0 1 1-18 18',
  empty: `${SHEET}M18 22h12M18 29h8`,
  error: `M24 6 45 42H3zM24 18v12m0 4v3`,
  forbidden: 'M13 22h22v20H13zM17 22v-6a7 7 0 0 1 14 0v6M24 29v6',
  'not-found': `${SHEET}M20 21l9 9m0-9-9 9`,
  offline: 'M6 19a27 27 0 0 1 36 0M13 27a17 17 0 0 1 22 0M20 34a7 7 0 0 1 8 0M24 40v1M8 8l32 32',
} as const

export function Loading({ isPart = false }: Pick<StateProps, 'isPart'>) {
  const { words } = useSpeech()
  return <State kind="loading" title={words.states.loading} isPart={isPart} />
}

interface FailureProps extends Pick<StateProps, 'isPart'> {
  readonly error: unknown
  readonly retry: () => void
}
/** Why something could not be loaded, in the words of the API where it had some, and a way on. */
export function Failure({ error, retry, isPart = false }: FailureProps) {
  const { states } = useSpeech().words
  if (isUnreachable(error))
    return (
      <State kind="offline" title={states.unreachable} hint={states.unreachableHint} isPart={isPart}>
        <RetryButton retry={retry} />
      </State>
    )
  const status = error instanceof Problem ? error.status : 0
  if (status === 403)
    return <State kind="forbidden" title={states.forbidden} hint={states.forbiddenHint} isPart={isPart} />
  if (status === 404) return <NotFound isPart={isPart} />
  return (
    <State kind="error" title={states.error} hint={messageOf(error) ?? states.errorHint} isPart={isPart}>
      <RequestId error={error} />
      <RetryButton retry={retry} />
    </State>
  )
}

export function NotFound({ isPart = false }: Pick<StateProps, 'isPart'>) {
  const { states } = useSpeech().words
  return (
    <State kind="not-found" title={states.notFound} hint={states.notFoundHint} isPart={isPart}>
      <a className="button" href="/">
        {states.toStart}
      </a>
    </State>
  )
}

/** Over data that is still shown: why it may be old. */
export function StaleNotice({ title }: { readonly title: string }) {
  const { states } = useSpeech().words
  return (
    <p className="notice" role="status">
      <strong>{title}.</strong> {states.stale}
    </p>
  )
}

/** An act was refused: the sentence of the API. */
export function Refused({ error }: { readonly error: unknown }) {
  const { states } = useSpeech().words
  return (
    <div className="notice" data-kind="refused" role="alert">
      <p>{isUnreachable(error) ? states.unreachable : (messageOf(error) ?? states.error)}</p>
      <RequestId error={error} />
    </div>
  )
}

const messageOf = (error: unknown): string | null =>
  error instanceof Problem && error.message !== '' ? error.message : null

function RequestId({ error }: { readonly error: unknown }) {
  const { states } = useSpeech().words
  if (!(error instanceof Problem) || error.requestId === null) return null
  return (
    <p className="request-id">
      {states.requestId}: <code>{error.requestId}</code>
    </p>
  )
}

function RetryButton({ retry }: { readonly retry: () => void }) {
  const { states } = useSpeech().words
  return (
    <button type="button" className="button" onClick={retry}>
      {states.retry}
    </button>
  )
}
