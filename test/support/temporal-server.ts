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

/** Starts one Temporal server for all tests of a lane; each file uses its own task queue and workflow ids. */
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
      say,
    })
    provide('temporalAddress', engine.address)
    return engine
  })
}
