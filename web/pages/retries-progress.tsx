import { useQuery } from '@tanstack/react-query'
import { bulkRetryView } from '../../api/contract/retries.ts'
import { explain, isRefusalCode } from '../../domain/errors.ts'
import { explainReason } from '../../domain/retries.ts'
import { act } from '../api.ts'
import { useAct } from '../components/acts.ts'
import { useBodyName } from '../components/body-names.ts'
import { Drawer } from '../components/drawer.tsx'
import { Glyph } from '../components/glyphs.tsx'
import { Failure, Loading, Refused } from '../components/states.tsx'
import { retryItemsQuery, retryQuery, type BulkRetry, type RetryItem } from '../queries.ts'
import { useSpeech } from '../words/languages.tsx'

interface DrawerProps {
  readonly retryId: string
  readonly mayRetry: boolean
  readonly onClose: () => void
}

/** How far a confirmed retry is, and what became of each window. */
export function RetryProgressDrawer({ retryId, mayRetry, onClose }: DrawerProps) {
  const { words } = useSpeech()
  const retry = useQuery(retryQuery(retryId))
  const items = useQuery(retryItemsQuery(retryId))
  return (
    <Drawer title={words.retry.title} onClose={onClose}>
      {retry.data === undefined ? (
        retry.error === null ? (
          <Loading isPart />
        ) : (
          <Failure isPart error={retry.error} retry={() => void retry.refetch()} />
        )
      ) : (
        <>
          <Progress retry={retry.data} mayRetry={mayRetry} />
          {items.data === undefined ? <Loading isPart /> : <RetryItems items={items.data} />}
        </>
      )}
    </Drawer>
  )
}

function Progress({ retry, mayRetry }: { readonly retry: BulkRetry; readonly mayRetry: boolean }) {
  const { words, format } = useSpeech()
  const { retryId, state, windows, retried, notRetried, reason } = retry
  const steer = useAct(
    (step: 'pause' | 'resume', key: string) => act(`/retries/${retryId}/${step}`, {}, key, bulkRetryView),
    ['retries'],
  )
  const step = state === 'paused' ? 'resume' : 'pause'
  return (
    <section className="retry-progress">
      <p role="status">
        <strong>{words.retry.states[state]}</strong> {words.retry.progress(retried + notRetried, windows)}
      </p>
      <progress value={retried + notRetried} max={windows} aria-label={words.retry.title} />
      {reason === null ? null : <blockquote>{reason}</blockquote>}
      <p className="hint">
        {words.retry.outcomes.retried}: {format.number(retried)} · {words.retry.outcomes['not-retried']}:{' '}
        {format.number(notRetried)}
      </p>
      {mayRetry && (state === 'running' || state === 'paused') ? (
        <button type="button" className="button" disabled={steer.isPending} onClick={() => steer.order(step)}>
          {words.retry[step]}
        </button>
      ) : null}
      {steer.isError ? <Refused error={steer.error} /> : null}
    </section>
  )
}

const LOOKS = {
  retried: { glyph: 'done', kind: 'done' },
  'not-retried': { glyph: 'overdue', kind: 'overdue' },
  none: { glyph: 'waiting', kind: 'waiting' },
} as const

interface ItemsProps {
  readonly items: readonly RetryItem[]
  /** Windows beyond those that are listed. */
  readonly more?: number
  /** Of a preview there is nothing to tell yet. */
  readonly isPreview?: boolean
}

export function RetryItems({ items, more = 0, isPreview = false }: ItemsProps) {
  const { words, format, language } = useSpeech()
  const nameOf = useBodyName()
  return (
    <section className="retry-items">
      <h3>{words.retry.items}</h3>
      <ul>
        {items.map(({ windowId, localityCode, reason, pending, accepted, outcome, problem, opensAt }) => {
          const look = LOOKS[outcome ?? 'none']
          return (
            <li key={windowId}>
              <span>
                <span className="body-name">{nameOf(localityCode)}</span>{' '}
                <span className="body-code">{localityCode}</span>
                <span className="under">{explainReason(reason)[language]}</span>
              </span>
              <span>
                {format.number(pending)} {words.retry.willSend}
                <span className="under">
                  {format.number(accepted)} {words.retry.notAgain}
                </span>
              </span>
              {isPreview ? null : (
                <span data-kind={look.kind}>
                  <span className="cell-state">
                    <Glyph name={look.glyph} />
                    {words.retry.outcomes[outcome ?? 'none']}
                  </span>
                  <span className="under">
                    {opensAt === null ? null : words.retry.sendsAt(format.instant(opensAt))}
                    {problem === null
                      ? null
                      : isRefusalCode(problem)
                        ? explain(problem, {}, language)
                        : problem}
                  </span>
                </span>
              )}
            </li>
          )
        })}
      </ul>
      {more > 0 ? <p className="hint">{words.retry.more(more)}</p> : null}
    </section>
  )
}
