import { useId, useState, type ReactNode } from 'react'
import { actView } from '../../api/contract/localities.ts'
import { addDays } from '../../domain/hanoi-time.ts'
import { act as send } from '../api.ts'
import { useAct } from '../components/acts.ts'
import { Drawer } from '../components/drawer.tsx'
import { Refused } from '../components/states.tsx'
import { lastDayOf, readDayMonthYear } from '../format/dates.ts'
import type { Body, Place } from '../queries.ts'
import { useSpeech } from '../words/languages.tsx'
import type { BodyAct, StageAct } from './localities-acts.ts'

/** An act that somebody is about to do; without a stage it is at the body’s whole process. */
export interface WishedAct {
  readonly act: StageAct | BodyAct
  readonly stage: Body['stages'][number] | null
}

/** What must be said with an act; what may be said is asked for as well. */
const REQUIRED = {
  submit: { reason: false, documentNo: false },
  approve: { reason: false, documentNo: false },
  return: { reason: true, documentNo: false },
  extend: { reason: true, documentNo: true },
  override: { reason: true, documentNo: true },
  hold: { reason: true, documentNo: false },
  resume: { reason: true, documentNo: false },
} as const satisfies Record<WishedAct['act'], { readonly reason: boolean; readonly documentNo: boolean }>

/** An empty field is not sent. */
const said = (name: string, text: string) => (text.trim() === '' ? {} : { [name]: text.trim() })

interface DrawerProps {
  readonly place: Place
  readonly wish: WishedAct
  readonly onClose: () => void
}

export function ActDrawer({ place, wish, onClose }: DrawerProps) {
  const { words } = useSpeech()
  const { locality } = words
  const { act, stage } = wish
  const [reason, setReason] = useState('')
  const [documentNo, setDocumentNo] = useState('')
  const [lastDay, setLastDay] = useState('')
  const path = `/campaigns/${place.campaignId}/localities/${place.code}${stage === null ? '' : `/stages/${stage.stage}`}/${act}`
  const doing = useAct(
    (body: object, key: string) => send(path, body, key, actView),
    ['localities', 'board', 'notices'],
  )
  const required = REQUIRED[act]
  const submit = () =>
    doing.order(
      {
        ...said(act === 'submit' || act === 'approve' ? 'remark' : 'reason', reason),
        ...said('documentNo', documentNo),
        ...(act === 'extend' ? { lastDay } : {}),
      },
      { onSuccess: ({ secondPerson, shown }) => (secondPerson === true || !shown ? undefined : onClose()) },
    )
  const title = `${locality.acts[act]}${stage === null ? '' : ` · ${words.stages[stage.stage]}`}`
  if (doing.isSuccess)
    return (
      <Drawer title={title} onClose={onClose}>
        <p className="notice" role="status">
          {doing.data.secondPerson === true ? locality.secondPerson : locality.notShownYet}
        </p>
      </Drawer>
    )
  return (
    <Drawer title={title} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          submit()
        }}
      >
        {act === 'extend' && stage !== null ? (
          <LastDay after={lastDayOf(stage.dueAt)} onChange={setLastDay} />
        ) : null}
        <Labelled label={required.reason ? locality.reason : locality.remark}>
          {(id) => (
            <textarea
              id={id}
              rows={3}
              required={required.reason}
              minLength={3}
              maxLength={1_000}
              value={reason}
              onChange={({ target }) => setReason(target.value)}
            />
          )}
        </Labelled>
        <Labelled label={required.documentNo ? locality.documentNo : locality.documentNoOptional}>
          {(id) => (
            <input
              id={id}
              required={required.documentNo}
              maxLength={100}
              value={documentNo}
              onChange={({ target }) => setDocumentNo(target.value)}
            />
          )}
        </Labelled>
        {doing.isError ? <Refused error={doing.error} /> : null}
        <div className="acts">
          <button className="button" data-kind="primary" disabled={doing.isPending}>
            {locality.acts[act]}
          </button>
        </div>
      </form>
    </Drawer>
  )
}

interface LastDayProps {
  readonly after: string
  readonly onChange: (day: string) => void
}

/** Not the browser’s own field for days: that one writes them as the machine’s language does. */
function LastDay({ after, onChange }: LastDayProps) {
  const { words, format } = useSpeech()
  const hint = words.locality.lastDayHint(format.day(after))
  return (
    <Labelled label={words.locality.lastDay}>
      {(id) => (
        <>
          <input
            id={id}
            inputMode="numeric"
            required
            placeholder={format.day(addDays(after, 7))}
            aria-describedby={`${id}-hint`}
            onInput={({ currentTarget }) => {
              const day = readDayMonthYear(currentTarget.value)
              currentTarget.setCustomValidity(day === null || day <= after ? hint : '')
              onChange(day ?? '')
            }}
          />
          <p className="hint" id={`${id}-hint`}>
            {hint}
          </p>
        </>
      )}
    </Labelled>
  )
}

function Labelled(props: { readonly label: string; readonly children: (id: string) => ReactNode }) {
  const id = useId()
  return (
    <div className="field">
      <label htmlFor={id}>{props.label}</label>
      {props.children(id)}
    </div>
  )
}
