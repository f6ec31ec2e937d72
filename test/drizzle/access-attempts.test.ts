import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createStores } from '../../drizzle/stores/index.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'

const ROLE = { role: 'auditor', localityCode: null, documentNo: 'test' } as const
const named = (name: string) => ({ ...ROLE, name, password: `password of ${name}` })
let database: TestDatabase
let access: ReturnType<typeof createStores>['access']
beforeAll(async () => {
  database = await createTestDatabase()
  access = createStores(database.db, database.keyring).access
  await access.createAccounts(['an', 'binh', 'chi', 'dung'].map(named))
})
afterAll(() => database[Symbol.asyncDispose]())

/** What a log-in comes to: somebody, nobody, or why it was not looked at. */
const attempt = (name: string, password = 'wrong') =>
  access.checkPassword(name, password).then(
    (subject) => (subject === null ? 'wrong' : 'in'),
    (error: Error) => error.message,
  )
const attempts = async (name: string, times: number) => {
  const seen: string[] = []
  for (let time = 0; time < times; time += 1) seen.push(await attempt(name))
  return seen
}
const TEN_WRONG = Array.from({ length: 10 }, () => 'wrong')

test('after ten wrong passwords a name is refused, also with the right one, and no other name is', async () => {
  expect(await attempts('an', 10)).toEqual(TEN_WRONG)
  expect(await attempt('an', 'password of an')).toContain('too-many-log-ins')
  expect(await attempt('binh', 'password of binh')).toBe('in')
})

test('a quarter of an hour after the first of them the name is open again', async () => {
  await attempts('chi', 11)
  await database.db.execute(sql`update log_in_attempts set since = now() - interval '16 minutes'`)
  expect(await attempt('chi', 'password of chi')).toBe('in')
})

test('a right password makes the wrong ones before it forgotten', async () => {
  await attempts('dung', 9)
  expect(await attempt('dung', 'password of dung')).toBe('in')
  expect(await attempts('dung', 10)).toEqual(TEN_WRONG)
})

test('a hundred attempts at once look at no more than ten passwords, also for a name that nobody has', async () => {
  const seen = await Promise.all(Array.from({ length: 100 }, () => attempt('nobody')))
  expect(seen.filter((each) => each === 'wrong')).toEqual(TEN_WRONG)
})

test('names are not kept, and none longer than its quarter of an hour', async () => {
  await attempt('nobody-else')
  await database.db.execute(sql`update log_in_attempts set since = now() - interval '16 minutes'`)
  await attempt('another')
  const rows = await database.db.execute(
    sql`select encode(name_sha256, 'escape') as kept from log_in_attempts`,
  )
  expect(rows).toHaveLength(1)
  expect(JSON.stringify(rows)).not.toContain('another')
})
