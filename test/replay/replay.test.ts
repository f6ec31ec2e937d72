import { readdirSync, readFileSync } from 'node:fs'
import { DefaultLogger, Runtime, Worker, type WorkflowBundleOption } from '@temporalio/worker'
import { beforeAll, describe, expect, test } from 'vitest'
import { bundleWorkflows } from '../../worker/bundle.ts'
import * as workflows from '../../workflows/index.ts'
import { HISTORIES } from '../support/histories.ts'

let workflowBundle: WorkflowBundleOption
beforeAll(async () => {
  Runtime.install({
    logger: new DefaultLogger('ERROR'),
    telemetryOptions: { logging: { filter: 'ERROR', forward: {} } },
  })
  workflowBundle = await bundleWorkflows()
})

const recorded = readdirSync(HISTORIES)
const read = (file: string): string => readFileSync(`${HISTORIES}${file}`, 'utf8')

describe('processes that began before today’s code', () => {
  test.each(recorded)('%s goes on under it', async (file) => {
    await expect(Worker.runReplayHistory({ workflowBundle }, JSON.parse(read(file)))).resolves.toBeUndefined()
  })
})

test('every kind of process has a recorded history', () => {
  const kinds = Object.keys(workflows)
  expect(kinds.length).toBeGreaterThan(8)
  expect(kinds.filter((kind) => !recorded.some((file) => file.startsWith(`${kind}-`)))).toEqual([])
})

test('the gate notices when an old process meets code that would do something else', async () => {
  const file = recorded.find((name) => name.startsWith('localityWorkflow-')) ?? ''
  const mutant = read(file).replaceAll('projectLocality', 'forgetLocality')
  await expect(Worker.runReplayHistory({ workflowBundle }, JSON.parse(mutant))).rejects.toThrow(
    /projectLocality|does not match/,
  )
})
