import { useSpeech } from '../words/languages.tsx'

interface Counted {
  readonly accepted: number
  readonly rejected: number
  readonly pending: number
}
const PARTS = ['accepted', 'rejected', 'pending'] as const

/** Accepted, rejected and pending records, and that together they are all of them. */
export function ConservationBar({ accepted, rejected, pending }: Counted) {
  const { words, format } = useSpeech()
  const counts = { accepted, rejected, pending }
  const items = accepted + rejected + pending
  const share = (count: number) => (items === 0 ? 0 : (count / items) * 100)
  const starts = { accepted: 0, rejected: share(accepted), pending: share(accepted + rejected) }
  return (
    <div className="conservation">
      <svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
        {PARTS.map((part) => (
          <rect key={part} data-part={part} x={starts[part]} width={share(counts[part])} height={8} />
        ))}
      </svg>
      <p>
        {PARTS.map((part) => (
          <span key={part} data-part={part}>
            <strong>{format.number(counts[part])}</strong> {words.windows[part]}
          </span>
        ))}
        <span>{words.windows.sum(items)}</span>
      </p>
    </div>
  )
}
