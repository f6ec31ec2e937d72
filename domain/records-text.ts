const SPACE = 0x20
const APOSTROPHE = 0x27

/** By code unit: 1 for composed Latin letters, digits and signs, which need no cleaning in whatever order they stand. */
const PLAIN = new Uint8Array(0x1f00)
for (const [from, to] of [
  [0x21, 0x7e],
  [0xa1, 0xac],
  [0xae, 0x24f],
  // The letters that Vietnamese adds: ạ to ỹ.
  [0x1ea0, 0x1ef9],
] as const)
  PLAIN.fill(1, from, to + 1)

/**
 * True for text that `clean` would give back unchanged and that is well formed: nearly every cell of a file. Two million
 * records of 25 cells pass here, so it looks at each character once. False says nothing.
 */
export function isPlainText(text: string): boolean {
  let previous = SPACE
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (PLAIN[code] !== 1 && (code !== SPACE || previous === SPACE)) return false
    previous = code
  }
  return previous !== SPACE || text === ''
}

/** Soft hyphens, zero-width and direction marks: copied along from web pages and address books, seen by nobody. */
const INVISIBLE = /[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]/g
const SPACES = /\s+/g

/**
 * Text as people and old systems write it: decomposed Unicode, no-break spaces, line breaks inside quotes, runs of spaces
 * and invisible marks are normal input, not defects. Composed, single-spaced, trimmed; doing it twice changes nothing more.
 */
export function clean(text: string): string {
  if (isPlainText(text)) return text
  return text.replaceAll(INVISIBLE, '').normalize('NFC').replaceAll(SPACES, ' ').trim()
}

/** Control characters, lone surrogates, non-characters, and the mark that stands where a decoder gave up. */
const DAMAGED = /[\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}\ufffd]/u

/** False for cleaned text that holds what no keyboard wrote: bytes of another encoding, or text cut in two. */
export const isWellFormedText = (text: string): boolean => isPlainText(text) || !DAMAGED.test(text)

/** What spreadsheets take for a formula. */
const isFormulaStart = (code: number) =>
  code === 0x3d || code === 0x2b || code === 0x2d || code === 0x40 || code === 0x09 || code === 0x0d

/**
 * A cell that a spreadsheet would take for a formula gets the apostrophe that spreadsheets know as the sign of text, for
 * files that people open.
 */
export const guardCell = (text: string): string => (isFormulaStart(text.charCodeAt(0)) ? `'${text}` : text)

/**
 * Without the apostrophe of `guardCell`. Every file is read so, whoever wrote the apostrophe: what we give back and get
 * again unchanged means the same as before.
 */
export const unguardCell = (text: string): string =>
  text.charCodeAt(0) === APOSTROPHE && isFormulaStart(text.charCodeAt(1)) ? text.slice(1) : text

/**
 * A tone may stand on either vowel of oa, oe and uy: old school hòa, hòe, thủy; new school hoà, hoè, thuỷ. Before a coda
 * (hoàn, khoẻo, huỳnh, thuyền) both schools put it on the vowel that carries the syllable, and what stands otherwise
 * (hòan, hùynh) was typed so. As many vowels as tones: grave, acute, hook, tilde, dot below.
 */
const TONED = { a: 'àáảãạ', ă: 'ằắẳẵặ', e: 'èéẻẽẹ', ê: 'ềếểễệ', o: 'òóỏõọ', u: 'ùúủũụ', y: 'ỳýỷỹỵ' } as const
const MISPLACED = /[òóỏõọ][aăe]|[ùúủũụ]yê?|u[ỳýỷỹỵ]ê/
/** Each misplaced spelling with the one that stands for all: the tone on the vowel that carries the syllable. */
const PLACED = new Map<string, string>()
for (const tone of [0, 1, 2, 3, 4]) {
  for (const vowel of ['a', 'ă', 'e'] as const)
    PLACED.set(`${TONED.o[tone]}${vowel}`, `o${TONED[vowel][tone]}`)
  PLACED.set(`${TONED.u[tone]}y`, `u${TONED.y[tone]}`)
  PLACED.set(`${TONED.u[tone]}yê`, `uy${TONED.ê[tone]}`)
  PLACED.set(`u${TONED.y[tone]}ê`, `uy${TONED.ê[tone]}`)
}
const MISPLACED_ALL = new RegExp(MISPLACED, 'g')

/** Icelandic and African letters that look like đ and come from other keyboards. */
const FALSE_D = /[ðɖ]/g
/** K'Dang, K’Dang, K-Dang and KDang are one name; a hyphen with a space beside it parts words. */
const MARKS = /['’‘ʼʻʹ`´′＇\-‐‑‒–—−]/
const PARTING_HYPHEN = / [-‐‑‒–—−]+|[-‐‑‒–—−]+ /g
const JOINING_MARK = /(?: ?['’‘ʼʻʹ`´′＇] ?)+|[-‐‑‒–—−]+/g

/**
 * A form in which two spellings of one name are equal: letter case, placing of the tone, look-alikes of đ, apostrophes and
 * hyphens of ethnic names. For comparing only; what is stored and sent is the original. A tone is never dropped and i and
 * y are never exchanged: they make different names.
 */
export function compareKey(text: string): string {
  let key = clean(clean(text).toLowerCase()).replaceAll(FALSE_D, 'đ')
  if (MARKS.test(key)) key = clean(key.replaceAll(PARTING_HYPHEN, ' ').replaceAll(JOINING_MARK, ''))
  return MISPLACED.test(key) ? key.replaceAll(MISPLACED_ALL, (found) => PLACED.get(found) ?? found) : key
}

/** Without tones and marks, for search hints only: Hoa, Hòa and Hóa are different names. */
export const withoutMarks = (text: string): string =>
  compareKey(text).normalize('NFD').replaceAll(/\p{M}/gu, '').replaceAll('đ', 'd')
