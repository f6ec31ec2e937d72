import { afterAll, beforeAll, expect, test } from 'vitest'
import { localityWorkflowId } from '../../workflows/contract/localities.ts'
import { gatewaysTo, startProduct, until, type Product } from '../support/product.ts'

const BODIES = ['G02', 'H26', 'H60']
const MOVED = { reason: 'More time is needed', documentNo: '5678/BNV-CCVC' }

let product: Product
let coordinator: Awaited<ReturnType<Product['logIn']>>
let second: Awaited<ReturnType<Product['logIn']>>
let campaignId: string

beforeAll(async () => {
  product = await startProduct(gatewaysTo())
  coordinator = await product.logIn('ministry-coordinator')
  second = await product.logIn('ministry-coordinator')
  const launched = await coordinator.post('/v1/campaigns', { localityCodes: BODIES })
  ;({ campaignId } = launched.json<{ campaignId: string }>())
  await until(
    () => stages('select-software'),
    (cells) => cells.every(({ overdueSince }) => overdueSince !== null),
  )
})
afterAll(() => product[Symbol.asyncDispose]())

interface Cell {
  readonly stage: string
  readonly state: string
  readonly dueAt: string
  readonly overdueSince: string | null
}
const readStages = async (code: string) =>
  (await coordinator.get(`/v1/campaigns/${campaignId}/localities/${code}`)).json<{ stages: Cell[] }>().stages
const stages = async (stage: string) =>
  (await Promise.all(BODIES.map(readStages))).flatMap((cells) => cells.filter((cell) => cell.stage === stage))
const override = (who: typeof coordinator) =>
  who.post(`${body('H26')}/stages/select-software/override`, MOVED)
const cancel = (who: typeof coordinator) => who.post(`/v1/campaigns/${campaignId}/cancel`, MOVED)
const body = (code: string) => `/v1/campaigns/${campaignId}/localities/${code}`

test('a date that is moved for all while they are late takes the lateness back from all', async () => {
  const amended = await coordinator.post(`/v1/campaigns/${campaignId}/amendments`, {
    stage: 'select-software',
    namedDate: '2030-07-20',
    ...MOVED,
  })
  expect(amended.statusCode).toBe(202)
  const cells = await until(
    () => stages('select-software'),
    (seen) => seen.every(({ overdueSince }) => overdueSince === null),
  )
  expect(cells.map(({ dueAt }) => dueAt)).toEqual(BODIES.map(() => '2030-07-20T00:00:00+07:00'))
})

test('a date that is moved for some is moved for those, and an extension for one only to a later date', async () => {
  await coordinator.post(`/v1/campaigns/${campaignId}/amendments`, {
    stage: 'build-unit-codes',
    namedDate: '2030-08-01',
    localityCodes: ['H26', 'H60'],
    ...MOVED,
  })
  const extend = (lastDay: string) =>
    coordinator.post(`${body('H60')}/stages/build-unit-codes/extend`, { lastDay, ...MOVED })
  await until(
    () => stages('build-unit-codes'),
    (seen) => seen.filter(({ dueAt }) => dueAt.startsWith('2030')).length === 2,
  )
  expect((await extend('2030-07-31')).json()).toMatchObject({ status: 422, code: 'date-not-later' })
  expect((await extend('2030-08-15')).statusCode).toBe(200)
  const cells = await until(
    () => stages('build-unit-codes'),
    (seen) => seen.some(({ dueAt }) => dueAt.startsWith('2030-08-16')),
  )
  expect(cells.map(({ dueAt }) => dueAt.slice(0, 10))).toEqual(['2025-08-01', '2030-08-01', '2030-08-16'])
})

test('a held body takes no act until it is resumed', async () => {
  const reason = { reason: 'An inspection is under way' }
  expect((await coordinator.post(`${body('G02')}/hold`, reason)).statusCode).toBe(200)
  const extended = await coordinator.post(`${body('G02')}/stages/select-software/extend`, {
    lastDay: '2031-01-01',
    ...MOVED,
  })
  expect(extended.json()).toMatchObject({ status: 409, code: 'process-held' })
  expect((await coordinator.post(`${body('G02')}/resume`, reason)).statusCode).toBe(200)
  expect((await coordinator.post(`${body('G02')}/resume`, reason)).json()).toMatchObject({
    code: 'process-not-held',
  })
})

test('a stage is overridden by two coordinators, never by one twice, and the next one opens', async () => {
  for (let times = 0; times < 2; times += 1)
    expect((await override(coordinator)).json()).toMatchObject({ secondPerson: true, openStage: null })
  expect((await override(second)).statusCode).toBe(200)
  const cells = await until(
    () => readStages('H26'),
    ([, units]) => units?.state === 'open',
  )
  expect(cells[0]).toMatchObject({ state: 'done' })
})

test('a cancelled campaign ends the processes of all its bodies, which then take no act and are free for another', async () => {
  await cancel(coordinator)
  expect((await cancel(second)).json()).toMatchObject({ state: 'ended' })
  const states = await until(
    () =>
      Promise.all(
        BODIES.map(async (code) => {
          const handle = product.client.workflow.getHandle(localityWorkflowId(campaignId, code))
          return (await handle.describe()).status.name
        }),
      ),
    (names) => names.every((name) => name === 'COMPLETED'),
  )
  expect(states).toHaveLength(BODIES.length)
  const late = await coordinator.post(`${body('H60')}/hold`, { reason: 'Too late for that' })
  expect(late.statusCode).toBe(409)
  const again = await until(
    () => coordinator.post('/v1/campaigns', { localityCodes: BODIES }),
    ({ statusCode }) => statusCode === 201,
  )
  expect(again.json()).not.toMatchObject({ campaignId })
})
