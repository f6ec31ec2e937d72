import type { RecordedFile } from '../support/histories.ts'
import type { Point } from './points.ts'

/** What is to be guarded and what guards it. */
export interface Guarded {
  /** Kinds of process that a worker runs. */
  readonly types: readonly string[]
  readonly points: Readonly<Record<string, Readonly<Record<string, Point>>>>
  readonly recorded: readonly RecordedFile[]
  /** Names of the steps that processes order. */
  readonly steps: readonly string[]
}

/** Everything that the gate would not notice: kinds, points and steps without a history, histories without a point. */
export function findGaps({ types, points, recorded, steps }: Guarded): readonly string[] {
  const listed = Object.entries(points).flatMap(([type, names]) =>
    Object.keys(names).map((name) => `${type}.${name}`),
  )
  const present = new Set(
    recorded.filter(({ patch }) => patch === null).map(({ type, point }) => `${type}.${point}`),
  )
  const awaited = new Set(
    Object.values(points).flatMap((named) => Object.values(named).map(([waitsFor]) => waitsFor)),
  )
  return [
    ...types
      .filter((type) => Object.keys(points[type] ?? {}).length === 0)
      .map((type) => `${type}: no point`),
    ...Object.keys(points)
      .filter((type) => !types.includes(type))
      .map((type) => `${type}: no such process`),
    ...listed.filter((point) => !present.has(point)).map((point) => `${point}: not recorded`),
    ...recorded
      .filter(({ type, point }) => !listed.includes(`${type}.${point}`))
      .map(({ file }) => `${file}: no such point`),
    ...steps.filter((step) => !awaited.has(step)).map((step) => `${step}: no process stands there`),
    ...(recorded.length === 0 ? ['no history at all'] : []),
  ]
}
