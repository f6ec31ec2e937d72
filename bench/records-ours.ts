import { createReadStream } from 'node:fs'
import { randomUUID } from 'node:crypto'
import { asyncLocalStorage, Context } from '@temporalio/activity'
import { noopMetricMeter } from '@temporalio/common'
import { DefaultLogger } from '@temporalio/worker'
import { createRecordActivities } from '../activities/records.ts'
import { openProduct, type OpenedProduct } from './product.ts'
import { FILE_BODY, FILE_SOURCE, unitTree } from './records-file.ts'
import type { Outcome, TrialInput } from './records-outcome.ts'
import { added, measure } from './usage.ts'

/**
 * The product's way of a file: the API's own route takes it (real HTTP parsing aside), the worker's own activity converts
 * it. Both run in this process, one after the other.
 */
export async function runOurs(input: TrialInput): Promise<Outcome> {
  await using product = await openProduct({ ...input, mode: 'live' })
  const officer = await prepareBody(product)
  const { conversions, clock, intakes } = product.stores
  const activities = createRecordActivities({ conversions, clock, keyring: product.keyring })
  const watched = { postgresPid: input.postgresPid }

  const endIntake = measure(watched)
  const answer = await product.app.inject({
    method: 'POST',
    url: `/v1/localities/${FILE_BODY}/intakes?source=${FILE_SOURCE}`,
    headers: { ...officer, 'content-type': 'text/csv' },
    payload: createReadStream(input.file, { highWaterMark: 65_536 }),
  })
  const intake = endIntake()
  if (answer.statusCode !== 202)
    throw new Error(`The intake was answered ${answer.statusCode}: ${answer.body}`)
  const { intakeId } = answer.json<{ intakeId: string }>()

  const endConversion = measure(watched)
  const reference = { intakeId, localityCode: FILE_BODY }
  await asActivity(async () => {
    let left = 1
    while (left > 0) ({ pagesLeft: left } = await activities.convertPages(reference))
    await activities.finishIntake(reference)
  })
  const conversion = endConversion()

  const counted = await intakes.readIntake('national', intakeId)
  if (counted === null) throw new Error('The intake is gone.')
  const { rows, accepted, rejected, staged, unchanged } = counted
  if (staged + unchanged > 0) throw new Error(`${staged} lines were left, ${unchanged} were nothing new.`)
  return {
    parts: { intake, conversion },
    total: added(intake, conversion),
    rows,
    accepted,
    rejected,
  }
}

/** A source system and an accepted unit tree: what a body has before its records come. */
async function prepareBody(product: OpenedProduct) {
  const { stores, approvals } = product
  const { subject, authorization } = await product.logIn('locality-officer', FILE_BODY)
  const occurredMs = Date.now()
  const by = { localityCode: FILE_BODY, actor: subject, occurredMs }
  await stores.software.register({
    ...by,
    code: FILE_SOURCE,
    name: 'Bench',
    vendor: 'Bench',
    predecessorCode: FILE_BODY,
  })
  await stores.units.keepTree({ ...by, treeId: randomUUID(), sha256: Buffer.alloc(32), units: unitTree() })
  await approvals.approve({
    campaignId: randomUUID(),
    code: FILE_BODY,
    stage: 'build-unit-codes',
    actor: subject,
    occurredMs,
  })
  return { authorization, 'idempotency-key': randomUUID() }
}

/** What a worker puts around an activity, without its worker: nothing is cancelled, heartbeats go nowhere. */
function asActivity<T>(work: () => Promise<T>): Promise<T> {
  const nowMs = Date.now()
  const info = {
    taskToken: new Uint8Array(0),
    base64TaskToken: '',
    activityId: '1',
    activityType: 'convertPages',
    activityNamespace: 'default',
    attempt: 1,
    isLocal: false,
    scheduledTimestampMs: nowMs,
    scheduleToCloseTimeoutMs: 0,
    startToCloseTimeoutMs: 0,
    currentAttemptScheduledTimestampMs: nowMs,
    heartbeatDetails: undefined,
    taskQueue: 'work',
    namespace: 'default',
    inWorkflow: false,
  }
  const never = new Promise<never>(() => {})
  const { signal } = new AbortController()
  const logger = new DefaultLogger('ERROR')
  const context = new Context(info, never, signal, () => {}, undefined, logger, noopMetricMeter, {})
  return asyncLocalStorage.run(context, work)
}
