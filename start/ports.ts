import { readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { StartFailure } from './failure.ts'

export const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })

export const findFree = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() =>
        typeof address === 'object' && address !== null
          ? resolve(address.port)
          : reject(new Error('no port')),
      )
    })
  })

export async function requireFree(port: number, purpose: string, variable: string): Promise<void> {
  if (!(await isFree(port)))
    throw new StartFailure(
      `Port ${port} for ${purpose} is taken by another program; set ${variable} to a free one.`,
    )
}

/** Ports that nobody but our own processes needs to know: chosen once, and used again as long as they are free. */
export async function rememberPorts(
  file: string,
  names: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const known = await readPorts(file)
  for (const name of names) {
    const port = known.get(name)
    if (port === undefined || !(await isFree(port))) known.set(name, await findFree())
  }
  await writeFile(file, JSON.stringify(Object.fromEntries(known)))
  return known
}

async function readPorts(file: string): Promise<Map<string, number>> {
  try {
    const parsed: unknown = JSON.parse(await readFile(file, 'utf8'))
    if (typeof parsed !== 'object' || parsed === null) return new Map()
    return new Map(
      Object.entries(parsed).flatMap(([name, port]) => (typeof port === 'number' ? [[name, port]] : [])),
    )
  } catch {
    // A missing or broken note costs nothing: new ports are chosen.
    return new Map()
  }
}
