import { useQuery } from '@tanstack/react-query'
import { Loading } from '../components/states.tsx'
import { noticesQuery, processQuery, type Body, type Place, type Process } from '../queries.ts'
import { useSpeech, wordOf } from '../words/languages.tsx'

/** What the running process waits for, and when it goes on by itself. */
export function Next({ place }: { readonly place: Place }) {
  const { words } = useSpeech()
  const { data, isPending } = useQuery(processQuery(place))
  return (
    <section className="panel">
      <h2>{words.locality.next}</h2>
      {data !== undefined ? (
        <Waits process={data} />
      ) : isPending ? (
        <Loading isPart />
      ) : (
        <p className="hint">{words.locality.processAway}</p>
      )}
    </section>
  )
}

function Waits({ process }: { readonly process: Process }) {
  const { words, format } = useSpeech()
  const { locality } = words
  const { waitsFor, nextAt, ended } = process
  const known = { ...locality.waits, ...locality.blockers }
  return (
    <>
      {ended ? <p>{locality.ended}</p> : null}
      {!ended && waitsFor.length === 0 ? <p>{locality.nothingNext}</p> : null}
      <ul className="waits">
        {waitsFor.map((code) => (
          <li key={code}>{wordOf(known, code)}</li>
        ))}
      </ul>
      {nextAt === null ? null : <p className="hint">{locality.nextAt(format.instant(nextAt))}</p>}
    </>
  )
}

/** Acts of people, the newest first. */
export function History({ body }: { readonly body: Body }) {
  const { words, format } = useSpeech()
  const { locality, stages } = words
  return (
    <section className="panel">
      <h2>{locality.history}</h2>
      {body.acts.length === 0 ? <p className="hint">{locality.noHistory}</p> : null}
      <ul className="records">
        {body.acts.toReversed().map(({ actId, kind, stage, occurredAt, reason, documentNo, effective }) => (
          <li key={actId}>
            <strong>{wordOf(locality.acts, kind)}</strong>
            {stage === null ? null : ` · ${wordOf(stages, stage)}`}
            <span className="under">
              {[
                format.instant(occurredAt),
                ...(documentNo === null ? [] : [locality.document(documentNo)]),
                ...(effective ? [] : [locality.notEffective]),
              ].join(' · ')}
            </span>
            {reason === null ? null : <span className="under">{reason}</span>}
          </li>
        ))}
      </ul>
    </section>
  )
}

/** Reminders and letters to the body, the newest first; each can be opened and read. */
export function Notices({ place }: { readonly place: Place }) {
  const { words, format } = useSpeech()
  const { locality, stages } = words
  const { data } = useQuery(noticesQuery(place))
  const notices = data?.notices ?? []
  return (
    <section className="panel">
      <h2>{locality.notices}</h2>
      {notices.length === 0 ? <p className="hint">{locality.noNotices}</p> : null}
      <ul className="records">
        {notices.map(({ noticeId, kind, stage, number, subject, text, onDay, delivered }) => (
          <li key={noticeId}>
            <details>
              <summary>
                <strong>
                  {wordOf(locality.notice, kind)}
                  {number === null ? '' : ` ${format.number(number)}`}
                </strong>
                {` · ${wordOf(stages, stage)}`}
                <span className="under">
                  {format.day(onDay)}
                  {delivered ? '' : ` · ${locality.notDelivered}`}
                </span>
              </summary>
              <p lang="vi">
                <strong>{subject}</strong>
              </p>
              <p lang="vi" className="letter">
                {text}
              </p>
            </details>
          </li>
        ))}
      </ul>
    </section>
  )
}
