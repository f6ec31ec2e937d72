import { ApplicationFailure, proxyActivities, sleep, workflowInfo } from '@temporalio/workflow'
import type { UnitActivities } from '../activities/contract/units.ts'
import type { UnitTreeInput } from './contract/units.ts'
import { doOrPark, tellLocality } from './errands.ts'
import { createParkingPlace } from './parking.ts'
import { NATIONAL } from './proxies.ts'

const { pushUnitTree } = proxyActivities<UnitActivities>(NATIONAL)
/** How often the national database is asked whether it has confirmed a tree, and how often before a person is. */
const ASK_EVERY = '2s'
const ASKED_MAX = 100

/** Sends an accepted unit tree to the national database and waits for its confirmation. */
export async function unitTreeWorkflow(input: UnitTreeInput): Promise<void> {
  const { treeId, localityCode, campaignId } = input
  const errand = {
    campaignId,
    localityCode,
    kind: 'unit-tree',
    processId: workflowInfo().workflowId,
    choices: ['retry'] as const,
  }
  await doOrPark(errand, createParkingPlace(input.parkingNo), async () => {
    for (let asked = 0; asked < ASKED_MAX; asked += 1) {
      const { state } = await pushUnitTree({ treeId, localityCode, campaignId })
      if (state !== 'received') return
      await sleep(ASK_EVERY)
    }
    throw ApplicationFailure.nonRetryable('the tree was received and not confirmed', 'not-confirmed')
  })
  await tellLocality(campaignId, localityCode, 'build-unit-codes')
}
