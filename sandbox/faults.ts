import { z } from 'zod'

export const SYSTEMS = [
  'personnel-database',
  'population-database',
  'signature-service',
  'notices',
  'source-systems',
] as const
export type System = (typeof SYSTEMS)[number]

/** Every kind of fault, and the systems in which it makes sense: only those that take batches can answer one badly. */
export const SYSTEMS_OF = {
  outage: SYSTEMS,
  'server-error': SYSTEMS,
  'too-many-requests': SYSTEMS,
  latency: SYSTEMS,
  'commit-then-timeout': SYSTEMS,
  'slow-drip': SYSTEMS,
  'connection-reset': SYSTEMS,
  'duplicate-answers': ['personnel-database', 'population-database'],
  'partial-answers': ['personnel-database', 'population-database'],
  'out-of-order-receipts': ['personnel-database'],
  'poisoned-records': ['personnel-database'],
} as const satisfies Record<string, readonly System[]>

/** How many requests it disturbs; without it, all until it is taken away. */
const times = z.int().positive().optional()
const delayMs = z.int().min(0).max(120_000).default(10_000)
const share = z.number().min(0).max(1)
const seed = z.int().min(0).default(1)

/** A fault of one system: everything it does is disturbed, or only so many requests. */
export const fault = z.discriminatedUnion(
  'kind',
  [
    /** 503 before anything is done; 500 before anything is done; the connection broken in the middle of the answer. */
    z.strictObject({ kind: z.enum(['outage', 'server-error', 'connection-reset']), times }),
    /** 429, and when to come again. */
    z.strictObject({
      kind: z.literal('too-many-requests'),
      times,
      retryAfterSeconds: z.int().min(0).max(86_400).default(1),
    }),
    /** Late before the work; silent for so long after it and then cut off; the answer byte by byte for so long. */
    z.strictObject({ kind: z.enum(['latency', 'commit-then-timeout', 'slow-drip']), times, delayMs }),
    /** Results twice, and those of the answer before again. */
    z.strictObject({ kind: z.literal('duplicate-answers'), times }),
    /** Only a share of the items is answered, another one each time, and at least one where the share is not 0. */
    z.strictObject({ kind: z.literal('partial-answers'), times, share: share.default(0.5), seed }),
    /** Results in another order, and between them the receipts of older versions. */
    z.strictObject({ kind: z.literal('out-of-order-receipts'), times, seed }),
    /** A batch that holds one of these records (`source/record_code`), or of a share of all, is answered 500 and not applied. */
    z.strictObject({
      kind: z.literal('poisoned-records'),
      times,
      records: z.array(z.string().min(3).max(200)).min(1).max(1_000).optional(),
      share: share.default(0.01),
      seed,
    }),
  ],
  { error: `Expected an object whose kind is one of: ${Object.keys(SYSTEMS_OF).join(', ')}` },
)
export type Fault = z.infer<typeof fault>

export interface Faults {
  readonly set: (system: System, value: Fault | null) => void
  readonly get: (system: System) => Fault | null
  /** How many requests the present fault has disturbed. */
  readonly used: (system: System) => number
  /** Counts a disturbed request, and takes the fault away after the last. */
  readonly use: (system: System) => void
}

export function createFaults(): Faults {
  const faults = new Map<System, { readonly fault: Fault; readonly used: number }>()
  return {
    get(system) {
      const { fault: found, used } = faults.get(system) ?? { fault: null, used: 0 }
      return found?.times === undefined ? found : { ...found, times: found.times - used }
    },
    used: (system) => faults.get(system)?.used ?? 0,
    set(system, value) {
      if (value === null) faults.delete(system)
      else faults.set(system, { fault: value, used: 0 })
    },
    use(system) {
      const current = faults.get(system)
      if (current === undefined) return
      const used = current.used + 1
      if (used === current.fault.times) faults.delete(system)
      else faults.set(system, { ...current, used })
    },
  }
}
