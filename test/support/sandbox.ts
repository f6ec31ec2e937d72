import { randomUUID } from 'node:crypto'
import postgres from 'postgres'
import { inject } from 'vitest'
import { buildSandbox } from '../../sandbox/app.ts'
import { createFaults } from '../../sandbox/faults.ts'
import { openJournal } from '../../sandbox/journal.ts'
import type { InventedPeople } from '../../sandbox/source-systems.ts'

export const SANDBOX_SECRET = 'only-for-tests-0123456789'

/** The four outside systems as real HTTP servers, with a database of their own. */
export async function startSandbox(people?: InventedPeople) {
  const serverUrl = inject('databaseUrl')
  const admin = postgres(serverUrl, { max: 1, onnotice: () => {} })
  const name = `sandbox_${randomUUID().replaceAll('-', '')}`
  await admin.unsafe(`create database ${name}`)
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  const journal = await openJournal(url.href)
  const faults = createFaults()
  const app = await buildSandbox({
    journal,
    secret: SANDBOX_SECRET,
    faults,
    ...(people === undefined ? {} : { people }),
  })
  const address = await app.listen({ host: '127.0.0.1', port: 0 })
  return {
    url: address,
    journal,
    faults,
    async [Symbol.asyncDispose]() {
      await app.close()
      await journal.end({ timeout: 1 })
      await admin.unsafe(`drop database ${name} with (force)`)
      await admin.end()
    },
  }
}
export type Sandbox = Awaited<ReturnType<typeof startSandbox>>
