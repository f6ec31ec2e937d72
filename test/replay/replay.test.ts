import { readdirSync, readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import * as workflows from '../../workflows/index.ts'
import {
  listRecorded,
  readableHistory,
  readName,
  readRecorded,
  readRecordedOf,
  typeOf,
  type RecordedFile,
} from '../support/histories.ts'
import { findGaps, type Guarded } from './gate.ts'
import { POINTS } from './points.ts'
import { replayAll, type Replayed } from './replaying.ts'
import { bundle, changedSource, TODAY } from './source.ts'
import { standsAt } from './standing.ts'

const recorded = listRecorded()
const WORKFLOWS = new URL('../../workflows/', import.meta.url)
/** `const { a, b } = proxyActivities<…>(…)`, also by its short form. */
const ORDERED = /const \{([^}]+)\}\s*=\s*(?:proxyActivities|quick)</g

const steps = readdirSync(WORKFLOWS, { encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .flatMap((file) => [...readFileSync(new URL(file, WORKFLOWS), 'utf8').matchAll(ORDERED)])
  .flatMap(([, names = '']) => names.split(',').map((name) => name.trim()))
  .filter(Boolean)
const guarded: Guarded = { types: Object.keys(workflows), points: POINTS, recorded, steps }

test('every kind of process has a recorded history of every place where it may stand, and of no other', () => {
  expect(steps.length).toBeGreaterThan(30)
  expect(findGaps(guarded)).toEqual([])
})

const PARKED = 'signingWorkflow.parked.json'
const without = (lost: string) => recorded.filter(({ file }) => file !== lost)
test.each<[string, Partial<Guarded>, string]>([
  ['there is no history', { recorded: [] }, 'no history at all'],
  ['a kind of process is new', { types: [...guarded.types, 'newWorkflow'] }, 'newWorkflow: no point'],
  ['a kind of process is gone', { types: [] }, 'signingWorkflow: no such process'],
  ['a place has no history', { recorded: without(PARKED) }, 'signingWorkflow.parked: not recorded'],
  [
    'a place has only what came before a patch',
    { recorded: [...without(PARKED), readName('signingWorkflow.parked.before-asking-first.json')] },
    'signingWorkflow.parked: not recorded',
  ],
  [
    'a history is of no place that is listed',
    { recorded: [...recorded, readName('signingWorkflow.asleep.json')] },
    'signingWorkflow.asleep.json: no such point',
  ],
  ['a step is new', { steps: [...steps, 'newStep'] }, 'newStep: no process stands there'],
])('the gate fails when %s', (_when, changed, gap) => {
  expect(findGaps({ ...guarded, ...changed })).toContain(gap)
})

function isElsewhere(file: RecordedFile): boolean {
  const history = readRecorded(file)
  const listed = POINTS[file.type]?.[file.point]
  return typeOf(history) !== file.type || listed === undefined || !standsAt(history, listed)
}
test('each history stands where its name says', () => {
  expect(recorded.filter(isElsewhere)).toEqual([])
})

/** Invented names have accents, personal ids twelve digits; processes and queues of their own are named by host. */
const NAMING = /[^\n -~]|(?<![\w.-])\d{12}(?!\w)|"identity"|"stackTrace"|\d@/
test('no history names a person or a machine', () => {
  expect(recorded.filter((file) => NAMING.test(readableHistory(readRecorded(file))))).toEqual([])
})

describe('processes that began before today’s code', () => {
  const replayed: Replayed[] = []
  beforeAll(async () => {
    const all = readRecordedOf(Object.keys(POINTS))
    for await (const result of replayAll(await bundle(TODAY), all)) replayed.push(result)
  })

  test('go on under it', () => {
    expect(replayed).toHaveLength(recorded.length)
    expect(replayed.filter(({ refusal }) => refusal !== null)).toEqual([])
  })

  test('tell the engine what they told it then: steps and their terms, waits, what they hand over and answer', () => {
    const present = replayed.filter(({ name }) => readName(name).patch === null)
    expect(present.filter(({ differences }) => differences.length > 0)).toEqual([])
  })
})

test('the gate refuses code under which a parked process would not try again', async () => {
  using mutant = changedSource([
    {
      file: 'workflows/errands.ts',
      find: "if (decision.kind === 'skip') return false",
      replace: 'return false',
    },
  ])
  const refused: string[] = []
  for await (const { name, refusal } of replayAll(await bundle(mutant), readRecordedOf(['signingWorkflow'])))
    if (refusal !== null) refused.push(name)
  expect(refused).toEqual(['signingWorkflow.signing-again.json', 'signingWorkflow.ended.json'])
})
