import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LIVE_CLOCK } from '../../domain/clock.ts'
import { Refusal } from '../../domain/errors.ts'
import { DAY_MS, startOfDay } from '../../domain/hanoi-time.ts'
import {
  ACT_KINDS,
  advance,
  assertAllowed,
  beginLocality,
  decide,
  nextInstant,
  openStage,
  plan,
  settle,
  type Act,
  type LocalityState,
} from '../../domain/localities-process.ts'
import { STAGES, type Stage } from '../../domain/stages.ts'

const OFFICER = '018f0000-0000-7000-8000-00000000000a'
const COORDINATOR = '018f0000-0000-7000-8000-00000000000c'
const DUES: Readonly<Record<Stage, string>> = {
  'select-software': '2025-07-20',
  'build-unit-codes': '2025-08-01',
  'update-records': '2025-08-15',
  'sign-records': '2025-08-30',
  'schedule-sync': '2025-08-30',
  'sync-records': '2025-09-11',
  'match-daily': '2025-09-12',
}

const begin = (): LocalityState =>
  beginLocality({
    campaignId: '018f0000-0000-7000-8000-000000000001',
    localityCode: 'H26',
    rules: { letterIntervalDays: 7, escalationDays: 3 },
    clock: LIVE_CLOCK,
    launchedMs: startOfDay('2025-07-11'),
    dues: STAGES.map((stage) => ({ stage, dueMs: startOfDay(DUES[stage]) })),
  })

let count = 0
function order(
  state: LocalityState,
  kind: Act['kind'],
  at: string | number,
  more: Partial<Act> = {},
): ReturnType<typeof decide> {
  count += 1
  const act: Act = {
    opId: `op-${count}`,
    actId: `op-${count}`,
    atMs: typeof at === 'number' ? at : Date.parse(at),
    kind,
    stage: openStage(state)?.stage ?? null,
    actor: kind === 'submit' ? OFFICER : COORDINATOR,
    dueMs: null,
    ...more,
  }
  assertAllowed(state, act)
  return decide(state, act)
}
const finish = (state: LocalityState, stage: Stage, at: string) =>
  settle(state, stage, { done: true, completedMs: Date.parse(at), blockers: [] })
const stageOf = (state: LocalityState, stage: Stage) => {
  const found = state.stages.find((status) => status.stage === stage)
  if (found === undefined) throw new Error(stage)
  return found
}
const kinds = (state: LocalityState) => state.outbox.map(({ kind }) => kind)

function overdue(): LocalityState {
  const state = begin()
  advance(state, startOfDay('2025-07-20'))
  state.outbox.splice(0)
  return state
}

describe('an act and something that is due at the same instant', () => {
  const LETTER = '2025-07-27T00:00:00+07:00'
  test('come in one order, whichever is handled first: what was due, then the act', () => {
    const actFirst = overdue()
    order(actFirst, 'submit', LETTER)
    advance(actFirst, Date.parse(LETTER))
    const letterFirst = overdue()
    advance(letterFirst, Date.parse(LETTER))
    order(letterFirst, 'submit', LETTER)
    expect(kinds(actFirst)).toEqual(['urging-letter', 'escalation', 'act'])
    expect(kinds(letterFirst)).toEqual(kinds(actFirst))
  })
  test('a letter that would have been due later is not sent for an act that came before', () => {
    const state = overdue()
    order(state, 'submit', Date.parse(LETTER) - 1)
    advance(state, Date.parse(LETTER))
    expect(kinds(state)).toEqual(['escalation', 'act'])
  })
})

describe('a stage that people submit and approve', () => {
  test('is on time when the submission that was finally approved came before the due instant, however slow the ministry', () => {
    const state = begin()
    order(state, 'submit', '2025-07-19T23:59:59+07:00')
    advance(state, startOfDay('2025-07-25'))
    order(state, 'approve', '2025-07-25T10:00:00+07:00')
    finish(state, 'select-software', '2025-07-25T11:00:00+07:00')
    expect(stageOf(state, 'select-software')).toMatchObject({
      state: 'done',
      onTime: true,
      overdueSinceMs: null,
    })
    expect(openStage(state)?.stage).toBe('build-unit-codes')
  })

  test('is late when it was returned and came again after the due instant', () => {
    const state = begin()
    order(state, 'submit', '2025-07-18T10:00:00+07:00')
    order(state, 'return', '2025-07-21T10:00:00+07:00')
    advance(state, Date.parse('2025-07-21T10:00:01+07:00'))
    order(state, 'submit', '2025-07-22T10:00:00+07:00')
    order(state, 'approve', '2025-07-22T11:00:00+07:00')
    finish(state, 'select-software', '2025-07-22T11:00:00+07:00')
    expect(stageOf(state, 'select-software')).toMatchObject({ state: 'done', onTime: false })
  })

  test('an act that came before the due instant takes back an overdue that was recorded while it travelled', () => {
    const state = begin()
    advance(state, startOfDay('2025-07-20'))
    expect(stageOf(state, 'select-software').overdueSinceMs).toBe(startOfDay('2025-07-20'))
    order(state, 'submit', '2025-07-19T23:59:00+07:00')
    expect(stageOf(state, 'select-software').overdueSinceMs).toBeNull()
    expect(kinds(state)).toContain('overdue-retracted')
  })

  test('is not approved by the person who submitted it', () => {
    const state = begin()
    order(state, 'submit', '2025-07-14T10:00:00+07:00')
    expect(() => order(state, 'approve', '2025-07-14T11:00:00+07:00', { actor: OFFICER })).toThrow(
      new Refusal('same-person'),
    )
  })

  test('waits after its approval until its rows say that it is complete', () => {
    const state = begin()
    order(state, 'submit', '2025-07-14T10:00:00+07:00')
    order(state, 'approve', '2025-07-15T10:00:00+07:00')
    settle(state, 'select-software', { done: false, completedMs: null, blockers: ['key-not-active'] })
    expect(stageOf(state, 'select-software')).toMatchObject({
      state: 'approved',
      blockers: ['key-not-active'],
    })
  })
})

