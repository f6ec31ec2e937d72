import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connectDatabase } from '../../drizzle/client.ts'
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
/** What is asked before the death is noticed may be refused; nothing may be left without an answer. */
const ask = () =>
  connection.db.execute(sql`select 2`).then(
    () => 'answered',
    () => 'refused',
  )

test.each([0, 1, 2, 3])(
  'a transaction whose connection dies is refused, and everything after it is answered again (%i)',
  async () => {
    const { db } = connection
    const dying = db.transaction(async (tx) => {
      const [backend] = await tx.execute<{ pid: number }>(sql`select pg_backend_pid() as pid`)
      await endBackend(backend?.pid ?? 0)
      await tx.execute(sql`select 1`)
    })
    await expect(dying).rejects.toThrow(/Failed query|CONNECTION/)
    const answers = await until(
      () => Promise.all(Array.from({ length: 6 }, ask)),
      (seen) => !seen.includes('refused'),
    )
    expect(answers).toEqual(Array.from({ length: 6 }, () => 'answered'))
  },
)
