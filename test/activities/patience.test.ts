import { expect, test } from 'vitest'
import { connectDatabase } from '../../drizzle/client.ts'
import { waitForDatabase } from '../../worker/patience.ts'

const input = { args: [], headers: {} }
/** A step of an attempt that may rest so often before it is cancelled. */
function stepWith(rests: number) {
  const seen = { beats: 0, rests: 0 }
  const interceptors = waitForDatabase({
    heartbeat: () => void (seen.beats += 1),
    async sleep() {
      if (seen.rests === rests) throw new Error('cancelled')
      seen.rests += 1
    },
  })
  return {
    seen,
    run: (work: () => Promise<unknown>) => interceptors.inbound?.execute?.(input, work),
  }
}

test('a step that finds the database away is taken up again in the same try until it is back', async () => {
  const { seen, run } = stepWith(10)
  const { db, close } = connectDatabase('postgres://nobody@127.0.0.1:9/none', { connectionsMax: 1 })
  let tries = 0
  const done = await run(async () => {
    tries += 1
    if (tries < 4) await db.execute('select 1')
    return 'done'
  })
  await close()
  expect({ done, tries, ...seen }).toEqual({ done: 'done', tries: 4, beats: 3, rests: 3 })
})

test('whatever else goes wrong uses up a try', async () => {
  const { seen, run } = stepWith(10)
  await expect(run(() => Promise.reject(new Error('receiver-unavailable')))).rejects.toThrow(
    'receiver-unavailable',
  )
  expect(seen).toEqual({ beats: 0, rests: 0 })
})

test('a step that is cancelled while it waits ends', async () => {
  const { run } = stepWith(1)
  const away = Object.assign(new Error('gone'), { code: 'CONNECTION_CLOSED' })
  await expect(run(() => Promise.reject(away))).rejects.toThrow('cancelled')
})
