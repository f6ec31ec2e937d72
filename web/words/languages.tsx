import { createContext, useContext, useMemo, useState, type ReactNode } from 'react'
import { createFormat, isLanguage, type Format, type Language } from '../format/numbers.ts'
import { en } from './en.ts'
import { vi, type Words } from './vi.ts'

export const WORDS: Readonly<Record<Language, Words>> = { vi, en }
const KEPT_AS = 'dongbo.language'

/** What was chosen on this machine; Vietnamese where nothing was. The page says it, and requests ask for it. */
export function applyKeptLanguage(): Language {
  const kept = localStorage.getItem(KEPT_AS)
  const language = isLanguage(kept) ? kept : 'vi'
  document.documentElement.lang = language
  return language
}

interface Named {
  readonly nameVi: string
  readonly nameEn: string
}
interface Speech {
  readonly language: Language
  readonly words: Words
  readonly format: Format
  readonly speak: (language: Language) => void
  /** What something is called in the chosen language. */
  readonly nameOf: (named: Named) => string
}
const SpeechContext = createContext<Speech | null>(null)

export function LanguageProvider({ children }: { readonly children: ReactNode }) {
  const [language, setLanguage] = useState(applyKeptLanguage)
  const speech = useMemo(
    () => ({
      language,
      words: WORDS[language],
      format: createFormat(language),
      nameOf: ({ nameVi, nameEn }: Named) => (language === 'vi' ? nameVi : nameEn),
      speak(chosen: Language) {
        localStorage.setItem(KEPT_AS, chosen)
        setLanguage(applyKeptLanguage())
      },
    }),
    [language],
  )
  return <SpeechContext value={speech}>{children}</SpeechContext>
}

/** Words and number formats of the chosen language. */
export function useSpeech(): Speech {
  const speech = useContext(SpeechContext)
  if (speech === null) throw new Error('useSpeech outside LanguageProvider')
  return speech
}

/** The word for a code of the API; the code itself where a newer API has more of them than this page. */
export const wordOf = (words: Readonly<Record<string, string>>, code: string): string => words[code] ?? code
