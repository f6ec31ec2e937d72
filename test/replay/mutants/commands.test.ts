import { expect, test } from 'vitest'
import { readRecordedOf } from '../../support/histories.ts'
import { replayAll } from '../replaying.ts'
import { bundle, changedSource, typesUsing } from '../source.ts'
import { COMMAND_MUTANTS } from './mutants.ts'

/** A second or two, unless others are at work on the machine. */
const WITHIN = { timeout: 60_000 }
const mutants = Object.entries(COMMAND_MUTANTS)

/** What the engine says against the first history that does not fit; null where all go on. */
async function findRefusal(edits: Parameters<typeof changedSource>[0], types: readonly string[]) {
  using source = changedSource(edits)
  for await (const { refusal } of replayAll(await bundle(source), readRecordedOf(types)))
    if (refusal !== null) return refusal
  return null
}

test('twenty changes of what a process does next are known', () => {
  expect(mutants.length).toBeGreaterThanOrEqual(20)
})

test.each(mutants)('the engine refuses it when %s', WITHIN, async (_what, edit) => {
  expect(await findRefusal([edit], typesUsing(edit.file))).toMatch(/Nondeterminism error/)
})

test('a mutant whose text is no longer there, or there twice, is no mutant', () => {
  const file = 'workflows/units.ts'
  expect(() => changedSource([{ file, find: 'no such text', replace: '' }])).toThrow('0 times, not once')
  expect(() => changedSource([{ file, find: 'await', replace: '' }])).toThrow(/\d+ times, not once/)
})
