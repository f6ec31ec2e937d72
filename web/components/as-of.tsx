import { useQuery } from '@tanstack/react-query'
import type { HanoiDate } from '../../domain/hanoi-time.ts'
import { dayOf } from '../format/dates.ts'
import { clockQuery } from '../queries.ts'
import { useSpeech } from '../words/languages.tsx'

/** The campaign’s instant of which the page tells: while it is live the present one, without a connection the last that was known. */
export function AsOf() {
  const { words, format } = useSpeech()
  const { data: now } = useQuery({ ...clockQuery, select: (clock) => clock.now })
  if (now === undefined) return null
  return (
    <span className="as-of">
      {words.asOf} <time dateTime={now}>{format.instant(now)}</time>
    </span>
  )
}

/** The campaign’s present day; null until it is known. */
export const useToday = (): HanoiDate | null =>
  useQuery({ ...clockQuery, select: ({ now }) => dayOf(now) }).data ?? null
