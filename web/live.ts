import { useQueryClient, type QueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { isLoggedOut, isUnreachable } from './api.ts'
import { whoQuery } from './queries.ts'
import { createRefresher } from './refresher.ts'

export type Liveness = 'live' | 'reconnecting' | 'offline'

/** The events of `GET /v1/events`; each is also the first word of what is fetched again after it. */
const EVENTS = [
  'board',
  'windows',
  'retries',
  'matching',
  'attention',
  'clock',
  'notices',
  'intakes',
  'localities',
] as const
const OPEN_AGAIN_MS = { first: 1_000, max: 30_000 }

const refresherOf = (client: QueryClient) =>
  createRefresher((view) => client.invalidateQueries({ queryKey: [view] }, { cancelRefetch: false }))

/** Keeps every view of a campaign fresh, and says whether it is. Nothing is lost while the connection is: all is fetched again. */
export function useLive(campaignId: string | undefined): Liveness {
  const client = useQueryClient()
  const [liveness, setLiveness] = useState<Liveness>('reconnecting')
  useEffect(() => {
    const refresh = refresherOf(client)
    let source: EventSource | undefined
    let timer: ReturnType<typeof setTimeout> | undefined
    let waitMs = OPEN_AGAIN_MS.first

    function open(): void {
      source?.close()
      source = new EventSource(`/v1/events${campaignId === undefined ? '' : `?campaignId=${campaignId}`}`)
      for (const event of EVENTS) source.addEventListener(event, () => refresh(event))
      source.addEventListener('open', () => {
        waitMs = OPEN_AGAIN_MS.first
        setLiveness('live')
        for (const event of EVENTS) refresh(event)
      })
      source.addEventListener('error', () => {
        source?.close()
        setLiveness('reconnecting')
        openLater()
      })
    }
    function openLater(): void {
      clearTimeout(timer)
      timer = setTimeout(() => void openAgain(), waitMs)
      waitMs = Math.min(waitMs * 2, OPEN_AGAIN_MS.max)
    }
    /** A stream does not say why it ended; a request does: nobody is there, or the session has ended. */
    async function openAgain(): Promise<void> {
      try {
        await client.fetchQuery({ ...whoQuery, staleTime: 0, retry: false })
        open()
      } catch (error) {
        if (isUnreachable(error)) setLiveness('offline')
        if (!isLoggedOut(error)) openLater()
      }
    }
    const openNow = () => {
      clearTimeout(timer)
      waitMs = OPEN_AGAIN_MS.first
      void openAgain()
    }
    open()
    addEventListener('online', openNow)
    addEventListener('offline', openNow)
    return () => {
      removeEventListener('online', openNow)
      removeEventListener('offline', openNow)
      clearTimeout(timer)
      source?.close()
    }
  }, [client, campaignId])
  return liveness
}
