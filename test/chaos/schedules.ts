import type { System } from '../../sandbox/faults.ts'
import { between, createRandom, pick } from '../../sandbox/random.ts'

/** What can be killed or hung. The two workers and the API are ours; the rest is what they stand on. */
export const TARGETS = ['API', 'workflow worker', 'work worker', 'sandbox', 'engine', 'PostgreSQL'] as const
export type Target = (typeof TARGETS)[number]

/** The parts of a campaign in which a blow can fall. */
export const PHASES = [
  'launch',
  'unit codes',
  'intake and conversion',
  'amendment and signing',
  'slots',
  'window',
  'matching',
  'correction',
] as const
export type Phase = (typeof PHASES)[number]

export interface Blow {
  readonly phase: Phase
  /** After the phase began. */
  readonly afterMs: number
  readonly kind: 'kill' | 'hang'
  readonly targets: readonly Target[]
  /** How long it hangs; what is killed is started again by whoever keeps it running. */
  readonly forMs: number
}
export interface Disturbance {
  readonly phase: Phase
  readonly afterMs: number
  readonly system: System
  readonly fault: SomeFault
  readonly forMs: number
}
export interface Schedule {
  readonly seed: number
  readonly blows: readonly Blow[]
  readonly disturbances: readonly Disturbance[]
}

const DISTURBED = ['personnel-database', 'population-database', 'signature-service', 'notices'] as const
type SomeFault = Readonly<Record<string, unknown>>
const FAULTS: readonly [SomeFault, ...SomeFault[]] = [
  { kind: 'outage' },
  { kind: 'server-error', times: 3 },
  { kind: 'too-many-requests', times: 4 },
  { kind: 'latency', delayMs: 700 },
  { kind: 'commit-then-timeout', delayMs: 100, times: 2 },
]
/** Phases in which much is under way are hit more often than those that are over in a moment. */
const HIT: readonly [Phase, ...Phase[]] = [
  ...PHASES,
  'intake and conversion',
  'intake and conversion',
  'amendment and signing',
  'window',
  'window',
  'matching',
]

/** Drawn from the seed alone: the same seed gives the same blows at the same moments of the same phases. */
export function scheduleOf(seed: number): Schedule {
  const random = createRandom(seed, 'schedule')
  const blowOf = (): Blow => {
    const kind = random() < 0.6 ? 'kill' : 'hang'
    return {
      phase: pick(random, HIT),
      afterMs: between(random, 0, 1_800),
      kind,
      targets: targetsOf(random),
      forMs: between(random, 300, 4_500),
    }
  }
  const disturbanceOf = (): Disturbance => ({
    phase: pick(random, HIT),
    afterMs: between(random, 0, 1_000),
    system: pick(random, DISTURBED),
    fault: pick(random, FAULTS),
    forMs: between(random, 500, 4_000),
  })
  return {
    seed,
    blows: Array.from({ length: between(random, 2, 5) }, blowOf),
    disturbances: Array.from({ length: between(random, 1, 3) }, disturbanceOf),
  }
}

/** Mostly one alone; also two, both workers, and now and then everything at once. */
function targetsOf(random: () => number): readonly Target[] {
  const draw = random()
  if (draw < 0.05) return TARGETS
  if (draw < 0.2) return ['workflow worker', 'work worker']
  if (draw < 0.4) return [...new Set([pick(random, TARGETS), pick(random, TARGETS)])]
  return [pick(random, TARGETS)]
}

export function describeSchedule({ seed, blows, disturbances }: Schedule): string {
  return [
    `schedule ${seed}`,
    ...blows.map(
      ({ phase, afterMs, kind, targets, forMs }) =>
        `  ${phase} + ${afterMs} ms: ${kind} ${targets.join(', ')}${kind === 'hang' ? ` for ${forMs} ms` : ''}`,
    ),
    ...disturbances.map(
      ({ phase, afterMs, system, fault, forMs }) =>
        `  ${phase} + ${afterMs} ms: ${system} ${String(fault['kind'])} for ${forMs} ms`,
    ),
  ].join('\n')
}
