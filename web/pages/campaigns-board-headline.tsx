import { Glyph, type GlyphName } from '../components/glyphs.tsx'
import { useSpeech } from '../words/languages.tsx'
import type { Headline } from './campaigns-board-rows.ts'
import type { BoardSearch, Say } from './campaigns-board-search.ts'

/** What a number of the headline may ask for. */
const ASKED = ['view', 'stage', 'state', 'overdue', 'sort', 'order'] as const
const NOTHING: BoardSearch = Object.fromEntries(ASKED.map((name) => [name, undefined]))

interface Figure {
  readonly count: Exclude<keyof Headline, 'bodies'>
  readonly kind: GlyphName
  /** What shows the bodies behind the number. */
  readonly asks: BoardSearch
}
const FIGURES: readonly Figure[] = [
  { count: 'onTrack', kind: 'done', asks: { overdue: 'no' } },
  { count: 'atRisk', kind: 'at-risk', asks: { state: 'at-risk' } },
  { count: 'overdue', kind: 'overdue', asks: { overdue: 'yes' } },
  { count: 'submitted', kind: 'submitted', asks: { state: 'submitted' } },
  { count: 'synced', kind: 'daily', asks: { stage: 'sync-records', state: 'done' } },
  { count: 'letters', kind: 'letter', asks: { sort: 'letters', order: 'desc' } },
]

interface HeadlineProps {
  readonly headline: Headline
  readonly search: BoardSearch
  readonly say: Say
}

/** Six numbers; each shows whom it counts when it is pressed, and everybody again when it is pressed once more. */
export function BoardHeadline({ headline, search, say }: HeadlineProps) {
  const { words, format } = useSpeech()
  return (
    <ul className="headline" aria-label={words.board.headline}>
      {FIGURES.map(({ count, kind, asks }) => {
        const wanted: BoardSearch = { ...NOTHING, ...asks }
        const isShown = ASKED.every((name) => search[name] === wanted[name])
        return (
          <li key={count}>
            <button
              type="button"
              className="figure"
              data-kind={kind}
              aria-pressed={isShown}
              onClick={() => say(isShown ? NOTHING : wanted)}
            >
              <span className="figure-name">
                <Glyph name={kind} />
                {words.board[count]}
              </span>
              <span className="figure-count">{format.number(headline[count])}</span>
              {count === 'letters' ? null : (
                <span className="figure-of" title={words.board.ofBodies(headline.bodies)}>
                  /{format.number(headline.bodies)}
                </span>
              )}
            </button>
          </li>
        )
      })}
    </ul>
  )
}
