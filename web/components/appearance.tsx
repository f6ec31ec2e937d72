import { useState } from 'react'
import { LANGUAGES } from '../format/numbers.ts'
import { useSpeech } from '../words/languages.tsx'

const THEMES = ['system', 'light', 'dark'] as const
type Theme = (typeof THEMES)[number]
const KEPT_AS = 'dongbo.theme'

/** What was chosen on this machine; as the device has it where nothing was. */
export function applyKeptTheme(): Theme {
  const theme = THEMES.find((known) => known === localStorage.getItem(KEPT_AS)) ?? 'system'
  document.documentElement.dataset['theme'] = theme
  return theme
}

/** Language and theme; both change at once and are kept. */
export function Appearance() {
  const { language, words, speak } = useSpeech()
  const [theme, setTheme] = useState(applyKeptTheme)
  return (
    <div className="appearance">
      <div className="segments" role="group" aria-label={words.language}>
        {LANGUAGES.map((known) => (
          <button
            key={known}
            type="button"
            lang={known}
            aria-pressed={known === language}
            title={words.languages[known]}
            onClick={() => speak(known)}
          >
            {known.toUpperCase()}
          </button>
        ))}
      </div>
      <select
        aria-label={words.theme}
        value={theme}
        onChange={({ target }) => {
          localStorage.setItem(KEPT_AS, target.value)
          setTheme(applyKeptTheme())
        }}
      >
        {THEMES.map((known) => (
          <option key={known} value={known}>
            {words.themes[known]}
          </option>
        ))}
      </select>
    </div>
  )
}
