import { proxyActivities, workflowInfo } from '@temporalio/workflow'
import type { ConnectionKeyActivities } from '../activities/contract/connection-keys.ts'
import type { KeyInput } from './contract/connection-keys.ts'
import { doOrPark, tellLocality } from './errands.ts'
import { createParkingPlace } from './parking.ts'
import { NATIONAL } from './proxies.ts'

const { confirmKey } = proxyActivities<ConnectionKeyActivities>(NATIONAL)

/** Makes the national database know that a key was issued, activated or cancelled. */
export async function connectionKeyWorkflow(input: KeyInput): Promise<void> {
  const { keyId, localityCode, campaignId } = input
  const errand = {
    campaignId,
    localityCode,
    kind: 'connection-key',
    processId: workflowInfo().workflowId,
    choices: ['retry'] as const,
  }
  await doOrPark(errand, createParkingPlace(input.parkingNo), () =>
    confirmKey({ keyId, localityCode, campaignId }),
  )
  await tellLocality(campaignId, localityCode, 'select-software')
}
