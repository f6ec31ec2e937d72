import { expect, test } from 'vitest'
import { ROLES } from '../../domain/access.ts'
import { ACT_KINDS } from '../../domain/localities-process.ts'
import { NOTICE_KINDS } from '../../domain/notices.ts'
import { STAGES } from '../../domain/stages.ts'
import { CELL_KINDS } from '../../web/pages/campaigns-board-rows.ts'
import { en } from '../../web/words/en.ts'
import { vi } from '../../web/words/vi.ts'

/** Every text with the way to it; a text with numbers or days in it is written with some. */
function textsOf(words: object, path = ''): readonly (readonly [path: string, text: string])[] {
  return Object.entries(words).flatMap(([key, value]: [string, unknown]) => {
    const at = `${path}/${key}`
    if (typeof value === 'string') return [[at, value] as const]
    if (typeof value === 'function') return [[at, String(value(7, 9))] as const]
    return typeof value === 'object' && value !== null ? textsOf(value, at) : []
  })
}

test('both languages say the same things, and neither leaves one empty', () => {
  expect(textsOf(en).map(([path]) => path)).toEqual(textsOf(vi).map(([path]) => path))
  expect([...textsOf(vi), ...textsOf(en)].filter(([, text]) => text.trim() === '')).toEqual([])
})

test('no text is left in the other language', () => {
  const isTheSame = new Map(textsOf(vi))
  const same = textsOf(en).filter(([path, text]) => isTheSame.get(path) === text && /\p{L}{2}/u.test(text))
  expect(same.map(([path]) => path)).toEqual(['/languages/vi', '/languages/en'])
  // Marks of tone that English does not have.
  expect(
    textsOf(en).filter(
      ([path, text]) =>
        !path.startsWith('/languages') && /[ạảấầậẩẫắằặẳẵẹẻẽếềệểễịỉọỏốồộổỗớờợởỡụủứừựửữỳỵỷỹđ]/iu.test(text),
    ),
  ).toEqual([])
})

test('Vietnamese is written with precomposed letters, so that it is found and compared everywhere', () => {
  expect(textsOf(vi).filter(([, text]) => text !== text.normalize('NFC'))).toEqual([])
})

test('every code that the API may tell has a word: roles, stages, states, acts, notices', () => {
  expect(Object.keys(vi.roles).toSorted()).toEqual([...ROLES].toSorted())
  expect(Object.keys(vi.stages)).toEqual([...STAGES])
  expect(Object.keys(vi.cells).toSorted()).toEqual([...CELL_KINDS].toSorted())
  expect(Object.keys(vi.locality.acts).toSorted()).toEqual([...ACT_KINDS].toSorted())
  expect(Object.keys(vi.locality.notice).toSorted()).toEqual([...NOTICE_KINDS].toSorted())
})
