import { execFileSync } from 'node:child_process'
import { setTimeout as pause } from 'node:timers/promises'
import { signalProcess } from '../start/process-table.ts'
import type { Servers } from '../test/chaos/servers.ts'
import type { Fact, Figure, Results } from './figures.ts'
import { say } from './servers.ts'
import { oursOf, openPeer, PEERS, PEERS_FOLDER, type Contestant } from './sync-contestants.ts'
import { openSyncProduct, withServers, type ItemCounts, type SyncProduct } from './sync-product.ts'
import { tallyView, type Tally } from './sync-tally.ts'
import { measure, peakMiBOf, treeMs, type Sample } from './usage.ts'

/** A body for each: late answers only, then with failures too. */
const SCENARIOS = [
  { name: '20 ms', isFailing: false },
  { name: '20 ms, faults', isFailing: true },
] as const
const LATENCY_MS = 20
/** As the product's own supervisor does. */
const START_AGAIN_AFTER_MS = 200
const FINISHED_WITHIN_MS = 180_000
const LOOK_EVERY_MS = 10

interface Run {
  readonly sample: Sample
  readonly tally: Tally
  readonly killedMs: number
  readonly isFinished: boolean
}
interface Outcome extends Run {
  readonly who: string
  readonly scenario: string
  readonly counts: ItemCounts
  readonly applied: { readonly rows: number; readonly versions: number }
}

/** The same window by ours and by other engines, each sender killed once in the middle, all at the same receiver. */
export const benchPeers = ({ records }: { readonly records: number }): Promise<Results> => {
  // Not by the project's own `npm ci`: nobody else needs them.
  execFileSync('npm', ['ci', '--prefix', PEERS_FOLDER], { stdio: ['ignore', 'ignore', 'inherit'] })
  return withServers((servers) => runAll(servers, records))
}

async function runAll(servers: Servers, records: number): Promise<Results> {
  const bodies = SCENARIOS.length
  await using product = await openSyncProduct(servers, { bodies, records, isDisturbed: true })
  const windows = await product.approachWindows()
  const outcomes: Outcome[] = []
  for (const [index, { name: scenario, isFailing }] of SCENARIOS.entries()) {
    const window = windows[index]
    if (window === undefined) throw new Error('A window is missing.')
    const compete = async (who: string, contestant: Contestant) => {
      await product.settle()
      const haltAt = Math.floor(records / 2)
      await tellReceiver(product, { latencyMs: LATENCY_MS, isFailing, haltAt })
      const run = await runOne(servers, product, contestant)
      const [counts, applied] = [await contestant.count(), await product.countApplied(window.localityCode)]
      const outcome = { ...run, who, scenario, counts, applied }
      outcomes.push(outcome)
      say(
        `peers: ${(run.sample.wallMs / 1_000).toFixed(2)} s, ${factOf(outcome).name}: ${factOf(outcome).value}`,
      )
    }
    await compete('ours', oursOf(product, window))
    const sent = await product.readWindow(window)
    for (const peer of PEERS) {
      await using contestant = await openPeer(servers, product, peer, sent)
      await compete(peer, contestant)
    }
  }
  return {
    command: `npm run bench -- peers --records ${records}`,
    figures: outcomes.map((outcome) => figureOf(outcome, outcomes)),
    facts: outcomes.map(factOf),
  }
}

/** From the opening to the last answer kept; the sender is killed while the answer of the middle batch is held back. */
async function runOne(servers: Servers, product: SyncProduct, contestant: Contestant): Promise<Run> {
  const cpuMs = () => contestant.pids().reduce((sum, pid) => sum + (treeMs(pid) ?? 0), 0)
  const stop = measure({ postgresPid: servers.postmaster(), enginePid: servers.enginePid(), nodePids: [0] })
  const before = cpuMs()
  await contestant.open()
  const untilMs = Date.now() + FINISHED_WITHIN_MS
  while (!(await readTally(product)).isHalted && Date.now() < untilMs) await pause(LOOK_EVERY_MS)
  const [sender = 0] = contestant.pids()
  const [lostMs, peak] = [treeMs(sender) ?? 0, peakMiBOf(sender) ?? 0]
  const killedMs = Date.now()
  signalProcess(sender, 'SIGKILL')
  await pause(START_AGAIN_AFTER_MS)
  await contestant.restart()
  let isFinished = false
  while (!isFinished && Date.now() < untilMs) {
    await pause(LOOK_EVERY_MS)
    isFinished = await contestant.isDone()
  }
  const sample = {
    ...stop(),
    nodeMs: cpuMs() + lostMs - before,
    peakMiB: Math.max(peak, ...contestant.pids().map((pid) => peakMiBOf(pid) ?? 0)),
  }
  return { sample, tally: await readTally(product), killedMs, isFinished }
}

const readTally = async ({ receiverUrl }: SyncProduct) =>
  tallyView.parse(await (await fetch(`${receiverUrl}/tally`)).json())
async function tellReceiver({ receiverUrl }: SyncProduct, script: object): Promise<void> {
  const answer = await fetch(`${receiverUrl}/script`, { method: 'PUT', body: JSON.stringify(script) })
  if (!answer.ok) throw new Error(`The receiver answered ${answer.status}.`)
}

const settledOf = ({ counts: { accepted, rejected } }: Outcome) => accepted + rejected
/** Ours to this one's rate; what was not finished has none. */
function figureOf(outcome: Outcome, all: readonly Outcome[]): Figure {
  const { who, scenario, sample, isFinished } = outcome
  const ours = all.find((other) => other.who === 'ours' && other.scenario === scenario)
  const rate = (one: Outcome) => settledOf(one) / one.sample.wallMs
  return {
    name: `${who}, ${scenario}${isFinished ? '' : ' (not finished)'}`,
    items: settledOf(outcome),
    of: 'versions',
    samples: [sample],
    ...(ours === undefined || ours === outcome ? {} : { ratios: [rate(ours) / rate(outcome)] }),
  }
}

function factOf({ who, scenario, counts, applied, tally, killedMs }: Outcome): Fact {
  const { accepted, rejected, pending } = counts
  const next = tally.applied.find(({ cameMs }) => cameMs > killedMs)
  return {
    name: `${who}, ${scenario}`,
    value: [
      `${accepted} accepted, ${rejected} rejected, ${pending} unfinished`,
      `${accepted + pending - applied.versions} lost`,
      `${applied.rows - applied.versions} doubled`,
      `${tally.batches} requests`,
      `sent again: ${tally.sentAcknowledged} acknowledged, ${tally.sentApplied} applied without an answer`,
      `next accepted ${next === undefined ? 'never' : `${((next.appliedMs - killedMs) / 1_000).toFixed(2)} s`} after the kill`,
    ].join('; '),
  }
}
