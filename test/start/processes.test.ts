import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { createSupervisor, type ProcessPlan } from '../../start/processes.ts'
import { bringUpAndKill, isRunning, listen, makeFolder, until } from './scene.ts'

const CHILD = fileURLToPath(new URL('child.ts', import.meta.url))

function makeScene(stopWithinMs?: number) {
  const folder = makeFolder()
  const { say, lines } = listen()
  const logFileOf = (name: string) => join(folder, `${name}.log`)
  const supervisor = createSupervisor({
    say,
    logFileOf,
    mark: `--of=${folder}`,
    ...(stopWithinMs === undefined ? {} : { stopWithinMs }),
  })
  onTestFinished(() => supervisor.stop())
  return { folder, lines, supervisor, logOf: (name: string) => readFileSync(logFileOf(name), 'utf8') }
}

const plan = (name: string, behaviour: string, more: Partial<ProcessPlan> = {}): ProcessPlan => ({
  name,
  file: CHILD,
  environment: behaviour === '' ? {} : { CHILD: behaviour },
  ...more,
})

test('a process that says it is ready is waited for, and ends in good order', async () => {
  const { supervisor, logOf } = makeScene()
  await supervisor.start(plan('api', 'calm'))
  const pid = supervisor.pidOf('api') ?? 0
  expect(isRunning(pid)).toBe(true)
  await supervisor.stop()
  expect(isRunning(pid)).toBe(false)
  expect(logOf('api')).toBe('ended in good order\n')
})

test('a process with an address is ready when that answers well', async () => {
  const { supervisor } = makeScene()
  let isReady = false
  let asked = 0
  const health = createServer((_request, response) => {
    asked += 1
    isReady = asked >= 3
    response.writeHead(isReady ? 200 : 503).end()
  })
  await new Promise<void>((resolve) => health.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void health.close())
  const address = health.address()
  const port = address === null || typeof address === 'string' ? 0 : address.port
  await supervisor.start(plan('api', 'silent', { readyUrl: `http://127.0.0.1:${port}/readyz` }))
  expect(isReady).toBe(true)
})

test('a killed process is started again, and again, with what happened said', async () => {
  const { supervisor, lines } = makeScene()
  await supervisor.start(plan('worker', 'calm'))
  for (const wait of ['0.2', '0.4']) {
    const pid = supervisor.pidOf('worker') ?? 0
    process.kill(pid, 'SIGKILL')
    await until('another one runs', () => {
      const next = supervisor.pidOf('worker') ?? 0
      return next !== pid && isRunning(next)
    })
    expect(lines.at(-1)).toBe(`worker ended (SIGKILL); starting it again in ${wait} s`)
  }
})

test('a process that dies while everything is being stopped is not started again', async () => {
  const { supervisor, lines } = makeScene()
  await supervisor.start(plan('worker', 'calm'))
  await supervisor.start(plan('api', 'calm'))
  const pids = ['worker', 'api'].map((name) => supervisor.pidOf(name) ?? 0)
  process.kill(pids[0] ?? 0, 'SIGKILL')
  await supervisor.stop()
  await until('none runs', () => !pids.some(isRunning))
  expect(pids).toEqual(['worker', 'api'].map((name) => supervisor.pidOf(name) ?? 0))
  expect(lines).toEqual([])
  await expect(supervisor.start(plan('late', 'calm'))).rejects.toThrow('late is not started')
})

test('a process that does not listen is ended after the deadline', async () => {
  const { supervisor } = makeScene(500)
  await supervisor.start(plan('worker', 'deaf'))
  const pid = supervisor.pidOf('worker') ?? 0
  const startedMs = Date.now()
  await supervisor.stop()
  expect(isRunning(pid)).toBe(false)
  expect(Date.now() - startedMs).toBeLessThan(3_000)
})

test('a process that ends before it is ready fails the start with its own sentence', async () => {
  const { supervisor } = makeScene()
  await expect(supervisor.start(plan('api', ''))).rejects.toThrow(
    /^api does not start: CHILD is not set, so it can not know how to behave \(log: /,
  )
})

test('a process that does not get ready in time fails the start and is not left behind', async () => {
  const { supervisor } = makeScene()
  await expect(supervisor.start(plan('api', 'silent', { readyWithinMs: 500 }))).rejects.toThrow(
    /^api is not ready in time/,
  )
  const pid = supervisor.pidOf('api') ?? 0
  await until('it is gone', () => !isRunning(pid))
})

test('our processes end in good order by themselves when their parent was killed with kill -9', async () => {
  const folder = makeFolder()
  const { pid } = await bringUpAndKill('supervisor', folder, CHILD)
  await until('the child is gone', () => !isRunning(pid))
  expect(readFileSync(join(folder, 'child.log'), 'utf8')).toBe('ended in good order\n')
})

test('a process gets the variables of its plan and no others', async () => {
  const { supervisor, logOf } = makeScene()
  process.env['CHILD'] = 'calm'
  onTestFinished(() => void delete process.env['CHILD'])
  await expect(supervisor.start(plan('api', ''))).rejects.toThrow(/CHILD is not set/)
  expect(logOf('api')).toContain('RangeError')
})
