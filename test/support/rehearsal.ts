import { spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import postgres from 'postgres'
import { createUser, logIns } from '../../sandbox/bots-client.ts'
import { connectDatabase } from '../../drizzle/client.ts'
import { readKeyring } from '../../drizzle/keyring.ts'
import { createStores } from '../../drizzle/stores/index.ts'
import { findFree } from '../../start/ports.ts'
import { endProcesses, findProcesses, signalProcess, waitUntilGone } from '../../start/process-table.ts'
import { until } from './product.ts'

const MAIN = fileURLToPath(new URL('../../start/main.ts', import.meta.url))

/** A folder in which `npm start` lives, with addresses that it keeps; gone with everything in it when it is disposed. */
export async function createRehearsalHome() {
  const folder = mkdtempSync(join(tmpdir(), 'dongbo-rehearsal-'))
  chmodSync(folder, 0o711)
  const home = join(folder, 'home')
  const environment = {
    ...process.env,
    DONGBO_HOME: home,
    API_PORT: String(await findFree()),
    TEMPORAL_UI_PORT: String(await findFree()),
  }
  const apiUrl = `http://127.0.0.1:${environment.API_PORT}`
  let starter = 0
  /** Everything of this home that runs, the start itself first. */
  const running = () =>
    findProcesses(
      ({ pid, command }) => pid !== process.pid && (pid === starter || command.includes(home)),
    ).toSorted((one, other) => Number(other.pid === starter) - Number(one.pid === starter))
  const secret = (name: string) => readFileSync(join(home, name), 'utf8')

  return {
    apiUrl,
    running,
    /** As `npm start` with these words; the lines that it says. */
    start(...words: readonly string[]) {
      const child = spawn(process.execPath, ['--import', 'tsx', MAIN, ...words], {
        env: environment,
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      starter = child.pid ?? 0
      let output = ''
      for (const stream of [child.stdout, child.stderr])
        stream.setEncoding('utf8').on('data', (chunk: string) => {
          output += chunk
        })
      const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)))
      return {
        lines: () => output.split('\n'),
        ended,
        signal: (name: NodeJS.Signals) => void child.kill(name),
        /** Waits until it says a line like this; fails when it ends before. */
        says: (line: RegExp, withinMs = 240_000) =>
          until(
            async () => ({ output: output.slice(-2_000), code: child.exitCode, isSaid: line.test(output) }),
            ({ isSaid, code }) => {
              if (!isSaid && code !== null) throw new Error(`It ended (${code}): ${output.slice(-2_000)}`)
              return isSaid
            },
            withinMs,
          ),
      }
    },
    /** `kill -9` of every process of this home whose command holds that word; without a word, of all of them. */
    async kill(word = '') {
      const hit = running().filter(({ command }) => command.includes(word))
      for (const { pid } of hit) signalProcess(pid, 'SIGKILL')
      await waitUntilGone(hit, 5_000)
      return hit.length
    },
    user(name: string) {
      const found = logIns.parse(JSON.parse(secret('log-ins.json'))).find((logIn) => logIn.name === name)
      if (found === undefined) throw new Error(`no log-in ${name}`)
      return createUser(apiUrl, found)
    },
    /** The product's database through its stores, and the sandbox's journal. */
    async open() {
      const port: unknown = JSON.parse(secret('ports.json')).postgres
      const urlOf = (database: string) =>
        `postgres://postgres:${secret('database-password')}@127.0.0.1:${String(port)}/${database}`
      const { db, close } = connectDatabase(urlOf('dongbo'), { connectionsMax: 2 })
      const journal = postgres(urlOf('dongbo_sandbox'), { max: 1, onnotice: () => {} })
      return {
        db,
        stores: createStores(db, await readKeyring(join(home, 'keyring.json'))),
        journal,
        async [Symbol.asyncDispose]() {
          await close()
          await journal.end({ timeout: 1 })
        },
      }
    },
    async [Symbol.asyncDispose]() {
      await endProcesses(running(), 8_000)
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}
export type RehearsalHome = Awaited<ReturnType<typeof createRehearsalHome>>
