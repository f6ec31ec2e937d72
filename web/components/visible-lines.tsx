import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useState, type RefObject } from 'react'
import { flushSync } from 'react-dom'

const OVERSCAN = 10

const pixelsPerRem = () => parseFloat(getComputedStyle(document.documentElement).fontSize)

export interface VisibleLines {
  readonly indexes: readonly number[]
  /** Height of what is out of sight, in rem. */
  readonly above: number
  readonly below: number
}

/** Which lines of a long table are in sight of its scrolling box; on paper all are. */
export function useVisibleLines(
  scroller: RefObject<HTMLElement | null>,
  count: number,
  remOf: (index: number) => number,
): VisibleLines {
  const isPrinting = usePrinting()
  const pixels = pixelsPerRem()
  const virtualizer = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => remOf(index) * pixels,
    overscan: OVERSCAN,
  })
  if (isPrinting) return { indexes: Array.from({ length: count }, (_, index) => index), above: 0, below: 0 }
  const items = virtualizer.getVirtualItems()
  return {
    indexes: items.map(({ index }) => index),
    above: (items[0]?.start ?? 0) / pixels,
    below: Math.max(0, (virtualizer.getTotalSize() - (items.at(-1)?.end ?? 0)) / pixels),
  }
}

function usePrinting(): boolean {
  const [isPrinting, setPrinting] = useState(false)
  useEffect(() => {
    // The browser takes its picture as soon as the event was handled.
    const begin = () => flushSync(() => setPrinting(true))
    const end = () => setPrinting(false)
    addEventListener('beforeprint', begin)
    addEventListener('afterprint', end)
    return () => {
      removeEventListener('beforeprint', begin)
      removeEventListener('afterprint', end)
    }
  }, [])
  return isPrinting
}

/** Stands for the lines out of sight. */
export const Space = ({ rem, columns }: { readonly rem: number; readonly columns: number }) =>
  rem === 0 ? null : (
    <tr aria-hidden="true" className="space">
      <td colSpan={columns} style={{ height: `${rem}rem` }} />
    </tr>
  )
