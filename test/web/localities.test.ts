import { expect, test } from 'vitest'
import { ACTIONS, mayAct, type Role } from '../../domain/access.ts'
import type { Stage } from '../../domain/stages.ts'
import { bodyActs, stageActs } from '../../web/pages/localities-acts.ts'
import { DONG_THAP } from './locality-fixture.ts'

const looker = (role: Role) => ({
  actions: ACTIONS.filter((action) => mayAct(role, action)),
  isNational: role !== 'locality-officer' && role !== 'locality-signer',
})
const actsAt = (stage: Stage, state: string, role: Role, held = false) =>
  stageActs({ ...DONG_THAP.stages[0]!, stage, state }, { held }, looker(role))

test.each([
  ['an officer hands in an open stage', 'build-unit-codes', 'open', 'locality-officer', ['submit']],
  ['nobody of a body approves for the ministry', 'build-unit-codes', 'submitted', 'locality-officer', []],
  [
    'the ministry approves or returns what was handed in',
    'build-unit-codes',
    'submitted',
    'ministry-coordinator',
    ['approve', 'return', 'extend', 'override'],
  ],
  [
    'records are approved by a second officer',
    'update-records',
    'submitted',
    'locality-officer',
    ['approve', 'return'],
  ],
  ['and not by the ministry', 'update-records', 'submitted', 'ministry-coordinator', ['extend', 'override']],
  ['a stage that completes from its rows is not handed in', 'sign-records', 'open', 'locality-officer', []],
  [
    'a stage to come can be given a later date',
    'schedule-sync',
    'waiting',
    'ministry-coordinator',
    ['extend'],
  ],
  ['a stage that is done takes no act', 'select-software', 'done', 'ministry-coordinator', []],
  ['the daily match takes no act', 'match-daily', 'open', 'ministry-coordinator', []],
  ['an auditor does nothing', 'build-unit-codes', 'submitted', 'auditor', []],
] as const)('%s', (_what, stage, state, role, acts) => {
  expect(actsAt(stage, state, role)).toEqual(acts)
})

test('a body on hold takes no act but the one that lets it go on', () => {
  expect(actsAt('build-unit-codes', 'open', 'locality-officer', true)).toEqual([])
  expect(bodyActs({ held: true }, looker('ministry-coordinator'))).toEqual(['resume'])
  expect(bodyActs({ held: false }, looker('ministry-coordinator'))).toEqual(['hold'])
  expect(bodyActs({ held: true }, looker('locality-officer'))).toEqual([])
})
