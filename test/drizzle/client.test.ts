import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connectDatabase, type Transaction } from '../../drizzle/client.ts'
import { until } from '../support/product.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'

let database: TestDatabase
let connection: ReturnType<typeof connectDatabase>
beforeAll(async () => {
  database = await createTestDatabase()
  connection = connectDatabase(database.url, { connectionsMax: 2 })
})
afterAll(async () => {
  await connection.close()
  await database[Symbol.asyncDispose]()
})

const endBackend = (pid: number) => database.db.execute(sql`select pg_terminate_backend(${pid})`)
/** What is asked before the death is noticed may be refused; nothing may be left without an answer, or with another's. */
const ask = (number: number) =>
  connection.db.execute<{ said: number }>(sql`select ${number}::int as said`).then(
    ([row]) => row?.said,
    () => 'refused',
  )
const NUMBERS = [1, 2, 3, 4, 5, 6]

const lastWords = {
  'a statement without parameters': (tx: Transaction) => tx.execute(sql`select 1`),
  'a statement with parameters': (tx: Transaction) => tx.execute(sql`select ${1}::int`),
  'a statement larger than a packet': (tx: Transaction) => tx.execute(sql`select ${'x'.repeat(3_000)}::text`),
  'several at once': (tx: Transaction) =>
    Promise.allSettled([tx.execute(sql`select 1`), tx.execute(sql`select ${2}::int`)]),
}

test.each(Object.entries(lastWords))(
  'a transaction whose connection dies is refused, and everything after it gets its own answer: %s',
  async (_, speak) => {
    const { db } = connection
    for (let time = 0; time < 10; time += 1) {
      const dying = db.transaction(async (tx) => {
        const [backend] = await tx.execute<{ pid: number }>(sql`select pg_backend_pid() as pid`)
        await endBackend(backend?.pid ?? 0)
        await speak(tx)
        await tx.execute(sql`select ${'never answered'}::text`)
      })
      // These want the place in the pool while it dies.
      const beside = Promise.all(NUMBERS.map(ask))
      await expect(dying).rejects.toThrow(/Failed query|CONNECTION/)
      expect(await beside).toEqual(NUMBERS.map((number) => expect.toBeOneOf([number, 'refused'])))
      const answers = await until(
        () => Promise.all(NUMBERS.map(ask)),
        (seen) => !seen.includes('refused'),
      )
      expect(answers).toEqual(NUMBERS)
    }
  },
)
