import { condition, proxyActivities, setHandler, workflowInfo } from '@temporalio/workflow'
import type { SigningActivities } from '../activities/contract/signing.ts'
import { sessionChangedSignal, type SigningInput } from './contract/signing.ts'
import { doOrPark, tellLocality } from './errands.ts'
import { createParkingPlace } from './parking.ts'
import { BULK, NATIONAL, QUICK_WORK } from './proxies.ts'

const { freezeSession } = proxyActivities<SigningActivities>(BULK)
const { signSession } = proxyActivities<SigningActivities>(NATIONAL)
const { readSession } = proxyActivities<SigningActivities>(QUICK_WORK)

/** Freezes the versions to be signed under one root, waits for the signer (days, maybe), obtains and verifies the signature. */
export async function signingWorkflow(input: SigningInput): Promise<void> {
  const { sessionId, campaignId, localityCode } = input
  const session = { sessionId, campaignId, localityCode }
  let changed = true
  setHandler(sessionChangedSignal, () => {
    changed = true
  })
  const place = createParkingPlace(input.parkingNo)
  await freezeSession(session)
  for (;;) {
    await condition(() => changed)
    changed = false
    const { state } = await readSession(session)
    if (state === 'abandoned' || state === 'signed') return
    if (state === 'ordered') break
  }
  const errand = {
    campaignId,
    localityCode,
    kind: 'signing',
    processId: workflowInfo().workflowId,
    choices: ['retry'] as const,
  }
  await doOrPark(errand, place, () => signSession(session))
  await tellLocality(campaignId, localityCode, 'sign-records')
}
