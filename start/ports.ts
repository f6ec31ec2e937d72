import { randomInt } from 'node:crypto'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { codeOf, StartFailure } from './failure.ts'

const HOST = '127.0.0.1'

/** Opens the port for an instant. Returns it, or the system's reason why not. */
const tryPort = (port: number): Promise<{ readonly port: number } | { readonly reason: string }> =>
  new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error) => resolve({ reason: codeOf(error) }))
    server.listen(port, HOST, () => {
      server.close(() => resolve({ port }))
    })
  })

export const isFree = async (port: number): Promise<boolean> => 'port' in (await tryPort(port))

/**
 * Below the ports that systems give to outgoing connections (32,768 on Linux, 49,152 elsewhere): one of those may be taken
 * by anybody's connection between its choice and its use.
 */
const CHOSEN_FROM = 20_000
const CHOSEN_TO = 32_000
const TRIES_MAX = 200

export async function findFree(): Promise<number> {
  let reason = ''
  for (let tries = 1; tries <= TRIES_MAX; tries += 1) {
    const tried = await tryPort(randomInt(CHOSEN_FROM, CHOSEN_TO))
    if ('port' in tried) return tried.port
    ;({ reason } = tried)
  }
  throw new StartFailure(`No port of ${HOST} can be opened here (${reason}).`)
}

/**
 * For a port that people know and that therefore must not move.
 * @throws StartFailure saying which port, what it was for and which variable names another
 */
export async function requireFree(port: number, purpose: string, variable: string): Promise<void> {
  const tried = await tryPort(port)
  if ('port' in tried) return
  const reason = tried.reason === 'EACCES' ? 'may not be opened by this user' : 'is taken by another program'
  throw new StartFailure(
    `Port ${port}, wanted for ${purpose}, ${reason}; free it or set ${variable} to another.`,
  )
}

/**
 * Ports that nobody but our own processes needs to know: chosen once, kept in a file, and used again as long as they
 * are free, so that a second start has the addresses of the first.
 */
export async function rememberPort(file: string, name: string): Promise<number> {
  const known = await readPorts(file)
  const remembered = known.get(name)
  if (remembered !== undefined && (await isFree(remembered))) return remembered
  const others = new Set(known.values())
  let port = await findFree()
  while (others.has(port)) port = await findFree()
  known.set(name, port)
  const beside = `${file}.${process.pid}`
  await writeFile(beside, JSON.stringify(Object.fromEntries(known)), { mode: 0o600 })
  await rename(beside, file)
  return port
}

async function readPorts(file: string): Promise<Map<string, number>> {
  let parsed: unknown
  try {
    parsed = JSON.parse(await readFile(file, 'utf8'))
  } catch {
    // A missing or broken note costs nothing: new ports are chosen.
    return new Map()
  }
  if (typeof parsed !== 'object' || parsed === null) return new Map()
  return new Map(
    Object.entries(parsed).flatMap(([name, port]) => (typeof port === 'number' ? [[name, port]] : [])),
  )
}
