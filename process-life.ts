/**
 * Ends a process in good order: once, on SIGTERM or SIGINT, or when the process that started it is gone (its channel
 * closes), so that nothing is left behind by a killed parent.
 */
export function endWith(stop: () => Promise<void>): void {
  let ending = false
  const end = () => {
    if (ending) return
    ending = true
    stop().then(
      () => process.exit(0),
      () => process.exit(1),
    )
  }
  process.on('SIGTERM', end)
  process.on('SIGINT', end)
  process.on('disconnect', end)
}
