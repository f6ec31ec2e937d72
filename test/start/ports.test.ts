import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { findFree, isFree, rememberPort, requireFree } from '../../start/ports.ts'
import { makeFolder } from './scene.ts'

async function take(port: number): Promise<void> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
}

test('a port that people know must be free: otherwise one sentence says which, for what, and what to set', async () => {
  const port = await findFree()
  await requireFree(port, 'the API', 'API_PORT')
  await take(port)
  expect(await isFree(port)).toBe(false)
  await expect(requireFree(port, 'the API', 'API_PORT')).rejects.toThrow(
    `Port ${port}, wanted for the API, is taken by another program; free it or set API_PORT to another.`,
  )
})

test('a second start uses the ports of the first, except one that was taken meanwhile', async () => {
  const file = join(makeFolder(), 'ports.json')
  const first = [await rememberPort(file, 'postgres'), await rememberPort(file, 'engine')]
  expect(new Set(first).size).toBe(2)
  const [postgres = 0, engine = 0] = first
  expect([await rememberPort(file, 'postgres'), await rememberPort(file, 'engine')]).toEqual(first)
  await take(postgres)
  const next = await rememberPort(file, 'postgres')
  expect(next).not.toBe(postgres)
  expect(await rememberPort(file, 'engine')).toBe(engine)
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ postgres: next, engine })
})

test('a broken note of ports costs nothing', async () => {
  const file = join(makeFolder(), 'ports.json')
  for (const text of ['{"postgres": 54', 'null', '{"postgres":"many"}']) {
    writeFileSync(file, text)
    expect(await rememberPort(file, 'postgres')).toBeGreaterThan(1_024)
  }
})
