import { intakeView } from '../../../api/contract/records.ts'
import { retryPreviewView } from '../../../api/contract/retries.ts'
import { sessionView } from '../../../api/contract/signing.ts'
import { windowList } from '../../../api/contract/sync-windows.ts'
import { treeList } from '../../../api/contract/units.ts'
import type { LocalityState } from '../../../domain/localities-process.ts'
import type { User } from '../../../sandbox/bots-client.ts'
import { keyWorkflowId } from '../../../workflows/contract/connection-keys.ts'
import { localityWorkflowId, processQuery } from '../../../workflows/contract/localities.ts'
import { conversionWorkflowId } from '../../../workflows/contract/records.ts'
import { bulkRetryWorkflowId } from '../../../workflows/contract/retries.ts'
import { signingWorkflowId } from '../../../workflows/contract/signing.ts'
import { syncWindowWorkflowId } from '../../../workflows/contract/sync-windows.ts'
import { unitTreeWorkflowId } from '../../../workflows/contract/units.ts'
import { until } from '../../support/product.ts'
import type { Scene } from './scene.ts'
import { concernsNothing, NOT_THERE } from './steps.ts'

/** Nobody works before this day by habit; the clock stands elsewhere. */
const WORKING_DAY = '2025-08-31'
const SLOT_DAY = '2025-09-03'
const LATER_DAY = '2025-09-05'

interface Place {
  readonly scene: Scene
  readonly campaignId: string
  readonly code: string
  readonly path: string
}
const placeOf = (scene: Scene, campaignId: string, code: string): Place => ({
  scene,
  campaignId,
  code,
  path: `/campaigns/${campaignId}/localities/${code}`,
})

/** Keeps a body's process at a point that its state must tell. */
async function keepBody(
  { scene, campaignId, code }: Place,
  point: string,
  isThere: (state: LocalityState) => boolean,
): Promise<void> {
  const processId = localityWorkflowId(campaignId, code)
  await until(
    async () => isThere(await scene.product.client.workflow.getHandle(processId).query(processQuery)),
    (there) => there,
  )
  await scene.keepAt(processId, point)
}
const keepStage = (place: Place, stage: string, state: string) =>
  keepBody(place, `${stage}-${state}`, ({ stages, outbox }) =>
    stages.some((status) => status.stage === stage && status.state === state && outbox.length === 0),
  )
const workAsBody = (place: Place) =>
  place.scene.crew.bots
    .find(({ locality }) => locality.code === place.code)
    ?.work(place.campaignId, WORKING_DAY)

/** Stages 1 to 5 of one body, every job of it parked once. */
export async function passFiveStages(scene: Scene, campaignId: string, code: string): Promise<void> {
  const place = placeOf(scene, campaignId, code)
  const officer = await scene.logIn('locality-officer', code)
  await selectSoftware(place, officer)
  await buildUnitCodes(place)
  await updateRecords(place, officer)
  await signRecords(place)
  await scheduleSync(place, officer)
}

async function selectSoftware(place: Place, officer: User): Promise<void> {
  const { scene, code, path } = place
  const { coordinator, operator, security } = scene.crew
  const stage = `${path}/stages/select-software`
  await keepStage(place, 'select-software', 'open')
  await workAsBody(place)
  await keepStage(place, 'select-software', 'submitted')
  await coordinator.post(`${stage}/return`, { reason: 'Not complete yet' })
  await keepBody(place, 'select-software-returned', ({ stages }) => stages[0]?.state === 'open')
  await officer.post(`${stage}/submit`)
  await coordinator.post(`${stage}/approve`)
  await keepStage(place, 'select-software', 'approved')
  scene.refuse('confirmKey', 'receiver-unavailable')
  const { keyId } = await operator.post(`/localities/${code}/connection-keys`, { source: `${code}-1` })
  const processId = keyWorkflowId(String(keyId), 'issue')
  await scene.keepAt(processId, 'parked')
  await scene.decide('connection-key', 'retry')
  await scene.keepAt(processId, 'ended')
  await security.post(`/localities/${code}/connection-keys/${String(keyId)}/activate`)
  await keepStage(place, 'build-unit-codes', 'open')
}

