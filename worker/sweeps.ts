import { setTimeout as sleep } from 'node:timers/promises'
import type { Processes } from '../activities/campaigns.ts'
import type { ProcessStore } from '../drizzle/stores/campaigns-processes.ts'
import type { NoticeStore } from '../drizzle/stores/notices.ts'
import { NOTICE_KINDS } from '../domain/notices.ts'
import type { NoticeChannel } from '../gateways/notices/client.ts'

const STARTS_AT_ONCE = 100
const NOTICES_AT_ONCE = 100
const DELIVERIES_AT_ONCE = 8

/** Starts every process that was ordered and not started. Says how many. */
export async function sweepStarts(store: ProcessStore, processes: Processes): Promise<number> {
  const waiting = await store.readWaiting(STARTS_AT_ONCE)
  for (const start of waiting) {
    await processes.start(start)
    await store.markStarted(start.processId)
  }
  return waiting.length
}

/** Hands every waiting notice to the channel; one that it does not take waits longer each time. Says how many it took. */
export async function sweepNotices(store: NoticeStore, channel: NoticeChannel): Promise<number> {
  const waiting = await store.readUndelivered(NOTICES_AT_ONCE)
  const queue = waiting.values()
  let delivered = 0
  const deliver = async () => {
    for (const notice of queue) {
      const { noticeId, localityCode, number, stage, recipient, subject, text, onDay } = notice
      const kind = NOTICE_KINDS.find((known) => known === notice.kind)
      if (kind === undefined) continue
      try {
        await channel.send({ noticeId, localityCode, kind, number, stage, recipient, subject, text, onDay })
        await store.markDelivered(noticeId)
        delivered += 1
      } catch {
        // Whatever failed, the notice stays and its turn comes again; the number of tries is in its row.
        await store.postpone(noticeId)
      }
    }
  }
  await Promise.all(Array.from({ length: DELIVERIES_AT_ONCE }, deliver))
  return delivered
}

/**
 * Repeats a sweep at every nudge and at least every `everyMs`, one at a time, until stopped; what one round could not do
 * the next one does.
 */
export function keepSweeping(
  sweep: () => Promise<number>,
  options: { readonly everyMs: number; readonly onError: (error: unknown) => void },
): { readonly nudge: () => void; readonly stop: () => Promise<void> } {
  const stopping = new AbortController()
  // One for each rest: a nudge during a sweep lets the rest after it end at once.
  let resting = new AbortController()
  const loop = (async () => {
    while (!stopping.signal.aborted) {
      resting = new AbortController()
      let done = 0
      try {
        done = await sweep()
      } catch (error) {
        options.onError(error)
      }
      if (done === 0) await sleep(options.everyMs, undefined, { signal: resting.signal }).catch(() => {})
    }
  })()
  return {
    nudge: () => resting.abort(),
    async stop() {
      stopping.abort()
      resting.abort()
      await loop
    },
  }
}
