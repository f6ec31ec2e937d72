/** Combining marks, and the stroke of đ, which Unicode does not take for one. */
const MARKS = /\p{M}/gu
const STROKED_D = /đ/g

/** What a search compares: small letters without tone and vowel marks, however they were typed (NFC or NFD). */
export const foldTones = (text: string): string =>
  text.normalize('NFD').replace(MARKS, '').toLowerCase().replace(STROKED_D, 'd')

/** Tells whether every word of the search stands somewhere in a folded text; without words every text is found. */
export function searchFor(search: string): (foldedText: string) => boolean {
  const words = foldTones(search).split(/\s+/)
  return (foldedText) => words.every((word) => foldedText.includes(word))
}
