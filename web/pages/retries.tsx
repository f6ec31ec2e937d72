import { useEffect, useId, useState } from 'react'
import { bulkRetryView, retryPreviewView } from '../../api/contract/retries.ts'
import { act } from '../api.ts'
import { useAct } from '../components/acts.ts'
import { Drawer } from '../components/drawer.tsx'
import { Choice } from '../components/fields.tsx'
import { Loading, Refused } from '../components/states.tsx'
import { useSpeech } from '../words/languages.tsx'
import { RetryItems } from './retries-progress.tsx'

/** Which parked windows are to be retried. */
export interface RetryWish {
  readonly localityCodes: readonly string[]
  readonly reasons: readonly string[]
}
type Preview = ReturnType<(typeof retryPreviewView)['parse']>

const PACES = ['10', '60', '300', '1000', '6000'] as const
type Pace = (typeof PACES)[number]

interface DrawerProps {
  readonly campaignId: string
  readonly wish: RetryWish
  readonly onClose: () => void
  readonly onConfirmed: (retryId: string) => void
}

/** What a retry would do, exactly; confirmed, exactly that is done. */
export function RetryDrawer({ campaignId, wish, onClose, onConfirmed }: DrawerProps) {
  const { words } = useSpeech()
  const [reasons, setReasons] = useState(wish.reasons)
  const [pace, setPace] = useState<Pace>('60')
  const preview = useAct(
    (body: object, key: string) =>
      act(`/campaigns/${campaignId}/retries/preview`, body, key, retryPreviewView),
    [],
  )
  const { mutate } = preview
  const look = () =>
    mutate({
      localityCodes: wish.localityCodes,
      reasons: reasons.length === 0 ? null : reasons,
      perMinute: Number(pace),
    })
  // The drawer opens with its preview, and what is chosen in it is previewed anew.
  useEffect(look, [mutate, wish.localityCodes, reasons, pace])
  return (
    <Drawer title={words.retry.title} onClose={onClose}>
      {preview.isPending ? <Loading isPart /> : null}
      {preview.isError ? (
        <>
          <Refused error={preview.error} />
          <AgainButton again={look} />
        </>
      ) : null}
      {preview.isSuccess ? (
        <Previewed
          key={preview.data.token}
          campaignId={campaignId}
          preview={preview.data}
          pace={pace}
          setPace={setPace}
          setReasons={setReasons}
          again={look}
          onConfirmed={onConfirmed}
        />
      ) : null}
    </Drawer>
  )
}

function AgainButton({ again }: { readonly again: () => void }) {
  const { words } = useSpeech()
  return (
    <button type="button" className="button" onClick={again}>
      {words.retry.again}
    </button>
  )
}

interface PreviewedProps {
  readonly campaignId: string
  readonly preview: Preview
  readonly pace: Pace
  readonly setPace: (pace: Pace) => void
  readonly setReasons: (reasons: readonly string[]) => void
  readonly again: () => void
  readonly onConfirmed: (retryId: string) => void
}

function Previewed(props: PreviewedProps) {
  const { campaignId, preview, pace, setPace, again, onConfirmed } = props
  const { words, format } = useSpeech()
  const [why, setWhy] = useState('')
  const whyId = useId()
  const confirm = useAct(
    (body: object, key: string) => act(`/campaigns/${campaignId}/retries`, body, key, bulkRetryView),
    ['retries', 'windows'],
  )
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        confirm.order(
          { token: preview.token, reason: why.trim() },
          { onSuccess: ({ retryId }) => onConfirmed(retryId) },
        )
      }}
    >
      <dl className="sums">
        <Sum count={preview.windows} label={words.retry.windows(preview.windows)} isWhole />
        <Sum count={preview.pending} label={words.retry.willSend} />
        <Sum count={preview.accepted} label={words.retry.notAgain} />
        <Sum count={preview.rejected} label={words.retry.rejectedBefore} />
      </dl>
      <Reasons {...props} />
      <div className="pace">
        <Choice
          label={words.retry.pace}
          value={pace}
          choices={PACES.map((each) => [each, words.retry.perMinute(Number(each))])}
          onChoose={(chosen) => setPace(chosen ?? '60')}
        />
        <p className="hint">{words.retry.minutes(Math.ceil(preview.windows / preview.perMinute))}</p>
      </div>
      <div className="field">
        <label htmlFor={whyId}>{words.retry.why}</label>
        <textarea
          id={whyId}
          rows={2}
          required
          minLength={3}
          maxLength={1_000}
          autoFocus
          value={why}
          onChange={({ target }) => setWhy(target.value)}
        />
        <p className="hint">{words.retry.whyHint}</p>
      </div>
      {confirm.isError ? <Refused error={confirm.error} /> : null}
      <div className="acts">
        <button className="button" data-kind="primary" disabled={confirm.isPending || why.trim().length < 3}>
          {words.retry.confirm(preview.windows)}
        </button>
        {confirm.isError ? <AgainButton again={again} /> : null}
        <p className="hint">
          {words.retry.validUntil} {format.instant(preview.expiresAt)}
        </p>
      </div>
      <RetryItems items={preview.items} more={preview.windows - preview.items.length} isPreview />
    </form>
  )
}

function Sum({
  count,
  label,
  isWhole,
}: {
  readonly count: number
  readonly label: string
  readonly isWhole?: true
}) {
  const { format } = useSpeech()
  return (
    <div>
      <dt>{isWhole === true ? '' : label}</dt>
      <dd>{isWhole === true ? label : format.number(count)}</dd>
    </div>
  )
}

/** Whether letting go on is enough, reason by reason; where it is not, a way to leave those windows out. */
function Reasons({ preview, setReasons }: PreviewedProps) {
  const { words, language, format } = useSpeech()
  const mends = preview.reasons.filter((reason) => reason.class === 'retry-mends')
  const isMixed = mends.length < preview.reasons.length
  return (
    <section className="reasons">
      <h3>{words.retry.reasons}</h3>
      <ul>
        {preview.reasons.map((reason) => (
          <li key={reason.reason} data-class={reason.class}>
            <strong>{words.retry.classes[reason.class]}</strong>
            <span>{language === 'vi' ? reason.messageVi : reason.messageEn}</span>
            <span className="under">
              {words.retry.windows(reason.windows)} · {format.number(reason.pending)} {words.retry.willSend}
            </span>
          </li>
        ))}
      </ul>
      {isMixed ? (
        <div className="notice">
          <p>{words.retry.warning}</p>
          {mends.length === 0 ? null : (
            <button
              type="button"
              className="button"
              onClick={() => setReasons(mends.map(({ reason }) => reason))}
            >
              {words.retry.leaveOut}
            </button>
          )}
        </div>
      ) : null}
    </section>
  )
}
