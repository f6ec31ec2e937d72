/**
 * Fetches a view again, one fetch of each at a time: what changes during a fetch is seen by one more after it, however
 * much changed.
 */
export function createRefresher(fetchAgain: (view: string) => Promise<unknown>): (view: string) => void {
  const dirty = new Map<string, boolean>()
  async function refresh(view: string): Promise<void> {
    do {
      dirty.set(view, false)
      await fetchAgain(view)
    } while (dirty.get(view) === true)
    dirty.delete(view)
  }
  return (view) => {
    if (dirty.has(view)) dirty.set(view, true)
    else void refresh(view)
  }
}
