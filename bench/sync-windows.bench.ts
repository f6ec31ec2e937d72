import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { DOSSIER_BATCH_MAX, dossierBatchView } from '../gateways/personnel-database/contract.ts'
import type { Servers } from '../test/chaos/servers.ts'
import { ratiosOf, type Results } from './figures.ts'
import { say } from './servers.ts'
import { BODIES_MAX, openSyncProduct, withServers, type SyncWindow } from './sync-product.ts'
import { measure, treeMs, type Sample } from './usage.ts'

export interface SyncOptions {
  readonly records: number
  readonly repeats: number | null
}

interface Trial {
  readonly sample: Sample
  /** Processor time of the receiver, which is the same program for both. */
  readonly receiverMs: number
}

const LOOK_EVERY_MS = 10
export const OURS = ['API', 'workflow worker', 'work worker']

/**
 * Windows of ours, each from the moment it opens until it is complete, and a client that sends the same batches to the
 * same receiver, one after the other, and keeps nothing. Every repeat is another body with as many records.
 */
export const benchSync = (options: SyncOptions): Promise<Results> =>
  withServers((servers) => runSync(servers, options))

async function runSync(servers: Servers, { records, repeats }: SyncOptions): Promise<Results> {
  const bodies = repeats ?? 1
  if (bodies > BODIES_MAX) throw new Error(`--repeats takes ${BODIES_MAX} at the most here.`)
  await using product = await openSyncProduct(servers, { bodies, records, isDisturbed: false })
  const sandboxPid = product.pidOf('sandbox')
  const watch = async (nodePids: readonly number[] | null, work: () => Promise<void>): Promise<Trial> => {
    await product.settle()
    const [before, stop] = [
      treeMs(sandboxPid),
      measure({
        postgresPid: servers.postmaster(),
        enginePid: servers.enginePid(),
        ...(nodePids === null ? {} : { nodePids }),
      }),
    ]
    await work()
    return { sample: stop(), receiverMs: (treeMs(sandboxPid) ?? Number.NaN) - (before ?? Number.NaN) }
  }
  const [ours, bare]: [Trial[], Trial[]] = [[], []]
  const phases: string[] = []
  let versions = 0
  for (const window of await product.approachWindows()) {
    const openedMs = Date.now()
    ours.push(
      await watch(OURS.map(product.pidOf), async () => {
        await window.open()
        while (!(await product.isComplete(window.windowId))) await pause(LOOK_EVERY_MS)
      }),
    )
    const [completeMs, sending] = [Date.now(), await product.readSending(window.windowId)]
    phases.push(
      [openedMs, sending.firstMs, sending.lastMs, completeMs]
        .map((ms, index, all) => ((ms - (all[index - 1] ?? ms)) / 1_000).toFixed(2))
        .slice(1)
        .join(' + '),
    )
    const sent = await product.readWindow(window)
    const applied = await product.countApplied(window.localityCode)
    bare.push(await watch(null, () => sendBare(product.personnelUrl, sent)))
    const again = await product.countApplied(window.localityCode)
    if (again.rows !== applied.rows)
      throw new Error(`The product sent ${applied.rows} versions, the bare client ${again.rows}.`)
    versions += applied.rows
    say(
      `sync: ${window.localityCode} ${ours.at(-1)?.sample.wallMs} ms, bare ${bare.at(-1)?.sample.wallMs} ms`,
    )
  }
  return resultsOf({ records, bodies, items: Math.round(versions / bodies), ours, bare, phases })
}

/** The same batches in the same order; nothing is read, kept or repeated. */
async function sendBare(personnelUrl: string, sent: SyncWindow): Promise<void> {
  const { windowId, sessionIds, connectionKey, localityCode } = sent
  for (let from = 0; from < sent.dossiers.length; from += DOSSIER_BATCH_MAX) {
    const dossiers = sent.dossiers
      .slice(from, from + DOSSIER_BATCH_MAX)
      .map(({ recordId: _recordId, ...dossier }) => dossier)
    const response = await fetch(`${personnelUrl}/v1/localities/${localityCode}/dossier-batches`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${connectionKey}`,
        'content-type': 'application/json',
        'idempotency-key': randomUUID(),
      },
      body: JSON.stringify({ windowId, sessionIds, dossiers }),
    })
    dossierBatchView.parse(await response.json())
  }
}

interface Measured {
  readonly records: number
  readonly bodies: number
  readonly items: number
  readonly ours: readonly Trial[]
  readonly bare: readonly Trial[]
  readonly phases: readonly string[]
}
const samples = (trials: readonly Trial[]) => trials.map(({ sample }) => sample)

function resultsOf({ records, bodies, items, ours, bare, phases }: Measured): Results {
  const receiverMicros = (trials: readonly Trial[]) =>
    trials.map(({ receiverMs }) => ((receiverMs * 1_000) / items).toFixed(1)).join(', ')
  return {
    command: `npm run bench -- sync --records ${records} --repeats ${bodies}`,
    figures: [
      {
        name: 'ours: a window, opened to complete',
        items,
        of: 'versions',
        samples: samples(ours),
        ratios: ratiosOf(samples(ours), samples(bare)),
      },
      { name: 'bare client, same batches', items, of: 'versions', samples: samples(bare) },
    ],
    facts: [
      { name: 'ours, s: until the first batch + sending + until complete', value: phases.join(', ') },
      { name: 'CPU of the receiver, µs per version, ours', value: receiverMicros(ours) },
      { name: 'CPU of the receiver, µs per version, bare', value: receiverMicros(bare) },
    ],
  }
}
