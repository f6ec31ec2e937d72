import { expect, test } from 'vitest'
import { createRefresher } from '../../web/refresher.ts'

/** Fetches that end when the test says so. */
function openFetches() {
  const open: (() => void)[] = []
  const refresh = createRefresher(
    () =>
      new Promise<void>((resolve) => {
        open.push(resolve)
      }),
  )
  return { open, refresh }
}
const settled = () => new Promise((resolve) => setImmediate(resolve))

test('many changes during one fetch are seen by exactly one more', async () => {
  const { open, refresh } = openFetches()
  for (let change = 0; change < 5; change += 1) refresh('board')
  expect(open).toHaveLength(1)
  open[0]?.()
  await settled()
  expect(open).toHaveLength(2)
  open[1]?.()
  await settled()
  expect(open).toHaveLength(2)
})

test('a change after a fetch is fetched, and one view does not wait for another', async () => {
  const { open, refresh } = openFetches()
  refresh('board')
  refresh('windows')
  expect(open).toHaveLength(2)
  open[0]?.()
  await settled()
  refresh('board')
  expect(open).toHaveLength(3)
})
