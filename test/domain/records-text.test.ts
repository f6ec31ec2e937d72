import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  clean,
  compareKey,
  guardCell,
  isPlainText,
  isWellFormedText,
  unguardCell,
  withoutMarks,
} from '../../domain/records-text.ts'

/** Any text, lone surrogates and control characters included, with what matters here more often than chance gives it. */
const anyText = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 4 }),
      fc.constantFrom(' ', '\u00a0', '\n', '\u200b', '\ufeff', "'", '-', '\u0301', '\u0323', '\u0302'),
      fc.constantFrom('o', 'ò', 'a', 'ă', 'e', 'ê', 'u', 'ù', 'y', 'ỳ', 'Ð', 'İ', 'Hòa', 'thuyền'),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''))

const RUNS = { numRuns: 2_000 }
/** Cleaning without a short way. */
const long = (text: string) => text.normalize('NFC').replaceAll(/\s+/g, ' ').trim()
/** Letters, marks and tones, whatever their order. */
const spelt = (text: string) => Array.from(text.normalize('NFD')).toSorted().join('')

describe('cleaning', () => {
  test.each([
    ['a no-break space', 'Nguyễn\u00a0An', 'Nguyễn An'],
    ['a line break inside quotes', 'Nguyễn Văn\r\nAn', 'Nguyễn Văn An'],
    ['runs of spaces and spaces around', '  Nguyễn   An\t', 'Nguyễn An'],
    ['decomposed Unicode', 'Nguyễn Thị Ệ'.normalize('NFD'), 'Nguyễn Thị Ệ'],
    ['the old tone marks U+0340 and U+0341', 'A\u0340n A\u0341n', 'Àn Án'],
    ['marks that nobody sees', '\ufeffNguy\u200bễn\u00ad \u202dAn\u202c', 'Nguyễn An'],
    ['a mark that parts a letter from its accent', 'Nguye\u200d\u0302\u0303n', 'Nguyễn'],
    ['nothing but spaces', ' \u00a0\n', ''],
  ])('takes %s as normal input', (_what, text, cleaned) => expect(clean(text)).toBe(cleaned))

  test('done twice changes nothing more, and gives composed text', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const cleaned = clean(text)
        expect(clean(cleaned)).toBe(cleaned)
        expect(cleaned.normalize('NFC')).toBe(cleaned)
      }),
      RUNS,
    )
  })

  test('keeps every letter, tone and case: it differs from the composed original in spaces and invisible marks only', () => {
    const letters = fc.string({
      unit: fc.constantFrom(...Array.from('Đðaăâeêoôơuưyỳỷệớự’- \u00a0')),
      maxLength: 20,
    })
    fc.assert(
      fc.property(letters, (text) => {
        expect(clean(text.normalize('NFD')).replaceAll(' ', '')).toBe(text.replaceAll(/\s/g, ''))
      }),
      RUNS,
    )
  })
})

describe('the short way for plain text', () => {
  test('holds for every character that it lets pass: alone, after a letter and before one', () => {
    let plain = 0
    for (let code = 0; code <= 0xffff; code += 1) {
      const character = String.fromCharCode(code)
      if (!isPlainText(character) || code === 0x20) continue
      plain += 1
      for (const text of [character, `o${character}`, `${character}o`, `ê ${character}`]) {
        expect(long(text)).toBe(text)
        expect(/[\p{C}\p{Zl}\p{Zp}\ufffd]/u.test(text)).toBe(false)
      }
    }
    expect(plain).toBeGreaterThan(600)
  })

  test('lets every letter of Vietnamese pass', () => {
    const vowels = Array.from('aăâeêioôơuưy').flatMap((vowel) =>
      ['', '\u0300', '\u0301', '\u0303', '\u0309', '\u0323'].map((tone) =>
        `${vowel}${tone}`.normalize('NFC'),
      ),
    )
    const letters = [...vowels, 'đ']
    expect(letters).toHaveLength(73)
    for (const letter of letters)
      expect([letter, isPlainText(letter), isPlainText(letter.toUpperCase())]).toEqual([letter, true, true])
  })

  test.each(['', 'a b', 'Nguyễn Văn An'])('lets %j pass', (text) => expect(isPlainText(text)).toBe(true))
  test.each([' a', 'a ', 'a  b', ' ', 'a\u00a0b', 'a\nb', 'é'.normalize('NFD')])(
    'does not let %j pass',
    (text) => expect(isPlainText(text)).toBe(false),
  )
})

