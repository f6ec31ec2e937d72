import { fork } from 'node:child_process'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ratiosOf, type Figure, type Results } from './figures.ts'
import { writeRecordsFile } from './records-file.ts'
import type { Outcome, TrialInput } from './records-outcome.ts'
import { openGround, say, type Ground } from './servers.ts'

/** From so many records on one repeat is enough: it takes minutes. */
const MANY_RECORDS = 500_000

export interface IntakeOptions {
  readonly records: number
  readonly repeats: number | null
  /** A folder for the profiles of our trials. */
  readonly profile: string | null
}

/** Intake and conversion against COPY, one SQL statement and the bare encryption, in turns on one PostgreSQL. */
export async function benchIntake({ records, repeats, profile }: IntakeOptions): Promise<Results> {
  await using ground = await openGround()
  const file = join(ground.folder, 'records.csv')
  say(`intake: inventing ${records} people`)
  const bytes = await writeRecordsFile(file, records)
  const times = repeats ?? (records >= MANY_RECORDS ? 1 : 3)
  const ours: Outcome[] = []
  const baseline: Outcome[] = []
  for (let repeat = 1; repeat <= times; repeat += 1) {
    // Each begins every other time: what one leaves behind in the caches is not always the same one's gain.
    const order = repeat % 2 === 1 ? (['ours', 'baseline'] as const) : (['baseline', 'ours'] as const)
    for (const who of order) {
      const outcome = await runTrial(ground, { who, file, profile })
      assertWhole(outcome, records, who)
      ;(who === 'ours' ? ours : baseline).push(outcome)
      say(`intake: ${who} ${repeat}/${times}: ${(outcome.total.wallMs / 1_000).toFixed(2)} s`)
    }
  }
  await rm(file)
  const figure = (name: string, outcomes: readonly Outcome[], part?: string): Figure => ({
    name,
    items: records,
    of: 'records',
    samples: outcomes.flatMap(({ total, parts }) => (part === undefined ? total : (parts[part] ?? []))),
  })
  const [ownFigure, bareFigure] = [figure('ours: intake + conversion', ours), figure('baseline', baseline)]
  return {
    command: `npm run bench -- intake --records ${records}`,
    figures: [
      { ...ownFigure, ratios: ratiosOf(ownFigure.samples, bareFigure.samples) },
      figure('– intake (API route)', ours, 'intake'),
      figure('– conversion (activity)', ours, 'conversion'),
      bareFigure,
      figure('– COPY', baseline, 'copy'),
      figure('– one SQL statement', baseline, 'sql'),
      figure('– bare encryption', baseline, 'encryption'),
    ],
    facts: [
      { name: 'bytes a row', value: Math.round(bytes / records) },
      { name: 'accepted / rejected, ours', value: counts(ours) },
      { name: 'accepted / rejected, baseline', value: counts(baseline) },
    ],
  }
}

const counts = ([first]: readonly Outcome[]) => `${first?.accepted ?? 0} / ${first?.rejected ?? 0}`

function assertWhole({ rows, accepted, rejected }: Outcome, records: number, who: string): void {
  if (rows !== records || accepted + rejected !== records)
    throw new Error(`${who}: ${accepted} accepted + ${rejected} rejected of ${rows} are not ${records}.`)
}

interface Trial {
  readonly who: TrialInput['who']
  readonly file: string
  readonly profile: string | null
}

/** In a database and a process of its own. */
async function runTrial(ground: Ground, { who, file, profile }: Trial): Promise<Outcome> {
  const name = `trial_${who}`
  const { url, ownerUrl } = await ground.newDatabase(name)
  await ground.settle()
  const { keyring, tokenKey } = ground
  const input: TrialInput = {
    who,
    file,
    keyring,
    tokenKey,
    ownerUrl,
    databaseUrl: url,
    postgresPid: ground.postgres.pid,
  }
  try {
    return await inOwnProcess(input, profile)
  } finally {
    await ground.dropDatabase(name)
  }
}

function inOwnProcess(input: TrialInput, profile: string | null): Promise<Outcome> {
  const child = fork(fileURLToPath(new URL('./records-trial.ts', import.meta.url)), [JSON.stringify(input)], {
    execArgv: [
      ...['--import', import.meta.resolve('tsx')],
      ...(profile === null ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`]),
    ],
  })
  return new Promise((resolve, reject) => {
    let outcome: Outcome | undefined
    child.on('message', (message) => {
      if (isOutcome(message)) outcome = message
    })
    child.once('error', reject)
    child.once('exit', (code) => {
      if (outcome === undefined) reject(new Error(`The trial ended with ${code} and no outcome.`))
      else resolve(outcome)
    })
  })
}

const isOutcome = (message: unknown): message is Outcome =>
  typeof message === 'object' && message !== null && 'total' in message && 'accepted' in message
