import { expect, test } from 'vitest'
import { readRecordedOf } from '../../support/histories.ts'
import { replayAll } from '../replaying.ts'
import { bundle, changedSource, type Edit } from '../source.ts'

const WITHIN = { timeout: 60_000 }
const KIND = 'signingWorkflow'
const file = 'workflows/signing.ts'
const PLACE = 'await doOrPark(errand'
const imported: Edit = {
  file,
  find: 'import { condition, ',
  replace: 'import { condition, deprecatePatch, patched, ',
}
/** What docs/operations.md describes, on one change: from a certain release on a session is looked at once more before it is signed. */
const variant = (step: string): readonly Edit[] => [
  imported,
  { file, find: PLACE, replace: `${step}\n  ${PLACE}` },
]
const PATCH = "'2026-01-look-before-signing'"

async function replayUnder(edits: readonly Edit[]) {
  using source = changedSource(edits)
  const results = []
  for await (const result of replayAll(await bundle(source), readRecordedOf([KIND]))) results.push(result)
  return {
    refused: results.flatMap(({ name, refusal }) => (refusal === null ? [] : [name])).toSorted(),
    otherwise: results.flatMap(({ name, differences }) => (differences.length > 0 ? [name] : [])),
  }
}
/** Those that had asked for the signature already. */
const BEYOND = ['closing-attention', 'ended', 'opening-attention', 'parked', 'signing-again', 'signing'].map(
  (point) => `${KIND}.${point}.json`,
)

test('a new step is refused by every process that stood behind its place', WITHIN, async () => {
  const { refused } = await replayUnder(variant('await readSession(session)'))
  expect(refused).toEqual(BEYOND)
})

test('behind patched() they all go on as they did', WITHIN, async () => {
  expect(await replayUnder(variant(`if (patched(${PATCH})) await readSession(session)`))).toEqual({
    refused: [],
    otherwise: [],
  })
})

test('the old way taken out while they still run is refused as well', WITHIN, async () => {
  const { refused } = await replayUnder(variant(`deprecatePatch(${PATCH})\n  await readSession(session)`))
  expect(refused).toEqual(BEYOND)
})