describe('being late', () => {
  test('reminds on the nearest rung only when a stage opens inside its ladder', () => {
    const state = begin()
    const dueMs = startOfDay('2025-07-20')
    const rungs = [7, 3, 1].map((days) => ({ days, atMs: dueMs - days * DAY_MS }))
    plan(state, 'select-software', dueMs, rungs)
    advance(state, startOfDay('2025-07-18'))
    expect(state.outbox.filter(({ kind }) => kind === 'reminder').map(({ number }) => number)).toEqual([3])
  })

  test('sends numbered letters every seven days, each with its own due instant, and tells the leadership once', () => {
    const state = begin()
    for (let day = 0; day < 30; day += 1) advance(state, startOfDay('2025-07-20') + day * DAY_MS)
    const letters = state.outbox.filter(({ kind }) => kind === 'urging-letter')
    expect(letters.map(({ number }) => number)).toEqual([1, 2, 3, 4])
    expect(letters.map(({ atMs }) => (atMs - startOfDay('2025-07-20')) / DAY_MS)).toEqual([7, 14, 21, 28])
    expect(kinds(state).filter((kind) => kind === 'escalation')).toHaveLength(1)
    expect(openStage(state)?.stage).toBe('select-software')
  })

  test('sends one letter and not a bundle after a long stop', () => {
    const state = begin()
    advance(state, startOfDay('2025-10-01'))
    expect(kinds(state).filter((kind) => kind === 'urging-letter')).toHaveLength(1)
  })

  test('a later date takes the overdue back and starts a new ladder; the numbers of letters go on', () => {
    const state = begin()
    advance(state, startOfDay('2025-07-28'))
    order(state, 'extend', '2025-07-28T10:00:00+07:00', { dueMs: startOfDay('2025-08-10') })
    expect(stageOf(state, 'select-software')).toMatchObject({ overdueSinceMs: null, rungs: null, letters: 1 })
    advance(state, startOfDay('2025-08-10') + 7 * DAY_MS)
    expect(stageOf(state, 'select-software').letters).toBe(2)
  })

  test('nobody is urged while the process is on hold', () => {
    const state = begin()
    order(state, 'hold', '2025-07-12T10:00:00+07:00')
    expect(nextInstant(state)).toBeNull()
    advance(state, startOfDay('2025-09-01'))
    expect(kinds(state)).not.toContain('overdue')
  })
})

const anyAct = fc.record({
  kind: fc.constantFrom(...ACT_KINDS.filter((kind) => kind !== 'cancel')),
  stage: fc.constantFrom(...STAGES),
  actor: fc.constantFrom(OFFICER, COORDINATOR),
  hours: fc.integer({ min: 0, max: 60 }),
  settles: fc.boolean(),
})

test('whatever is ordered in whatever order, the stages complete in their order and each only once', () => {
  fc.assert(
    fc.property(fc.array(anyAct, { maxLength: 60 }), (acts) => {
      const state = begin()
      let nowMs = startOfDay('2025-07-11')
      for (const [index, { hours, settles, ...act }] of acts.entries()) {
        nowMs += hours * 3_600_000
        try {
          order(state, act.kind, nowMs, { ...act, opId: `p${index}`, dueMs: nowMs + 9 * DAY_MS })
        } catch (error) {
          if (!(error instanceof Refusal)) throw error
        }
        const open = openStage(state)
        if (settles && open) settle(state, open.stage, { done: true, completedMs: nowMs, blockers: [] })
        advance(state, nowMs)
      }
      const done = state.outbox.filter(({ kind }) => kind === 'stage-done').map(({ stage }) => stage)
      expect(done).toEqual(STAGES.slice(0, done.length))
      expect(state.outbox.map(({ sequence }) => sequence)).toEqual(
        state.outbox.map((_effect, index) => index + 1),
      )
      expect(state.stages.filter((status) => status.state === 'done')).toHaveLength(done.length)
    }),
  )
})

test('the same order twice gets the first answer and changes nothing', () => {
  const state = begin()
  const answer = order(state, 'submit', '2025-07-14T10:00:00+07:00')
  expect(state.answers[`op-${count}`]).toEqual(answer)
})

test('only the newest two hundred answers are carried along', () => {
  const state = begin()
  for (let turn = 0; turn < 150; turn += 1) {
    order(state, 'hold', '2025-07-12T10:00:00+07:00')
    order(state, 'resume', '2025-07-12T10:00:00+07:00')
  }
  expect(Object.keys(state.answers)).toHaveLength(200)
})
