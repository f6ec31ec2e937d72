import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Writable } from 'node:stream'
import { runCommandLine } from '../../cli/run.ts'
import type { Role } from '../../domain/access.ts'
import type { Product } from '../support/product.ts'

export interface Circumstances {
  readonly environment?: Readonly<Record<string, string>>
  /** What stands on stdin. */
  readonly typed?: string
  /** Somebody sits at a terminal and types it. */
  readonly atTerminal?: boolean
  readonly stop?: AbortSignal
  readonly onOutput?: (text: string) => void
}

/** One command line in this process: its exit code, and what it wrote where. */
export async function type(argv: readonly string[], circumstances: Circumstances = {}) {
  const { environment = {}, typed = '', atTerminal = false, stop, onOutput = () => {} } = circumstances
  const written = { out: '', err: '' }
  const collect = (where: 'out' | 'err') =>
    new Writable({
      write(chunk, _encoding, done) {
        written[where] += String(chunk)
        if (where === 'out') onOutput(written.out)
        done()
      },
    })
  const stdin = Object.assign(new PassThrough(), { isTTY: atTerminal })
  stdin.end(typed)
  const code = await runCommandLine(argv, {
    environment,
    stdin,
    stdout: collect('out'),
    stderr: collect('err'),
    ...(stop === undefined ? {} : { stop }),
  })
  return { code, ...written }
}

/** A folder that goes with the test. */
export function ownFolder() {
  const path = mkdtempSync(join(tmpdir(), 'dongbo-cli-'))
  return {
    path,
    file: (name: string) => join(path, name),
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  }
}
export type Folder = ReturnType<typeof ownFolder>

/** People with accounts at the real API, each with a machine of their own, logged in by the command line. */
export async function seatPeople(product: Product, folder: Folder) {
  const apiUrl = await product.app.listen({ port: 0, host: '127.0.0.1' })
  const environmentOf = (name: string) => ({ DONGBO_API_URL: apiUrl, XDG_STATE_HOME: folder.file(name) })
  return {
    apiUrl,
    environmentOf,
    seat: async (name: string, role: Role, localityCode: string | null = null) => {
      const password = `password of ${name}`
      await product.stores.access.createAccounts([{ name, password, role, localityCode, documentNo: 'test' }])
      const loggedIn = await type(['log-in', '--name', name], {
        environment: environmentOf(name),
        typed: `${password}\n`,
      })
      if (loggedIn.code !== 0) throw new Error(loggedIn.err)
      return (argv: readonly string[], circumstances: Circumstances = {}) =>
        type(argv, {
          ...circumstances,
          environment: { ...environmentOf(name), ...circumstances.environment },
        })
    },
  }
}
export type Person = Awaited<ReturnType<Awaited<ReturnType<typeof seatPeople>>['seat']>>
