import { useCallback } from 'react'
import { findLocality } from '../../domain/localities.ts'
import { useSpeech } from '../words/languages.tsx'

/** What a body is called by its code; the code itself where it is not one of the 54. */
export function useBodyName(): (code: string) => string {
  const { nameOf } = useSpeech()
  return useCallback(
    (code) => {
      const body = findLocality(code)
      return body === undefined ? code : nameOf(body)
    },
    [nameOf],
  )
}