describe('text is not well formed', () => {
  test.each([
    ['where a decoder gave up', 'Nguy\ufffdn'],
    ['with a control character', 'Nguy\u0007n'],
    ['with a byte of an old code page read as Latin', 'Nguy\u0091n'],
    ['with a zero byte', 'An\u0000'],
    ['with half of a surrogate pair', 'An\ud83d'],
    ['with the other half', '\ude00An'],
    ['with a code point that is no character', 'An\ufffe'],
  ])('%s', (_what, text) => expect(isWellFormedText(clean(text))).toBe(false))
  test.each(['Nguyễn Văn An', 'An 😀', 'Ya 雅', 'Nie’ “K”'])('but %j is', (text) =>
    expect(isWellFormedText(text)).toBe(true),
  )
})

/** Rhymes with oa, oe and uy; both schools agree where a coda follows. */
const OPEN = ['oa', 'oe', 'uy'] as const
const CLOSED = [
  ...['oai', 'oay', 'oao', 'oam', 'oan', 'oang', 'oanh', 'oap', 'oat', 'oac', 'oach', 'oăn', 'oăng', 'oăt'],
  ...['oăc', 'oen', 'oeo', 'oet', 'uya', 'uynh', 'uyn', 'uyt', 'uych', 'uyên', 'uyêt'],
] as const
const TONES = ['\u0300', '\u0301', '\u0309', '\u0303', '\u0323'] as const
const INITIALS = ['', 'h', 'kh', 'th', 'ng', 'q', 'đ'] as const
/** The rhyme with its tone on the vowel at a place, composed. */
const toned = (initial: string, rhyme: string, tone: string, place: number) =>
  `${initial}${rhyme.slice(0, place + 1)}${tone}${rhyme.slice(place + 1)}`.normalize('NFC')

