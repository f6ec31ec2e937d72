import { afterAll, beforeAll, expect, test } from 'vitest'
import { localityWorkflowId } from '../../workflows/contract/localities.ts'
import { gatewaysTo, startProduct, until, type Product } from '../support/product.ts'

let product: Product
beforeAll(async () => {
  product = await startProduct(gatewaysTo())
})
afterAll(() => product[Symbol.asyncDispose]())

test('a launch answers at once and every body’s process runs soon after, its first stage open', async () => {
  const coordinator = await product.logIn('ministry-coordinator')
  const startedMs = performance.now()
  const launched = await coordinator.post(
    '/v1/campaigns',
    { localityCodes: ['H26', 'G09', 'H01'] },
    'launch-of-three',
  )
  console.log(`launch answered in ${Math.round(performance.now() - startedMs)} ms`)
  expect(launched.statusCode).toBe(201)
  const { campaignId } = launched.json<{ campaignId: string }>()

  const again = await coordinator.post(
    '/v1/campaigns',
    { localityCodes: ['H26', 'G09', 'H01'] },
    'launch-of-three',
  )
  expect(again.json()).toEqual(launched.json())

  const board = await until(
    async () =>
      (await coordinator.get(`/v1/campaigns/${campaignId}/board`)).json<{
        bodies: { code: string; openStage: string | null }[]
      }>(),
    ({ bodies }) => bodies.every(({ openStage }) => openStage === 'select-software'),
  )
  expect(board.bodies.map(({ code }) => code)).toEqual(['G09', 'H01', 'H26'])

  const officer = await product.logIn('locality-officer', 'H26')
  const process = await officer.get(`/v1/campaigns/${campaignId}/localities/H26/process`)
  expect(process.json()).toMatchObject({
    processId: localityWorkflowId(campaignId, 'H26'),
    openStage: 'select-software',
  })
  const foreign = await officer.get(`/v1/campaigns/${campaignId}/localities/G09`)
  expect(foreign.statusCode).toBe(404)
})

test('a body in a running campaign can not be launched into another', async () => {
  const coordinator = await product.logIn('ministry-coordinator')
  const refused = await coordinator.post('/v1/campaigns', { localityCodes: ['H26', 'H14'] })
  expect(refused.statusCode).toBe(409)
  expect(refused.json()).toMatchObject({ code: 'locality-in-other-campaign', details: { code: 'H26' } })
})

test('a stage that lacks something is not submitted, and the answer names what', async () => {
  const officer = await product.logIn('locality-officer', 'H26')
  const campaignId = await product.stores.localities.readRunningCampaign('H26')
  const refused = await officer.post(
    `/v1/campaigns/${campaignId}/localities/H26/stages/select-software/submit`,
  )
  expect(refused.json()).toMatchObject({
    code: 'stage-blocked',
    details: { blockers: 'software-not-chosen, software-not-assessed, key-administrator-missing' },
  })
})
