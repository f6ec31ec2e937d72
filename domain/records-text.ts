/**
 * Text as people and old systems write it: decomposed Unicode, no-break spaces, line breaks inside quotes and runs of
 * spaces are normal input. Composed, single-spaced, trimmed.
 */
export function clean(text: string): string {
  // Most values are plain already, and this runs on every cell of two million records.
  if (PLAIN.test(text)) return text
  return text
    .normalize('NFC')
    .replaceAll(/[\s\u00a0\u200b\ufeff]+/gu, ' ')
    .trim()
}
/** Letters, digits and marks that need no cleaning, with single inner spaces. */
const PLAIN = /^[\x21-\x7e]+(?: [\x21-\x7e]+)*$/

/** False for control characters, the replacement character and lone surrogates: what no keyboard wrote. */
export const isWellFormedText = (text: string): boolean =>
  !/\p{Cc}|\ufffd/u.test(text) && !LONE_SURROGATE.test(text)
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/

const TONES = '\u0300\u0301\u0303\u0309\u0323'
/**
 * Where the tone stands in oa, oe and uy is a matter of school (hòa, hoà): both come out alike, on the second vowel, as
 * decomposed text. A tone is never dropped and i and y are never exchanged: they make different names.
 */
const OLD_PLACEMENT = new RegExp(`(o)([${TONES}])([ae])(?![a-z])|(u)([${TONES}])(y)(?![a-z])`, 'gu')

/** A form in which two spellings of one name are equal, for comparing only; what is stored and sent is the original. */
export function compareKey(text: string): string {
  const lower = clean(text)
    .replaceAll('\u00d0', '\u0110')
    .replaceAll('\u00f0', '\u0111')
    .toLowerCase()
    .replaceAll(/[’ʼ`´-]/gu, "'")
    .replaceAll("'", '')
  return lower
    .normalize('NFD')
    .replaceAll(
      OLD_PLACEMENT,
      (_all, o: string, tone1: string, ae: string, u: string, tone2: string, y: string) =>
        o === undefined ? `${u}${y}${tone2}` : `${o}${ae}${tone1}`,
    )
    .normalize('NFC')
}