describe('the form for comparing names', () => {
  // Official sources disagree: Tỉnh Thanh Hoá and Thanh Hóa; Xã Mộc Hoá beside Xã Phú Hòa in the statistics office’s own table.
  test.each([
    ['Thanh Hóa', 'Thanh Hoá'],
    ['Khánh Hòa', 'Khánh Hoà'],
    ['THÚY', 'thuý'],
    ['Khỏe', 'Khoẻ'],
    ['Xòe', 'Xoè'],
    ['Úy', 'Uý'],
    ['Quý', 'Qúy'],
    ['Hoàng Toàn', 'Hòang Tòan'],
    ['Huỳnh Nguyễn', 'Hùynh Nguyễn'],
    ['Thuyền', 'Thùyên'],
    ['Hoặc', 'Họăc'],
    ['Ðặng Ðình', 'Đặng Đình'],
    ['ðặng', 'Đặng'],
    ["K'Brêu", 'K’Brêu'],
    ["K'Brêu", 'K’ Brêu'],
    ["K'Dang", 'KDang'],
    ['H-Hen Niê', 'H’Hen Niê'],
    ['Tôn Nữ - An', 'Tôn Nữ An'],
    ['Nguyễn\u00a0 An', 'nguyễn an'],
  ])('%s and %s are one name', (one, other) => {
    expect(compareKey(one)).toBe(compareKey(other))
    expect(compareKey(one)).toBe(compareKey(other.normalize('NFD')))
  })

  test.each([
    ['Hoa', 'Hòa'],
    ['Hoà', 'Hóa'],
    ['Lý', 'Lí'],
    ['Mỹ', 'Mĩ'],
    ['Quý', 'Quí'],
    ['Hoàn', 'Hoan'],
    ['Thủy', 'Thùy'],
    ['Đa', 'Da'],
    ['Chư Krêy', 'Chư Krey'],
    ['Ân', 'An'],
    ['Thơ', 'Tho'],
    ['Bảo An', 'Bảoan'],
    // The tone of ao, eo, ui and ưa stands on the first vowel in every school.
    ['Hào', 'Haò'],
    ['Của', 'Cuả'],
  ])('%s and %s are two names', (one, other) => expect(compareKey(one)).not.toBe(compareKey(other)))

  test('both schools agree on every open syllable of oa, oe and uy, and no two tones or syllables fall together', () => {
    const keys = new Set<string>()
    for (const initial of INITIALS)
      for (const rhyme of OPEN)
        for (const tone of TONES) {
          const [old, young] = [toned(initial, rhyme, tone, 0), toned(initial, rhyme, tone, 1)]
          expect(old).not.toBe(young)
          expect(compareKey(old)).toBe(young)
          expect(compareKey(young)).toBe(young)
          keys.add(compareKey(old))
        }
    expect(keys.size).toBe(INITIALS.length * OPEN.length * TONES.length)
  })

  test('before a coda a tone that slipped to the first vowel is put where both schools have it', () => {
    const keys = new Set<string>()
    for (const initial of INITIALS)
      for (const rhyme of CLOSED)
        for (const tone of TONES) {
          const place = rhyme.startsWith('uyê') ? 2 : 1
          const right = toned(initial, rhyme, tone, place)
          for (let slipped = 0; slipped <= place; slipped += 1)
            expect(compareKey(toned(initial, rhyme, tone, slipped))).toBe(right)
          keys.add(right)
        }
    expect(keys.size).toBe(INITIALS.length * CLOSED.length * TONES.length)
  })

  test('is the same whatever the Unicode form and spaces, and is its own form', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const key = compareKey(text)
        expect(compareKey(key)).toBe(key)
        expect(compareKey(`\u00a0${text.normalize('NFD')} `)).toBe(key)
      }),
      RUNS,
    )
  })

  test('never drops a tone and never exchanges i and y', () => {
    const syllable = fc.string({
      unit: fc.constantFrom(...Array.from('hqaăâeêioơuưyđ')),
      minLength: 1,
      maxLength: 5,
    })
    fc.assert(
      fc.property(syllable, fc.constantFrom(...TONES), fc.nat(), (letters, tone, at) => {
        const place = (at % letters.length) + 1
        const marked = `${letters.slice(0, place)}${tone}${letters.slice(place)}`.normalize('NFC')
        expect(spelt(compareKey(marked))).toBe(spelt(marked))
      }),
      RUNS,
    )
  })
})

test('search hints know neither tones nor marks', () => {
  expect(withoutMarks('  Ðặng Thị Thuý Hòa')).toBe('dang thi thuy hoa')
  expect(withoutMarks("K'Brêu")).toBe('kbreu')
})

describe('a cell for people’s spreadsheets', () => {
  test.each(['=1+1', '+84', '-', '@name', '\tx', '\rx'])('%j is guarded', (text) => {
    expect(guardCell(text)).toBe(`'${text}`)
    expect(unguardCell(guardCell(text))).toBe(text)
  })
  test.each(['', 'Nguyễn', "'quoted'", '1985-03-02', '4,74'])('%j stays as it is, there and back', (text) => {
    expect(guardCell(text)).toBe(text)
    expect(unguardCell(text)).toBe(text)
  })
  test('means the same however often it is given back and handed in again', () => {
    const cell = fc.oneof(anyText, fc.stringMatching(/^'?[=+\-@\t'][a-z]?$/))
    fc.assert(
      fc.property(cell, (text) => {
        const meaning = unguardCell(text)
        expect(unguardCell(guardCell(text))).toBe(meaning)
        expect(unguardCell(guardCell(guardCell(text)))).toBe(meaning)
      }),
      RUNS,
    )
  })
})