async function buildUnitCodes(place: Place): Promise<void> {
  const { scene, code, path } = place
  const { coordinator } = scene.crew
  await workAsBody(place)
  await keepStage(place, 'build-unit-codes', 'submitted')
  scene.replace('pushUnitTree', async () => ({ state: 'received' }))
  scene.refuse('pushUnitTree', 'receiver-unavailable')
  await coordinator.post(`${path}/stages/build-unit-codes/approve`)
  await keepStage(place, 'build-unit-codes', 'approved')
  const { trees } = await coordinator.get(treeList, `/localities/${code}/unit-trees`)
  const processId = unitTreeWorkflowId(trees[0]?.treeId ?? '')
  await scene.keepAt(processId, 'parked')
  await scene.decide('unit-tree', 'retry')
  await scene.keepAt(processId, 'waiting-for-confirmation')
  scene.replace('pushUnitTree')
  await scene.keepAt(processId, 'ended')
  await keepStage(place, 'update-records', 'open')
}

async function updateRecords(place: Place, officer: User): Promise<void> {
  const { scene, code, path } = place
  const file = await fetch(`${scene.sandbox.url}/source-systems/v1/${code}-1/records.csv`)
  const lines = (await file.text()).split('\r\n')
  const handIn = async (csv: string) =>
    intakeView.parse(await officer.upload(`/localities/${code}/intakes?source=${code}-1`, csv)).intakeId
  scene.replace('convertPages', async () => ({ pagesLeft: 1 }))
  scene.refuse('convertPages', 'page-does-not-fit')
  const intakeId = await handIn(lines.join('\r\n'))
  await scene.keepAt(conversionWorkflowId(intakeId), 'parked')
  await scene.decide('conversion', 'retry')
  await scene.keepHandedOver(conversionWorkflowId(intakeId))
  scene.replace('convertPages')
  const again = await handIn(lines.slice(0, 4).join('\r\n'))
  await scene.keepAt(conversionWorkflowId(again), 'ended')
  await until(
    () => officer.get(intakeView, `/intakes/${intakeId}`),
    ({ state }) => state === 'converted',
  )
  await officer.post(`${path}/stages/update-records/submit`)
  await keepStage(place, 'update-records', 'submitted')
  const second = await scene.logIn('locality-officer', code)
  await second.post(`${path}/stages/update-records/approve`)
  await keepStage(place, 'sign-records', 'open')
}

async function signRecords(place: Place): Promise<void> {
  const { scene, code } = place
  const signer = await scene.logIn('locality-signer', code)
  const begin = async () =>
    sessionView.parse(await signer.post(`/localities/${code}/signing-sessions`)).sessionId
  const abandoned = await begin()
  await scene.keepAt(signingWorkflowId(abandoned), 'waiting-for-signer')
  await signer.post(`/signing-sessions/${abandoned}/abandon`)
  await scene.keepAt(signingWorkflowId(abandoned), 'abandoned')
  const sessionId = await begin()
  await until(
    () => signer.get(sessionView, `/signing-sessions/${sessionId}`),
    ({ state }) => state === 'waiting-for-signer',
  )
  scene.refuse('signSession', 'signature-not-valid')
  await signer.post(`/signing-sessions/${sessionId}/sign`)
  await scene.keepAt(signingWorkflowId(sessionId), 'parked')
  await scene.decide('signing', 'retry')
  await scene.keepAt(signingWorkflowId(sessionId), 'ended')
}

const readWindow = async ({ scene, campaignId }: Place) => {
  const { windows } = await scene.crew.operator.get(windowList, `/campaigns/${campaignId}/sync-windows`)
  const [newest] = windows
  if (newest === undefined) throw new Error('no window')
  return newest
}

async function scheduleSync(place: Place, officer: User): Promise<void> {
  const { scene, code, path } = place
  await keepStage(place, 'schedule-sync', 'open')
  await officer.post(`/localities/${code}/sync-slots`, { day: SLOT_DAY })
  await officer.post(`${path}/stages/schedule-sync/submit`)
  await keepStage(place, 'schedule-sync', 'submitted')
  await scene.crew.coordinator.post(`${path}/stages/schedule-sync/approve`)
  await keepStage(place, 'sync-records', 'open')
  const { windowId } = await readWindow(place)
  await scene.keepAt(syncWindowWorkflowId(windowId), 'waiting-for-slot')
}

/** One that does nothing is reminded, late, reported to the leadership and urged. */
export async function beLate(scene: Scene, campaignId: string, code: string): Promise<void> {
  const place = placeOf(scene, campaignId, code)
  await scene.product.standAt('2025-07-16T09:00:00+07:00')
  await keepBody(place, 'reminded', ({ stages }) => (stages[0]?.passed.length ?? 0) > 0)
  await scene.product.standAt('2025-07-21T09:00:00+07:00')
  await keepBody(place, 'overdue', ({ stages }) => stages[0]?.overdueSinceMs !== null)
  await scene.product.standAt('2025-07-24T09:00:00+07:00')
  await keepBody(place, 'escalated', ({ stages }) => stages[0]?.escalated === true)
  await scene.product.standAt('2025-07-29T09:00:00+07:00')
  await keepBody(place, 'urged', ({ stages }) => (stages[0]?.letters ?? 0) > 0)
}

