import { execFileSync } from 'node:child_process'
import { setTimeout as pause } from 'node:timers/promises'
import { runList } from '../api/contract/matching.ts'
import { verificationView } from '../api/contract/verifications.ts'
import { LOCALITIES } from '../domain/localities.ts'
import { profileOf } from '../sandbox/bots-profiles.ts'
import { DURABLE_SETTINGS } from '../start/postgres.ts'
import { startKillable, type Killable } from '../test/chaos/product.ts'
import { startServers, type Servers } from '../test/chaos/servers.ts'
import { bringAllTo, hireCrew, sendWindows, type Crew } from '../test/support/campaign.ts'
import { bundleWorkflows } from '../worker/bundle.ts'
import type { Figure, Results } from './figures.ts'
import { say } from './servers.ts'
import { measure, peakMiBOf, type Sample } from './usage.ts'

export interface ScaleOptions {
  readonly records: number
  /** Processes of the `work` role. */
  readonly workers: number
}

const SEED = 5034
const DAY = '2025-09-06'
const MATCH_DAY = '2025-09-11'
const BODIES_AT_ONCE = 4
const PHASE_MS = 3 * 3_600_000
const LOOK_EVERY_MS = 1_000

/** A whole campaign at national size, by the product's own processes on durable servers: each part timed, each process weighed. */
export async function benchScale({ records, workers }: ScaleOptions): Promise<Results> {
  // Whoever is hopeless would keep the campaign from ending.
  const codes = LOCALITIES.map(({ code }) => code).filter((code) => profileOf(SEED, code) !== 'hopeless')
  const servers = await startServers(say, {
    settings: DURABLE_SETTINGS,
    bundle: async () => (await bundleWorkflows()).code,
  })
  try {
    const figures: Figure[] = []
    const generatedMs = performance.now()
    await using product = await startKillable(servers, { codes, seed: SEED, records, workers, say })
    say(
      `scale: people invented and processes up in ${((performance.now() - generatedMs) / 1_000).toFixed(0)} s`,
    )
    const timed = async (name: string, work: () => Promise<unknown>) => {
      const stop = measure({
        postgresPid: servers.postmaster(),
        enginePid: servers.enginePid(),
        nodePids: product.pidsOfOurs().map(({ pid }) => pid),
      })
      await work()
      const sample: Sample = stop()
      figures.push({ name, items: records, of: 'records', samples: [sample] })
      say(`scale: ${name} ${(sample.wallMs / 1_000).toFixed(1)} s`)
    }
    await carry(product, codes, timed)
    const peaks = product.pidsOfOurs().map(({ name, pid }) => ({
      name: `peak RSS of the ${name}, MiB`,
      value: (peakMiBOf(pid) ?? Number.NaN).toFixed(0),
    }))
    return {
      command: `npm run scale -- --records ${records}${workers === 1 ? '' : ` --workers ${workers}`}`,
      figures,
      facts: [...peaks, ...diskOf(servers)],
    }
  } finally {
    await servers.stop()
  }
}

type Timed = (name: string, work: () => Promise<unknown>) => Promise<void>

async function carry(product: Killable, codes: readonly string[], timed: Timed): Promise<void> {
  const standAt = (instant: string) => product.standAt(instant)
  await standAt(`${DAY}T09:00:00+07:00`)
  const { sandboxUrl } = product
  const crew = await hireCrew((role, code) => product.logIn(role, code), { codes, seed: SEED, sandboxUrl })
  const within = { day: DAY, withinMs: PHASE_MS, atOnce: BODIES_AT_ONCE }
  // Room for all of them on any day: what is measured is not the waiting for a slot.
  const settings = { bodiesPerHour: codes.length, recordsPerHour: codes.length * 5_000 }
  const launched = await crew.coordinator.post('/campaigns', { localityCodes: codes, settings })
  const campaignId = String(launched['campaignId'])
  await bringAllTo(crew, campaignId, 'update-records', within)
  await timed('intake and conversion', () => bringAllTo(crew, campaignId, 'sign-records', within))
  await timed('signing', () => bringAllTo(crew, campaignId, 'schedule-sync', within))
  await bringAllTo(crew, campaignId, 'sync-records', within)
  await timed('sync', () => sendWindows(crew, campaignId, { standAt, withinMs: PHASE_MS }))
  await bringAllTo(crew, campaignId, 'match-daily', within)
  await timed('matching of the first day', () => matchDay(product, crew, campaignId))
  await timed('verification', () => verify(crew, campaignId))
}

async function matchDay(product: Killable, crew: Crew, campaignId: string): Promise<void> {
  await product.standAt(`${MATCH_DAY}T09:00:00+07:00`)
  const isMatched = async () => {
    const { runs } = await crew.operator.get(runList, `/matching-runs?campaignId=${campaignId}`)
    return runs.some((run) => run.day === MATCH_DAY && run.finishedAt !== null)
  }
  while (!(await isMatched())) await pause(LOOK_EVERY_MS)
}

async function verify({ coordinator }: Crew, campaignId: string): Promise<void> {
  const ordered = await coordinator.post(`/campaigns/${campaignId}/verifications`)
  const read = () => coordinator.get(verificationView, `/verifications/${String(ordered['verificationId'])}`)
  let seen = await read()
  while (seen.state === 'running') {
    await pause(LOOK_EVERY_MS)
    seen = await read()
  }
  say(`scale: verification ${seen.state}: ${JSON.stringify({ ...seen.checked, ...seen.found })}`)
  if (seen.state !== 'clean')
    throw new Error(`The verification is not clean: ${JSON.stringify(seen.problems)}`)
}

const diskOf = ({ dataFolders }: Servers) =>
  dataFolders.map((folder) => ({
    name: `disk of ${folder.split('/').at(-1)}, MiB`,
    value: execFileSync('du', ['-sm', folder], { encoding: 'utf8' }).split('\t')[0] ?? '',
  }))
