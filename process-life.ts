const END_WITHIN_MS = 8_000

/** Tells the process that started this one that it is ready for work; for one that nobody waits for it is nothing. */
export function tellReady(): void {
  process.send?.('ready')
}

/**
 * Ends a process in good order: once, on SIGTERM, SIGINT or SIGHUP, or when the process that started it is gone (its
 * channel closes), so that nothing is left behind by a killed parent. A second Ctrl-C, or a `stop` that takes longer than
 * eight seconds, ends it at once.
 */
export function endWith(stop: () => Promise<void>): void {
  let ending = false
  const end = () => {
    if (ending) return
    ending = true
    setTimeout(() => process.exit(1), END_WITHIN_MS).unref()
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error)
        process.exit(1)
      },
    )
  }
  process.on('SIGTERM', end)
  process.on('SIGHUP', end)
  process.on('SIGINT', () => {
    if (ending) process.exit(130)
    end()
  })
  process.on('disconnect', end)
  // The parent may have gone while we were still coming up.
  if (process.send !== undefined && !process.connected) end()
}