/** One that is held for a while. */
export async function beHeld(scene: Scene, campaignId: string, code: string): Promise<void> {
  const place = placeOf(scene, campaignId, code)
  const { coordinator } = scene.crew
  await coordinator.post(`${place.path}/hold`, { reason: 'An inspection is under way' })
  await keepBody(place, 'held', ({ held }) => held)
  await coordinator.post(`${place.path}/resume`, { reason: 'It is over' })
  await keepBody(place, 'resumed', ({ held }) => !held)
}

/** Late, given a new date by an amendment, and in the end overridden by two coordinators. */
export async function beMoved(scene: Scene, campaignId: string, code: string): Promise<void> {
  const place = placeOf(scene, campaignId, code)
  const why = { reason: 'More time is needed', documentNo: '5678/BNV-CCVC' }
  await scene.crew.coordinator.post(`/campaigns/${campaignId}/amendments`, {
    stage: 'select-software',
    namedDate: '2025-08-20',
    localityCodes: [code],
    ...why,
  })
  await keepBody(place, 'moved', ({ stages }) => stages[0]?.overdueSinceMs === null)
  for (const who of [scene.crew.coordinator, await scene.logIn('ministry-coordinator')])
    await who.post(`${place.path}/stages/select-software/override`, why)
  await scene.keepHandedOver(localityWorkflowId(campaignId, code))
}

/** The slot passes unused; the window is moved to a later day, and sends on it. */
export async function synchronise(scene: Scene, campaignId: string, code: string): Promise<void> {
  const place = placeOf(scene, campaignId, code)
  const { windowId } = await readWindow(place)
  const processId = syncWindowWorkflowId(windowId)
  await scene.product.standAt('2025-09-04T08:00:00+07:00')
  await scene.keepAt(processId, 'parked')
  await scene.crew.operator.post(`/sync-windows/${windowId}/retry`, {
    reason: 'The slot is over',
    day: LATER_DAY,
  })
  await scene.keepAt(processId, 'waiting-for-later-slot')
  await scene.product.standAt(`${LATER_DAY}T08:00:00+07:00`)
  await scene.keepAt(processId, 'ended')
  await keepStage(place, 'match-daily', 'open')
}

/** What the match found is corrected and goes into a window of its own, which becomes long and is given up. */
export async function giveUpCorrections(scene: Scene, campaignId: string, code: string): Promise<void> {
  const place = placeOf(scene, campaignId, code)
  const bot = scene.crew.bots.find(({ locality }) => locality.code === code)
  await bot?.work(campaignId, '2025-09-12')
  const { windowId } = await until(
    () => readWindow(place),
    ({ kind }) => kind === 'delta',
  )
  const processId = syncWindowWorkflowId(windowId)
  scene.replace('sendWindow', async () => ({ pending: 1 }))
  scene.refuse('sendWindow', 'receiver-unavailable')
  await scene.product.standAt('2025-09-13T08:00:00+07:00')
  await until(
    () => readWindow(place),
    ({ state }) => state === 'parked',
  )
  await retryMany(place)
  await scene.keepHandedOver(processId)
  scene.refuse('sendWindow', 'receiver-unavailable')
  await scene.decide('sync-window', 'skip')
  await scene.keepAt(processId, 'skipped')
  scene.replace('sendWindow')
}

/** Lets the parked window go on as one of very many, after a pause. */
async function retryMany({ scene, campaignId }: Place): Promise<void> {
  const { operator } = scene.crew
  const path = `/campaigns/${campaignId}/retries`
  const previewed = await operator.post(`${path}/preview`, { perMinute: 12 })
  const { token, retryId } = retryPreviewView.parse(previewed)
  scene.replace('listUnfinished', async () => ({ windowIds: NOT_THERE }))
  scene.replace('retryWindow', async (input) => ({
    outcome: concernsNothing(input) ? 'not-retried' : 'paused',
  }))
  await operator.post(path, { token, reason: 'The receiver is back' })
  const processId = bulkRetryWorkflowId(retryId)
  await scene.keepHandedOver(processId)
  scene.replace('listUnfinished')
  await scene.keepAt(processId, 'paused')
  scene.replace('retryWindow')
  await operator.post(`/retries/${retryId}/pause`)
  await operator.post(`/retries/${retryId}/resume`)
  await scene.keepAt(processId, 'waiting-for-its-turn')
  await scene.keepAt(processId, 'ended')
}
