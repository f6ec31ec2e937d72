import { isReceiverInDoubt, nextBatchStep, type FailedBatch } from '../../domain/sync-windows.ts'

/** A batch as the rows have it. Times are numbers that only grow. */
interface Row {
  readonly batchNo: number
  readonly ids: readonly number[]
  /** Of its records, in whatever batch they stood. */
  firstFailed: number | null
  sent: number
  attempts: number
  hasFailed: boolean
}
class Away extends Error {}
const TRIES = 6

export interface Circumstances {
  readonly records: number
  readonly size: number
  readonly poisoned?: ReadonlySet<number>
  /** Whether the receiver answers nobody at its nth request. */
  readonly isAway?: (requestNo: number) => boolean
  /** How often an operator orders a retry of the parked window. */
  readonly retries?: number
}

/** A window that is sent as the rule says, to a receiver that fails on whatever holds a poisoned record. */
class SimulatedWindow {
  readonly accepted = new Set<number>()
  readonly rejected = new Set<number>()
  failedSends = 0
  #open: Row[] = []
  #batches = 0
  #listed = 0
  #requests = 0
  #now = 0
  /** When the receiver answered well, in order. */
  readonly #answers: number[] = []
  readonly #circumstances: Circumstances

  constructor(circumstances: Circumstances) {
    this.#circumstances = circumstances
  }

  get isDone(): boolean {
    return this.#listed === this.#circumstances.records && this.#open.length === 0
  }

  /** One try of the step; throws where it is to be tried again later. */
  sendAll(): void {
    const before = this.#answers.length
    let unproven = 0
    try {
      this.#ask()
      for (let row = this.#take(); row !== null; row = this.#take()) {
        const { workedSince } = this.#factsOf(row)
        if (this.#send(row)) {
          unproven = 0
          continue
        }
        if (!workedSince) unproven += 1
        if (isReceiverInDoubt(this.#factsOf(row), unproven)) throw new Away()
      }
    } catch (error) {
      if (!(error instanceof Away) || this.#answers.length === before) throw error
    }
  }

  #ask(): void {
    this.#requests += 1
    if (this.#circumstances.isAway?.(this.#requests)) throw new Away()
  }

  #write(ids: readonly number[], firstFailed: number | null): void {
    this.#batches += 1
    this.#open.push({ batchNo: this.#batches, ids, firstFailed, sent: 0, attempts: 0, hasFailed: false })
  }

  #close(row: Row): void {
    this.#open = this.#open.filter((other) => other !== row)
  }

  #factsOf({ batchNo, ids, firstFailed, sent, attempts }: Row): FailedBatch {
    const isSince = (answered = 0) => firstFailed !== null && answered > firstFailed
    return {
      batchNo,
      records: ids.length,
      failures: attempts,
      workedSince: isSince(this.#answers.at(-1)),
      failedSince: isSince(this.#answers.findLast((answered) => answered < sent)),
    }
  }

  /** What the store does: answers the batch to be sent. */
  #take(): Row | null {
    const { records, size } = this.#circumstances
    for (;;) {
      const lost = this.#open.find(({ hasFailed }) => !hasFailed)
      if (lost !== undefined) return lost
      const step = nextBatchStep(
        this.#open.map((row) => this.#factsOf(row)),
        this.#listed < records,
      )
      if (step === null) return null
      if (step.kind === 'new-batch') {
        const count = Math.min(size, records - this.#listed)
        this.#write(
          Array.from({ length: count }, (_, index) => this.#listed + index),
          null,
        )
        this.#listed += count
        continue
      }
      const row = this.#open.find(({ batchNo }) => batchNo === step.batchNo)
      if (row === undefined) throw new Error('no such batch')
      if (step.kind === 'send-again') return row
      this.#close(row)
      if (step.kind === 'reject') for (const id of row.ids) this.rejected.add(id)
      else {
        const middle = Math.floor(row.ids.length / 2)
        this.#write(row.ids.slice(0, middle), row.firstFailed)
        this.#write(row.ids.slice(middle), row.firstFailed)
      }
    }
  }

  /** What the step does with it: true when it was answered well. */
  #send(row: Row): boolean {
    const wasSent = row.sent > 0
    if (!wasSent || row.hasFailed) row.attempts += 1
    this.#now += 1
    row.sent = this.#now
    row.hasFailed = false
    if (wasSent) this.#ask()
    this.#ask()
    if (row.ids.some((id) => this.#circumstances.poisoned?.has(id))) {
      this.failedSends += 1
      this.#ask()
      row.hasFailed = true
      row.firstFailed ??= this.#now
      return false
    }
    this.#now += 1
    this.#answers.push(this.#now)
    for (const id of row.ids) this.accepted.add(id)
    this.#close(row)
    return true
  }
}

/** Sends until nothing is pending, or the window is parked for the last time. */
export function carryOut(circumstances: Circumstances) {
  const window = new SimulatedWindow(circumstances)
  let parked = 0
  for (let tries = 0; !window.isDone && parked <= (circumstances.retries ?? 0);)
    try {
      window.sendAll()
      tries = 0
    } catch {
      tries += 1
      if (tries < TRIES) continue
      parked += 1
      tries = 0
    }
  const { accepted, rejected, failedSends, isDone } = window
  return { accepted, rejected, failedSends, parked, isDone }
}
