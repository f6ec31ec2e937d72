import { type Say, sentenceOf, StartFailure } from './failure.ts'

/** A server that can be seen to live, such as PostgreSQL or the engine. */
export interface Living {
  readonly isAlive: () => boolean
  readonly stop: () => Promise<void>
}

export interface Keeper<T extends Living> {
  /** The one that runs now; another than at first when it had to be started again. */
  readonly current: () => T
  /** No longer looks, then stops it. */
  readonly stop: () => Promise<void>
}

const LOOK_EVERY_MS = 500

/**
 * Keeps a server running: when it is found dead (killed, or fallen over a full disk) it is started again as at first,
 * with the same ports. When that fails, `onLost` is told why and nothing more is tried.
 */
export function keepRunning<T extends Living>(options: {
  readonly name: string
  readonly first: T
  readonly startAgain: () => Promise<T>
  readonly say: Say
  readonly onLost: (failure: StartFailure) => void
}): Keeper<T> {
  const { name, startAgain, say, onLost } = options
  let current = options.first
  let isStopping = false
  let restarting: Promise<void> | undefined
  const restart = async () => {
    say(`${name} ended; starting it again`)
    try {
      current = await startAgain()
    } catch (error) {
      clearInterval(timer)
      if (!isStopping) onLost(new StartFailure(sentenceOf(error) ?? `${name} is lost: ${String(error)}`))
    }
  }
  const timer = setInterval(() => {
    if (isStopping || restarting !== undefined || current.isAlive()) return
    restarting = restart().finally(() => {
      restarting = undefined
    })
  }, LOOK_EVERY_MS)
  return {
    current: () => current,
    async stop() {
      isStopping = true
      clearInterval(timer)
      await restarting
      await current.stop()
    },
  }
}
