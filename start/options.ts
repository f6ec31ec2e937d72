import { parseArgs } from 'node:util'
import { LOCALITIES } from '../domain/localities.ts'
import { StartFailure } from './failure.ts'
import type { Home } from './home.ts'

/** What a rehearsal is made of; fixed at its first start, so that a later one goes on with the same people. */
export interface RehearsalOptions {
  readonly records: number
  readonly seed: number
  /** Codes of the bodies that take part. */
  readonly bodies: readonly string[]
}

export interface StartOptions {
  readonly reset: boolean
  /** Launches nothing, and nobody plays the bodies. */
  readonly empty: boolean
  /** Campaign days per second while nothing is due. */
  readonly speed: number
  /** What was asked for; undefined where it was not. */
  readonly asked: { readonly [Name in keyof RehearsalOptions]: RehearsalOptions[Name] | undefined }
}

/** 71 days in less than half a minute; what is due on them takes the rest of the time. */
const DAYS_PER_SECOND = 3
const RECORDS = 30_000
const RECORDS_MIN = 100
const SEED = 5_034
const ALL = LOCALITIES.map(({ code }) => code)

/** @throws StartFailure naming the option and what it takes */
export function readOptions(words: readonly string[]): StartOptions {
  const { values } = parse(words)
  return {
    reset: values.reset,
    empty: values.empty,
    speed:
      numberOf('speed', values.speed, 'a number of days between 0.001 and 20', isSpeed) ?? DAYS_PER_SECOND,
    asked: {
      records: numberOf('records', values.records, `a whole number of at least ${RECORDS_MIN}`, isRecords),
      seed: numberOf('seed', values.seed, 'a whole number', isSeed),
      bodies: values.bodies === undefined ? undefined : bodiesOf(values.bodies),
    },
  }
}

function parse(words: readonly string[]) {
  try {
    return parseArgs({
      args: [...words],
      options: {
        reset: { type: 'boolean', default: false },
        empty: { type: 'boolean', default: false },
        records: { type: 'string' },
        seed: { type: 'string' },
        bodies: { type: 'string' },
        speed: { type: 'string' },
      },
    })
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('. ')[0] : 'unknown'
    throw new StartFailure(
      `${reason}. Known are --reset, --empty, --records, --seed, --bodies and --speed.`,
      { cause: error },
    )
  }
}

const isSpeed = (value: number) => value >= 0.001 && value <= 20
const isRecords = (value: number) => Number.isInteger(value) && value >= RECORDS_MIN
const isSeed = (value: number) => Number.isInteger(value) && value >= 0

function numberOf(
  name: string,
  text: string | undefined,
  wanted: string,
  isRight: (value: number) => boolean,
): number | undefined {
  if (text === undefined) return undefined
  const value = text.trim() === '' ? Number.NaN : Number(text)
  if (!isRight(value)) throw new StartFailure(`--${name} must be ${wanted}.`)
  return value
}

/** A list of codes, or how many: then they are taken evenly from all. */
function bodiesOf(text: string): readonly string[] {
  const count = Number(text)
  if (Number.isInteger(count) && count >= 1 && count <= ALL.length)
    return ALL.filter(
      (_code, index) =>
        Math.floor((index * count) / ALL.length) !== Math.floor(((index - 1) * count) / ALL.length),
    )
  const codes = text.split(',').map((code) => code.trim())
  const unknown = codes.find((code) => !ALL.includes(code))
  if (unknown !== undefined)
    throw new StartFailure(
      `--bodies must be a number from 1 to ${ALL.length} or codes separated by commas; "${unknown}" is neither.`,
    )
  return [...new Set(codes)]
}

/**
 * What this home's rehearsal is made of: at the first start what was asked for, later what was asked for then.
 * @throws StartFailure where something else is asked for now
 */
export async function rememberRehearsal(home: Home, asked: StartOptions['asked']): Promise<RehearsalOptions> {
  const { records = RECORDS, seed = SEED, bodies = ALL } = asked
  const kept: RehearsalOptions = JSON.parse(
    await home.secret('rehearsal.json', () => JSON.stringify({ records, seed, bodies })),
  )
  for (const name of ['records', 'seed', 'bodies'] as const) {
    const now = asked[name]
    if (now !== undefined && String(now) !== String(kept[name]))
      throw new StartFailure(
        `The rehearsal of ${home.path} was begun with other ${name} (${String(kept[name])}); go on without --${name}, or begin anew with --reset.`,
      )
  }
  return kept
}
