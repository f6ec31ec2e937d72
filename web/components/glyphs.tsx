import { useSpeech } from '../words/languages.tsx'

/** A shape of its own for each state, so that none is told by colour alone. Drawn on 16 × 16. */
const SHAPES = {
  overdue: 'M8 1.5 15.2 14H.8zM8 6v4m0 1.4v1',
  'at-risk': 'M8 1.2 14.8 8 8 14.8 1.2 8zM8 5v3.5m0 1.4v1',
  submitted: 'M4 2h8M4 14h8M5 2v2.5L8 8l3-3.5V2M5 14v-2.5L8 8l3 3.5V14',
  approved: 'M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13M8 5.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5',
  open: 'M4 2.5 13 8l-9 5.5z',
  daily: 'M13.5 8A5.5 5.5 0 0 1 3.3 10.9M2.5 8a5.5 5.5 0 0 1 10.2-2.9M12.9 2v3.2H9.7M3.1 14v-3.2h3.2',
  'done-late': 'M3 8.5 6.5 12 13 4.5M1.5 15h13',
  done: 'M2.5 8.5 6.5 12.5 13.5 4',
  waiting: 'M4 8h8',
  held: 'M5 3v10M11 3v10',
  letter: 'M1.5 3.5h13v9h-13zM1.5 4l6.5 5 6.5-5',
} as const
export type GlyphName = keyof typeof SHAPES

/** Beside its word, therefore silent. */
export const Glyph = ({ name }: { readonly name: GlyphName }) => (
  <svg className="glyph" viewBox="0 0 16 16" aria-hidden="true" data-glyph={name}>
    <path d={SHAPES[name]} />
  </svg>
)

/** Of a body whose process somebody holds. */
export function Held() {
  const { words } = useSpeech()
  return (
    <span className="held">
      <Glyph name="held" />
      {words.board.held}
    </span>
  )
}
