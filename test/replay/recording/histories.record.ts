import { afterAll, beforeAll, expect, test } from 'vitest'
import { verificationView } from '../../../api/contract/verifications.ts'
import { matchingScheduleId, sweepMatchingSchedules } from '../../../worker/matching-schedules.ts'
import { campaignWorkflowId } from '../../../workflows/contract/campaigns.ts'
import { localityWorkflowId } from '../../../workflows/contract/localities.ts'
import { matchingRunWorkflowId } from '../../../workflows/contract/matching.ts'
import { clockSignal } from '../../../workflows/contract/messages.ts'
import { verificationWorkflowId } from '../../../workflows/contract/verifications.ts'
import { isRecorded } from '../../support/histories.ts'
import { until } from '../../support/product.ts'
import { POINTS } from '../points.ts'
import { beHeld, beLate, beMoved, giveUpCorrections, passFiveStages, synchronise } from './bodies.ts'
import { openScene, type Scene } from './scene.ts'
import { concernsNothing, NOT_THERE } from './steps.ts'

const LIVE = ['H14', 'H18']
const [PUNCTUAL, LATE, MOVED, LATECOMER] = ['H26', 'H60', 'G02', 'G09'] as const
const WHY = { reason: 'The letter was withdrawn', documentNo: '5678/BNV-CCVC' }

let scene: Scene
beforeAll(async () => {
  scene = await openScene([...LIVE, PUNCTUAL, LATE, MOVED, LATECOMER])
})
afterAll(() => scene[Symbol.asyncDispose]())

async function launch(localityCodes: readonly string[]): Promise<string> {
  const { campaignId } = await scene.crew.coordinator.post('/campaigns', { localityCodes })
  return String(campaignId)
}
const unrecorded = (types: readonly string[]) =>
  types.flatMap((type) =>
    Object.keys(POINTS[type] ?? {}).flatMap((point) => (isRecorded(type, point) ? [] : [`${type}.${point}`])),
  )

async function runLive(): Promise<void> {
  const campaignId = await launch(LIVE)
  const [campaign, body] = [campaignWorkflowId(campaignId), localityWorkflowId(campaignId, 'H14')]
  await scene.keepAt(campaign, 'live')
  await scene.keepAt(body, 'live')
  await fireSchedule(campaignId)
  for (const who of [scene.crew.coordinator, await scene.logIn('ministry-coordinator')])
    await who.post(`/campaigns/${campaignId}/cancel`, WHY)
  await scene.keepAt(body, 'ended')
  await scene.keepAt(campaign, 'ended')
}

async function fireSchedule(campaignId: string): Promise<void> {
  const { client, stores } = scene.product
  await sweepMatchingSchedules(stores.campaigns, client)
  const schedule = client.schedule.getHandle(matchingScheduleId(campaignId))
  await schedule.trigger()
  const { info } = await until(
    () => schedule.describe(),
    (seen) => seen.info.recentActions.length > 0,
  )
  const [fired] = info.recentActions
  await scene.keepAt(fired?.action.workflow.workflowId ?? '', 'ended')
  await schedule.delete()
}

/** So many signals that the campaign's process hands over to a new run. */
async function handOver(campaignId: string): Promise<void> {
  const handle = scene.product.client.workflow.getHandle(campaignWorkflowId(campaignId))
  const clock = await scene.product.stores.clock.readClock()
  while ((await handle.describe()).historyLength < 1_500)
    await Promise.all(Array.from({ length: 50 }, () => handle.signal(clockSignal, clock)))
  await handle.signal(clockSignal, clock)
  await scene.keepHandedOver(campaignWorkflowId(campaignId))
  await scene.keepAt(campaignWorkflowId(campaignId), 'continued')
}

/** One run with a body that can not be matched, and one with very many bodies. */
async function match(campaignId: string): Promise<void> {
  scene.refuse('matchLocality', 'receiver-unavailable')
  await scene.product.standAt('2025-09-11T03:00:00+07:00')
  await scene.keepAt(matchingRunWorkflowId(campaignId, '2025-09-11'), 'ended')
  scene.replace('listUnmatched', async () => ({ localityCodes: NOT_THERE }))
  scene.replace('matchLocality', async (input, carryOn) =>
    concernsNothing(input) ? { asked: 0, changed: 0 } : carryOn(),
  )
  await scene.product.standAt('2025-09-12T03:00:00+07:00')
  const second = matchingRunWorkflowId(campaignId, '2025-09-12')
  await scene.keepHandedOver(second)
  scene.replace('listUnmatched')
  await scene.product.client.workflow.getHandle(second).result()
  scene.replace('matchLocality')
}

async function verify(campaignId: string): Promise<void> {
  const order = async () => {
    const ordered = await scene.crew.coordinator.post(`/campaigns/${campaignId}/verifications`)
    return verificationView.parse(ordered).verificationId
  }
  scene.refuse('verifyPart', 'receiver-unavailable')
  const first = await order()
  await until(
    () => scene.crew.coordinator.get(verificationView, `/verifications/${first}`),
    ({ state }) => state !== 'running',
  )
  await scene.keepAt(verificationWorkflowId(first), 'ended')
  scene.replace('listUnverified', async () => ({ parts: NOT_THERE }))
  scene.replace('verifyPart', async (input, carryOn) =>
    concernsNothing(input) ? { findings: 0 } : carryOn(),
  )
  const second = verificationWorkflowId(await order())
  await scene.keepHandedOver(second)
  scene.replace('listUnverified')
  await scene.product.client.workflow.getHandle(second).result()
  scene.replace('verifyPart')
}

test('every kind of process is brought to every place where it may stand, and recorded there', async () => {
  await runLive()
  await scene.product.standAt('2025-07-11T09:00:00+07:00')
  const campaignId = await launch([PUNCTUAL, LATE, MOVED])
  await scene.keepAt(campaignWorkflowId(campaignId), 'before-its-days')
  await beHeld(scene, campaignId, MOVED)
  await passFiveStages(scene, campaignId, PUNCTUAL)
  await handOver(campaignId)
  await beLate(scene, campaignId, LATE)
  await beMoved(scene, campaignId, MOVED)
  await scene.keepAt(campaignWorkflowId(campaignId), 'amended')
  await synchronise(scene, campaignId, PUNCTUAL)
  await match(campaignId)
  await giveUpCorrections(scene, campaignId, PUNCTUAL)
  await verify(campaignId)
  const last = await launch([LATECOMER])
  await scene.product.standAt('2025-09-14T08:00:00+07:00')
  await scene.keepAt(campaignWorkflowId(last), 'within-its-days')
  expect(unrecorded(Object.keys(POINTS))).toEqual([])
}, 600_000)
