import { expect, test } from 'vitest'
import { PROMISES } from '../../contract/promises.ts'
import { readRecordedOf } from '../../support/histories.ts'
import { POINTS } from '../points.ts'
import { replayAll, type Replayed } from '../replaying.ts'
import { bundle, changedSource, typesUsing, type Edit, type Source } from '../source.ts'
import { SILENT_MUTANTS } from './mutants.ts'

/** A few seconds, unless others are at work on the machine. */
const WITHIN = { timeout: 120_000 }
const mutants = Object.entries(SILENT_MUTANTS)

/** Goes through the histories until one is told in other words; all results until then. */
async function replayUntilBroken(source: Source, types: readonly string[]): Promise<readonly Replayed[]> {
  const results: Replayed[] = []
  for await (const result of replayAll(await bundle(source), readRecordedOf(types))) {
    results.push(result)
    if (result.differences.length > 0) break
  }
  return results
}

async function findBrokenPromises(source: Source): Promise<readonly string[]> {
  const broken: string[] = []
  for (const [promise, keep] of Object.entries(PROMISES))
    await keep(source).catch((error: Error) => {
      // Anything else is no judgement: the code did not even begin.
      if (error.name !== 'AssertionError') throw error
      broken.push(promise)
    })
  return broken
}

/** What the contract says against a change that no engine refuses. */
async function judge(edits: readonly Edit[], types: readonly string[]) {
  using source = changedSource(edits)
  const results = await replayUntilBroken(source, types)
  return {
    refusals: results.flatMap(({ refusal }) => refusal ?? []),
    broken: [...results.flatMap(({ differences }) => differences), ...(await findBrokenPromises(source))],
  }
}

test('a copy of today’s code in which nothing is changed breaks no promise', WITHIN, async () => {
  expect(await judge([], Object.keys(POINTS))).toEqual({ refusals: [], broken: [] })
})

test('more than ten wrong changes at once are seen by no replay of any history', WITHIN, async () => {
  expect(mutants.length).toBeGreaterThanOrEqual(10)
  using source = changedSource(mutants.map(([, edit]) => edit))
  const refusals: string[] = []
  for await (const { name, refusal } of replayAll(await bundle(source), readRecordedOf(Object.keys(POINTS))))
    if (refusal !== null) refusals.push(`${name}: ${refusal}`)
  expect(refusals).toEqual([])
})

test.each(mutants)('a promise is broken when %s', WITHIN, async (_what, edit) => {
  const { refusals, broken } = await judge([edit], typesUsing(edit.file))
  expect(refusals).toEqual([])
  expect(broken).not.toEqual([])
})
