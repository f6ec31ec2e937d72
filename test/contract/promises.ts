import { expect, vi } from 'vitest'
import { LIVE_CLOCK } from '../../domain/clock.ts'
import type { Act } from '../../domain/localities-process.ts'
import type { Source } from '../replay/source.ts'

interface Handler {
  readonly handle: (...args: readonly unknown[]) => unknown
  readonly validate: (...args: readonly unknown[]) => void
}

const never = () => new Promise<never>(() => {})

/** The code that processes run, outside an engine: what it hears is held, and nothing that it waits for ever comes. */
async function load({ root }: Source) {
  const handlers = new Map<string, Handler>()
  vi.resetModules()
  vi.doMock('@temporalio/workflow', async (importOriginal) => ({
    ...(await importOriginal<object>()),
    setHandler: (
      { name }: { name: string },
      handle: Handler['handle'],
      options: { validator?: Handler['validate'] } = {},
    ) => handlers.set(name, { handle, validate: options.validator ?? (() => {}) }),
    proxyActivities: () => new Proxy({}, { get: () => never }),
    condition: never,
    workflowInfo: () => ({ workflowId: 'process', historyLength: 0, continueAsNewSuggested: false }),
  }))
  return {
    module: (path: string) => import(`${root}/${path}`),
    handler: (name: string): Handler => {
      const found = handlers.get(name)
      if (found === undefined) throw new Error(`nothing hears ${name}`)
      return found
    },
  }
}

const decision = (opId: string, parkingNo: number, kind: 'retry' | 'skip' = 'retry') => ({
  opId,
  kind,
  parkingNo,
  actor: 'operator',
})

async function parkingTakesOneDecision(source: Source): Promise<void> {
  const { module, handler } = await load(source)
  const { createParkingPlace }: typeof import('../../workflows/parking.ts') =
    await module('workflows/parking.ts')
  const place = createParkingPlace(4)
  const { handle, validate } = handler('decide')
  expect(() => validate(decision('early', 5))).toThrow('not-parked')
  void place.park(async () => {})
  expect(() => validate(decision('for-another', 4))).toThrow('not-parked')
  validate(decision('first', 5))
  expect(handle(decision('first', 5))).toEqual({ decision: 'retry' })
  expect(() => validate(decision('second', 5, 'skip'))).toThrow('not-parked')
  validate(decision('first', 5))
  expect(handle(decision('first', 5))).toEqual({ decision: 'retry' })
}

async function runBody(source: Source) {
  const { module, handler } = await load(source)
  const { beginLocality }: typeof import('../../domain/localities-process.ts') = await module(
    'domain/localities-process.ts',
  )
  const { localityWorkflow }: typeof import('../../workflows/localities.ts') =
    await module('workflows/localities.ts')
  void localityWorkflow(
    beginLocality({
      campaignId: 'campaign',
      localityCode: 'H26',
      rules: { letterIntervalDays: 7, escalationDays: null },
      clock: LIVE_CLOCK,
      launchedMs: 1_000,
      dues: [],
    }),
  )
  return handler
}
const act = (opId: string, kind: Act['kind']): Act => ({
  opId,
  actId: 'act',
  atMs: 2_000,
  kind,
  stage: 'select-software',
  actor: 'officer',
  dueMs: null,
})

async function bodyChecksActs(source: Source): Promise<void> {
  const { handle, validate } = (await runBody(source))('act')
  expect(() => validate(act('one', 'approve'))).toThrow('stage-not-submitted')
  validate(act('two', 'submit'))
  handle(act('two', 'submit'))
  expect(() => validate(act('three', 'submit'))).toThrow('stage-not-open')
}

async function bodyActsOnce(source: Source): Promise<void> {
  const handler = await runBody(source)
  const { handle, validate } = handler('act')
  const first = handle(act('one', 'submit'))
  validate(act('one', 'submit'))
  expect(handle(act('one', 'submit'))).toEqual(first)
  expect(first).toEqual({ sequence: 2, openStage: 'select-software' })
}

async function bodyTellsItsState(source: Source): Promise<void> {
  const { handle } = (await runBody(source))('process')
  expect(handle()).toMatchObject({
    v: 1,
    campaignId: 'campaign',
    localityCode: 'H26',
    stages: [{ stage: 'select-software', state: 'open', openedMs: 1_000 }, {}, {}, {}, {}, {}, {}],
    held: false,
    ended: false,
    sequence: 1,
  })
}

/** What running processes promise to those who speak to them, and no history can show. */
export const PROMISES: Readonly<Record<string, (source: Source) => Promise<void>>> = {
  'a parking takes one decision, meant for it; the same again gets the same answer': parkingTakesOneDecision,
  'a body refuses an act that its stage can not take': bodyChecksActs,
  'an act repeated under its id is answered again and done once': bodyActsOnce,
  'a body tells its whole state to whoever asks': bodyTellsItsState,
}
