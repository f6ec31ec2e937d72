import { readFileSync, readdirSync } from 'node:fs'

/** What a piece of work took. Processor time is in milliseconds, of all threads. */
export interface Sample {
  readonly wallMs: number
  readonly nodeMs: number
  /** Null where the system does not tell (no `/proc`), or where the work has none. */
  readonly postgresMs: number | null
  readonly engineMs: number | null
  /** The most memory that the measured process ever held. */
  readonly peakMiB: number | null
}

/** Linux counts the time of other processes in hundredths of a second. */
const TICK_MS = 10
const PARENT = 1
const USER_TIME = 11 // field 14 of /proc/PID/stat, counted from the state, which is field 3

interface Times {
  readonly parent: number
  readonly ownMs: number
  readonly endedChildrenMs: number
}

function timesOf(pid: number): Times | null {
  let stat: string
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  } catch {
    // It has ended, or there is no /proc: then it has no time that we could tell.
    return null
  }
  const fields = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number)
  const at = (index: number) => fields[index] ?? 0
  return {
    parent: at(PARENT),
    ownMs: (at(USER_TIME) + at(USER_TIME + 1)) * TICK_MS,
    endedChildrenMs: (at(USER_TIME + 2) + at(USER_TIME + 3)) * TICK_MS,
  }
}

/** Processor time of a process with all it started, the ended ones included; null where the system does not tell. */
export function treeMs(pid: number): number | null {
  const root = timesOf(pid)
  if (root === null) return null
  const children = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => timesOf(Number(name)))
    .filter((times) => times?.parent === pid)
  return children.reduce(
    (sum, times) => sum + (times?.ownMs ?? 0) + (times?.endedChildrenMs ?? 0),
    root.ownMs + root.endedChildrenMs,
  )
}

/** Of a process, in MiB; null where the system does not tell. */
export function peakMiBOf(pid: number): number | null {
  try {
    const [, peak] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
    return peak === undefined ? null : Number(peak) / 1_024
  } catch {
    return null
  }
}

const difference = (from: number | null, to: number | null) =>
  from === null || to === null ? null : to - from

export interface Watched {
  /** Whose time counts as PostgreSQL's. */
  readonly postgresPid?: number
  readonly enginePid?: number
  /** Our processes; without them this one. */
  readonly nodePids?: readonly number[]
}

/** Begins to measure; the answer ends it. */
export function measure({ postgresPid, enginePid, nodePids }: Watched): () => Sample {
  const look = () => ({
    wallMs: performance.now(),
    nodeMs: nodePids?.reduce((sum, pid) => sum + (treeMs(pid) ?? 0), 0) ?? ownMs(),
    postgresMs: postgresPid === undefined ? null : treeMs(postgresPid),
    engineMs: enginePid === undefined ? null : treeMs(enginePid),
  })
  const before = look()
  return () => {
    const after = look()
    const peaks = nodePids?.map((pid) => peakMiBOf(pid) ?? 0) ?? [process.resourceUsage().maxRSS / 1_024]
    return {
      wallMs: after.wallMs - before.wallMs,
      nodeMs: after.nodeMs - before.nodeMs,
      postgresMs: difference(before.postgresMs, after.postgresMs),
      engineMs: difference(before.engineMs, after.engineMs),
      peakMiB: Math.max(...peaks),
    }
  }
}

function ownMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000
}

const sumOf = (one: number | null, other: number | null) =>
  one === null && other === null ? null : (one ?? 0) + (other ?? 0)

/** One piece of work after the other. */
export const added = (one: Sample, other: Sample): Sample => ({
  wallMs: one.wallMs + other.wallMs,
  nodeMs: one.nodeMs + other.nodeMs,
  postgresMs: sumOf(one.postgresMs, other.postgresMs),
  engineMs: sumOf(one.engineMs, other.engineMs),
  peakMiB: Math.max(one.peakMiB ?? 0, other.peakMiB ?? 0),
})
