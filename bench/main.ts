import { parseArgs } from 'node:util'
import { benchLaunch } from './campaigns-launch.bench.ts'
import { benchScale } from './campaigns-scale.bench.ts'
import { asMarkdown, asTable, type Results } from './figures.ts'
import { benchEvents } from './localities-events.bench.ts'
import { RECORDS_MAX } from './records-file.ts'
import { benchIntake } from './records-intake.bench.ts'
import { benchPeers } from './sync-peers.bench.ts'
import { benchSync } from './sync-windows.bench.ts'

const USAGE = `npm run bench -- intake [--records N] [--repeats N] [--profile FOLDER]   100,000 records
npm run bench -- launch [--bodies N] [--repeats N]                       54 bodies, then 3,400
npm run bench -- events                                                  a body over a year
npm run bench -- scale [--records N] [--workers N]                       2,300,000 records, a whole campaign
npm run bench -- sync [--records N] [--repeats N]                        100,000 records beside a bare client
npm run bench -- peers [--records N]                                     20,000 records beside other engines
npm run bench -- all                                                     all of it, intake also with 1,000,000
With --json figures are printed as JSON, with --markdown as rows for results.md.`

const FEW_RECORDS = 100_000
const MANY_RECORDS = 1_000_000
const PEER_RECORDS = 20_000
const NATIONAL_RECORDS = 2_300_000
const WORKERS_MAX = 16
const FEW_BODIES = 54
const MANY_BODIES = 3_400
const BODIES_MAX = 5_000
const REPEATS_MAX = 100

type Numbers = Readonly<Record<'records' | 'bodies' | 'repeats' | 'workers', number | null>>

function numberOf(name: string, text: string | undefined, max: number): number | null {
  if (text === undefined) return null
  const value = Number(text)
  if (Number.isInteger(value) && value >= 1 && value <= max) return value
  throw new Error(`--${name} takes a whole number from 1 to ${max}.`)
}

/** The pieces of work that a name stands for, in their order. */
function worksOf(
  name: string,
  numbers: Numbers,
  profile: string | null,
): readonly (() => Promise<Results>)[] {
  const { repeats } = numbers
  const intake = (records: number) => () => benchIntake({ records, repeats, profile })
  const launch = (bodies: number) => () => benchLaunch({ bodies, repeats })
  switch (name) {
    case 'intake':
      return [intake(numbers.records ?? FEW_RECORDS)]
    case 'launch':
      return (numbers.bodies === null ? [FEW_BODIES, MANY_BODIES] : [numbers.bodies]).map(launch)
    case 'scale':
      return [
        () => benchScale({ records: numbers.records ?? NATIONAL_RECORDS, workers: numbers.workers ?? 1 }),
      ]
    case 'sync':
      return [() => benchSync({ records: numbers.records ?? FEW_RECORDS, repeats })]
    case 'peers':
      return [() => benchPeers({ records: numbers.records ?? PEER_RECORDS })]
    case 'events':
      return [benchEvents]
    case 'all':
      return [intake(FEW_RECORDS), intake(MANY_RECORDS), launch(FEW_BODIES), launch(MANY_BODIES), benchEvents]
    default:
      throw new Error(USAGE)
  }
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      records: { type: 'string' },
      bodies: { type: 'string' },
      repeats: { type: 'string' },
      workers: { type: 'string' },
      profile: { type: 'string' },
      json: { type: 'boolean', default: false },
      markdown: { type: 'boolean', default: false },
    },
  })
  const numbers = {
    records: numberOf('records', values.records, RECORDS_MAX),
    bodies: numberOf('bodies', values.bodies, BODIES_MAX),
    repeats: numberOf('repeats', values.repeats, REPEATS_MAX),
    workers: numberOf('workers', values.workers, WORKERS_MAX),
  }
  const all: Results[] = []
  for (const work of worksOf(positionals[0] ?? '', numbers, values.profile ?? null)) {
    const results = await work()
    all.push(results)
    if (!values.json) console.log(values.markdown ? asMarkdown(results) : asTable(results))
  }
  if (values.json) console.log(JSON.stringify(all, null, 1))
}

main().then(
  // What a bench left open (a lazy connection) must not keep it alive.
  () => process.exit(0),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error)
    process.exit(1)
  },
)
