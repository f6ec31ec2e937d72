import { createHash } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { appendAudit, createAuditStore } from '../../drizzle/stores/audit.ts'
import { createTestDatabase } from '../support/database.ts'

test('each body has a chain of its own, every link the hash of the one before and of its entry', async () => {
  await using database = await createTestDatabase()
  const { db } = database
  for (const scope of ['H26', 'G09', 'H26', 'H26'])
    await appendAudit(db, { scope, actor: null, action: 'test', subject: 's' })
  const rows = await db.execute<{ leaf: Uint8Array; chain: Uint8Array }>(
    sql`select leaf, chain from audit_entries where scope = 'H26' order by sequence`,
  )
  let chain = Buffer.alloc(0)
  for (const row of rows) {
    chain = createHash('sha256')
      .update(Buffer.concat([chain, row.leaf]))
      .digest()
    expect(Buffer.from(row.chain)).toEqual(chain)
  }
  expect(rows).toHaveLength(3)
})

test('an entry goes with its change or not at all', async () => {
  await using database = await createTestDatabase()
  const { db } = database
  await expect(
    db.transaction(async (tx) => {
      await appendAudit(tx, { scope: 'national', actor: null, action: 'test', subject: 's' })
      throw new Error('the change failed')
    }),
  ).rejects.toThrow('the change failed')
  expect(
    await createAuditStore(db).readEntries('national', { of: 'national', before: null, limit: 10 }),
  ).toEqual([])
})

test.each([
  ['change', sql`update audit_entries set action = 'other'`],
  ['delete', sql`delete from audit_entries`],
  ['add beside the chain', sql`insert into audit_heads values ('H26', 9, '\\x00')`],
])('the application can not %s what was written', async (_what, statement) => {
  await using database = await createTestDatabase()
  await appendAudit(database.db, { scope: 'H26', actor: null, action: 'test', subject: 's' })
  await expect(database.db.execute(statement)).rejects.toMatchObject({ cause: { code: '42501' } })
})

test('an auditor of one body reads nothing of another', async () => {
  await using database = await createTestDatabase()
  await appendAudit(database.db, { scope: 'G09', actor: null, action: 'test', subject: 's' })
  const audit = createAuditStore(database.db)
  expect(await audit.readEntries(['H26'], { of: 'G09', before: null, limit: 10 })).toEqual([])
})
