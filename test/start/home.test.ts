import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { mkdir, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { emptyHome, endLeftProcesses, homeMark, livingProcesses, openHome } from '../../start/home.ts'
import { FAST_SETTINGS, startPostgres } from '../../start/postgres.ts'
import { endAllProcesses } from '../../start/home.ts'
import { findFree } from '../../start/ports.ts'
import { isRunning, makeFolder, until } from './scene.ts'

const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8)

test('what is secret is readable by its owner only, and is made once', async () => {
  const home = await openHome(join(makeFolder(), 'home'))
  expect(await home.secret('password', () => 'first')).toBe('first')
  expect(await home.secret('password', () => 'second')).toBe('first')
  expect(modeOf(home.file('password'))).toBe('600')
  expect(modeOf(join(home.path, 'logs'))).toBe('700')
  expect(modeOf(home.path)).toBe(process.getuid?.() === 0 ? '711' : '700')
  await home.release()
})

test('two starts on one home: the second is told which process has it', async () => {
  const folder = makeFolder()
  const home = await openHome(folder)
  await expect(openHome(folder)).rejects.toThrow(
    `Dongbo is already running from ${folder} (process ${process.pid}).`,
  )
  await home.release()
  await (await openHome(folder)).release()
})

test('of many starts at once on a home whose last start was killed, one gets it', async () => {
  const folder = makeFolder()
  writeFileSync(join(folder, 'start.lock'), JSON.stringify({ pid: process.pid, started: 'another time' }))
  const outcomes = await Promise.allSettled(Array.from({ length: 12 }, () => openHome(folder)))
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  expect(readdirSync(folder).filter((name) => name.startsWith('start.lock'))).toEqual(['start.lock'])
})

test('a lock of a killed start, or one that is unreadable, does not stand in the way', async () => {
  const folder = makeFolder()
  for (const text of [JSON.stringify({ pid: 2_000_000_000, started: '1' }), '', 'broken']) {
    writeFileSync(join(folder, 'start.lock'), text)
    await (await openHome(folder)).release()
  }
  expect(existsSync(join(folder, 'start.lock'))).toBe(false)
})

function startOwnProcess(path: string): number {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 60000)', '--', homeMark(path)], {
    stdio: 'ignore',
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child.pid ?? 0
}

test('a home is not emptied while a process of it lives; once that is ended it is', async () => {
  const folder = makeFolder()
  const home = await openHome(folder)
  await home.secret('keyring.json', () => '{}')
  const pid = startOwnProcess(folder)
  const neighbour = startOwnProcess(`${folder}-of-someone-else`)
  await until('both run', () => isRunning(pid) && isRunning(neighbour))
  await until('it is seen', async () => (await livingProcesses(home)).length === 1)
  await expect(emptyHome(home)).rejects.toThrow(`can not be emptied while processes of it live (${pid})`)
  expect(existsSync(home.keyring)).toBe(true)
  expect(await endLeftProcesses(home)).toBe(1)
  expect(isRunning(pid)).toBe(false)
  expect(isRunning(neighbour)).toBe(true)
  await emptyHome(home)
  expect(readdirSync(folder).toSorted()).toEqual(['engine', 'logs', 'start.lock'])
  await home.release()
})

test('a database that a killed start left running is ended before its home is emptied', async () => {
  const home = await openHome(makeFolder())
  const server = await startPostgres({
    folder: home.postgres,
    password: 'invented',
    logFile: home.log('postgres'),
    choosePort: findFree,
    settings: FAST_SETTINGS,
    say: () => {},
  })
  expect((await livingProcesses(home)).map(({ pid }) => pid)).toEqual([server.pid])
  await expect(emptyHome(home)).rejects.toThrow('while processes of it live')
  await endAllProcesses(home)
  expect(server.isAlive()).toBe(false)
  await emptyHome(home)
  expect(existsSync(home.postgres)).toBe(false)
  await home.release()
})

test('an emptying that was killed half-way is finished by the next start', async () => {
  const folder = makeFolder()
  const home = await openHome(folder)
  await home.secret('keyring.json', () => '{}')
  await home.release()
  writeFileSync(join(folder, 'emptying'), '')
  const next = await openHome(folder)
  expect(existsSync(next.keyring)).toBe(false)
  expect(existsSync(join(folder, 'emptying'))).toBe(false)
  await next.release()
})

test('a log that has become big is set aside at the next start', async () => {
  const folder = makeFolder()
  await mkdir(join(folder, 'logs'))
  writeFileSync(join(folder, 'logs', 'api.log'), 'old')
  await truncate(join(folder, 'logs', 'api.log'), 30 * 1_048_576)
  writeFileSync(join(folder, 'logs', 'worker.log'), 'short')
  const home = await openHome(folder)
  expect(readdirSync(join(folder, 'logs')).toSorted()).toEqual(['api.log.1', 'worker.log'])
  expect(readFileSync(home.log('worker'), 'utf8')).toBe('short')
  await home.release()
})
