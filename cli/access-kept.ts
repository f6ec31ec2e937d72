import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { EXIT, Stop, wrongUsage } from './exit-codes.ts'
import type { Io } from './terminal.ts'

/** By the address of the API: a token is never sent to another one. */
const keptLogIns = z.record(z.string(), z.object({ name: z.string(), accessToken: z.string() }))
type KeptLogIns = z.infer<typeof keptLogIns>

/** The file in which a rehearsal on this machine remembers its ports (`start/ports.ts`). */
const rehearsalPorts = z.object({ sandbox: z.int() })

/** The file in which a rehearsal on this machine keeps its log-ins (`start/log-ins.ts`). */
const rehearsalLogIns = z.array(z.object({ name: z.string(), password: z.string() }))

type Environment = Io['environment']

function keptFile(environment: Environment): string {
  const home = environment['HOME'] || homedir()
  return join(environment['XDG_STATE_HOME'] || join(home, '.local', 'state'), 'dongbo', 'log-ins.json')
}

async function readIfThere(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
}

async function readKept(environment: Environment): Promise<KeptLogIns> {
  const text = await readIfThere(keptFile(environment))
  if (text === null) return {}
  try {
    return keptLogIns.parse(JSON.parse(text))
  } catch {
    // A damaged file holds nothing that a new log-in would not bring back.
    return {}
  }
}

/** Written whole or not at all, readable by its owner only. */
async function writeKept(environment: Environment, kept: KeptLogIns): Promise<void> {
  const file = keptFile(environment)
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  await chmod(dirname(file), 0o700)
  const own = `${file}.${process.pid}`
  try {
    await writeFile(own, JSON.stringify(kept, null, 1), { mode: 0o600, flag: 'w' })
    await rename(own, file)
  } finally {
    await rm(own, { force: true })
  }
}

export async function keepLogIn(
  environment: Environment,
  apiUrl: string,
  logIn: { readonly name: string; readonly accessToken: string },
): Promise<void> {
  await writeKept(environment, { ...(await readKept(environment)), [apiUrl]: logIn })
}

/** Whose log-in was forgotten, or null where there was none. */
export async function forgetLogIn(environment: Environment, apiUrl: string): Promise<string | null> {
  const { [apiUrl]: found, ...rest } = await readKept(environment)
  if (found === undefined) return null
  await writeKept(environment, rest)
  return found.name
}

/** @throws Stop where nobody logged in at this address */
export async function readKeptToken(environment: Environment, apiUrl: string): Promise<string> {
  const kept = await readKept(environment)
  const found = kept[apiUrl]
  if (found !== undefined) return found.accessToken
  throw new Stop(EXIT.notAllowed, {
    vi: `Chưa đăng nhập tại ${apiUrl}. Hãy dùng: dongbo log-in --name TÊN`,
    en: `Not logged in at ${apiUrl}. Use: dongbo log-in --name NAME`,
  })
}

/** The password of one of a rehearsal's log-ins. @throws Stop where there is no rehearsal or no such name */
export async function readRehearsalPassword(home: string, name: string): Promise<string> {
  const file = join(home, 'log-ins.json')
  const text = await readIfThere(file)
  if (text === null)
    throw wrongUsage({
      vi: `--as chỉ dùng khi diễn tập trên máy này: không có tệp ${file} (xem DONGBO_HOME).`,
      en: `--as is for a rehearsal on this machine: there is no ${file} (see DONGBO_HOME).`,
    })
  const found = rehearsalLogIns.parse(JSON.parse(text)).find((logIn) => logIn.name === name)
  if (found !== undefined) return found.password
  throw wrongUsage({
    vi: `Cuộc diễn tập này không có tài khoản ${name}.`,
    en: `This rehearsal has no log-in named ${name}.`,
  })
}

/** Where the sandbox of a rehearsal listens. @throws Stop where there is no rehearsal */
export async function readSandboxPort(home: string): Promise<number> {
  const text = await readIfThere(join(home, 'ports.json'))
  const { data } = rehearsalPorts.safeParse(text === null ? null : JSON.parse(text))
  if (data !== undefined) return data.sandbox
  throw new Stop(EXIT.refused, {
    vi: `Trong ${home} không có cuộc diễn tập nào (xem DONGBO_HOME). Hệ thống thật không có hệ thống mô phỏng; nếu nó ở nơi khác, hãy dùng --sandbox.`,
    en: `There is no rehearsal in ${home} (see DONGBO_HOME). A live installation has no sandbox; name one elsewhere with --sandbox.`,
  })
}
