import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { obtainEngine } from '../../start/engine-sources.ts'
import { startEngine } from '../../start/engine.ts'
import { findFree } from '../../start/ports.ts'
import { makeServerFolder, say, withGuard } from './servers.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Of a real Temporal server on which the time of one execution can be moved on. */
    temporalAddress: string
  }
}

const WORKERS_MAX = 8
const namespaceOf = (worker: number) => `test-${worker}`
/** The namespace of this test worker: its files run one after the other, and see nothing of the others' processes. */
export const ownNamespace = (): string => namespaceOf(Number(process.env['VITEST_POOL_ID'] ?? 1))

/** Starts one Temporal server for all tests of a lane. */
export async function setup({ provide }: Pick<TestProject, 'provide'>): Promise<() => Promise<void>> {
  const { binary } = await obtainEngine({ say, environment: process.env })
  const folder = makeServerFolder('temporal')
  return withGuard(folder, async () => {
    const engine = await startEngine({
      binary,
      databaseFile: join(folder, 'temporal.db'),
      logFile: join(folder, 'temporal.log'),
      choosePorts: async () => ({ port: await findFree(), uiPort: await findFree() }),
      timeSkipping: true,
      namespaces: Array.from({ length: WORKERS_MAX }, (_, index) => namespaceOf(index + 1)),
      say,
    })
    provide('temporalAddress', engine.address)
    return engine
  })
}
