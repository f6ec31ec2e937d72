import { continueAsNew, proxyActivities, workflowInfo } from '@temporalio/workflow'
import type { RecordActivities } from '../activities/contract/records.ts'
import type { ConversionInput } from './contract/records.ts'
import { doOrPark, tellLocality } from './errands.ts'
import { createParkingPlace } from './parking.ts'
import { NATIONAL, QUICK_WORK } from './proxies.ts'

// A page that can not be converted is a fault of ours or of the machine: a few tries, then a person looks.
const { convertPages } = proxyActivities<RecordActivities>({ ...NATIONAL, priority: { priorityKey: 3 } })
const { finishIntake } = proxyActivities<RecordActivities>(QUICK_WORK)
const EVENTS_MAX = 1_500

/** Converts an intake page by page; each page is its own checkpoint, so that a crash loses none and repeats none. */
export async function conversionWorkflow(input: ConversionInput): Promise<void> {
  const { intakeId, localityCode, campaignId } = input
  const intake = { intakeId, localityCode }
  const place = createParkingPlace(input.parkingNo)
  const errand = {
    campaignId,
    localityCode,
    kind: 'conversion',
    processId: workflowInfo().workflowId,
    choices: ['retry'] as const,
  }
  for (;;) {
    let pagesLeft = 0
    await doOrPark(errand, place, async () => {
      ;({ pagesLeft } = await convertPages(intake))
    })
    if (pagesLeft === 0) break
    if (workflowInfo().historyLength > EVENTS_MAX)
      await continueAsNew<typeof conversionWorkflow>({ ...input, parkingNo: place.number })
  }
  await finishIntake(intake)
  await tellLocality(campaignId, localityCode, 'update-records')
}
