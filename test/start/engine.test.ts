import { createServer } from 'node:net'
import { join } from 'node:path'
import { Client, Connection } from '@temporalio/client'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { obtainEngine } from '../../start/engine-sources.ts'
import { engineProcesses, startEngine, type EngineOptions } from '../../start/engine.ts'
import { findFree } from '../../start/ports.ts'
import { setup as setUpTemporal } from '../support/temporal-server.ts'
import { bringUpAndKill, isRunning, listen, makeFolder } from './scene.ts'

let binary = ''
beforeAll(async () => {
  ;({ binary } = await obtainEngine({ say: console.log, environment: process.env }))
}, 1_800_000)

const optionsFor = (folder: string): EngineOptions => ({
  binary,
  databaseFile: join(folder, 'temporal.db'),
  logFile: join(folder, 'engine.log'),
  choosePorts: async () => ({ port: await findFree(), uiPort: await findFree() }),
  say: () => {},
})

async function withClient<T>(address: string, work: (client: Client) => Promise<T>): Promise<T> {
  const connection = await Connection.connect({ address, connectTimeout: '5s' })
  try {
    return await work(new Client({ connection }))
  } finally {
    await connection.close()
  }
}

test('the engine is the pinned server and shows its processes at the address it says', async () => {
  const engine = await startEngine(optionsFor(makeFolder()))
  const version = await withClient(engine.address, async ({ workflowService }) => {
    const { serverVersion } = await workflowService.getSystemInfo({})
    return serverVersion
  })
  expect(version).toBe('1.32.0')
  expect((await fetch(engine.uiUrl)).status).toBe(200)
  await engine.stop()
  expect(engine.isAlive()).toBe(false)
})

test('processes survive a kill -9 of the engine', async () => {
  const options = optionsFor(makeFolder())
  const first = await startEngine(options)
  const ids = ['campaign:one', 'campaign:two', 'campaign:three']
  await withClient(first.address, async ({ workflow }) => {
    for (const workflowId of ids)
      await workflow.start('waiting', { workflowId, taskQueue: 'nobody', args: [] })
  })
  process.kill(first.pid, 'SIGKILL')
  const second = await startEngine(options)
  expect(second).toMatchObject({ isAdopted: false })
  const states = await withClient(second.address, ({ workflow }) =>
    Promise.all(ids.map(async (id) => (await workflow.getHandle(id).describe()).status.name)),
  )
  expect(states).toEqual(['RUNNING', 'RUNNING', 'RUNNING'])
  await second.stop()
})

test('an engine whose parent was killed with kill -9 is taken over, never doubled', async () => {
  const folder = makeFolder()
  const { pid } = await bringUpAndKill('engine', folder, binary)
  expect(isRunning(pid)).toBe(true)
  const options = optionsFor(folder)
  const engine = await startEngine(options)
  expect(engine).toMatchObject({ isAdopted: true, pid })
  expect(engineProcesses(options.databaseFile)).toHaveLength(1)
  await engine.stop()
  expect(engineProcesses(options.databaseFile)).toEqual([])
})

test('an engine left with other settings is ended before ours starts on its file', async () => {
  const options = optionsFor(makeFolder())
  const { say, lines } = listen()
  const first = await startEngine(options)
  const second = await startEngine({ ...options, timeSkipping: true, say })
  expect(first.isAlive()).toBe(false)
  expect(second).toMatchObject({ isAdopted: false })
  expect(lines).toEqual(['Engine: ending one that an earlier start left behind'])
  await second.stop()
})

test('a port that is taken is named in one sentence', async () => {
  const taken = createServer()
  const port = await findFree()
  await new Promise<void>((resolve) => taken.listen(port, '127.0.0.1', resolve))
  onTestFinished(() => void taken.close())
  const choosePorts = async () => ({ port, uiPort: await findFree() })
  await expect(startEngine({ ...optionsFor(makeFolder()), choosePorts })).rejects.toThrow(
    new RegExp(`^The Temporal engine does not start: port ${port} or \\d+ is taken by another program`),
  )
})

test('a program that is not there is named', async () => {
  const missing = { ...optionsFor(makeFolder()), binary: '/nowhere/temporal' }
  await expect(startEngine(missing)).rejects.toThrow(
    /^The Temporal engine does not start: .*\/nowhere\/temporal/,
  )
})

test('the server of a test lane can move the time of one execution', async () => {
  let address = ''
  const tearDown = await setUpTemporal({
    provide: (_name, value) => {
      address = value
    },
  })
  onTestFinished(tearDown)
  await withClient(address, async ({ workflow, workflowService }) => {
    await workflow.start('waiting', { workflowId: 'body', taskQueue: 'nobody', args: [] })
    const answer = await workflowService.updateWorkflowExecutionOptions({
      namespace: 'default',
      workflowExecution: { workflowId: 'body' },
      updateMask: { paths: ['time_skipping_config'] },
      workflowExecutionOptions: { timeSkippingConfig: { enabled: true, disablePropagation: true } },
    })
    expect(answer.workflowExecutionOptions?.timeSkippingConfig?.enabled).toBe(true)
  })
})
