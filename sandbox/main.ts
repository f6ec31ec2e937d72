import { readConfig } from '../config.ts'
import { LOCALITIES } from '../domain/localities.ts'
import { endWith, tellReady } from '../process-life.ts'
import { buildSandbox } from './app.ts'
import { openJournal } from './journal.ts'
import { createPerson } from './people.ts'
import { enterPeople } from './population-database.ts'

const config = readConfig('sandbox')
const journal = await openJournal(config.SANDBOX_DATABASE_URL)
const perBody = Math.ceil(config.SANDBOX_RECORDS / LOCALITIES.length)
const [present] = await journal`select count(*)::int as n from population`
if (Number(present?.['n'] ?? 0) === 0)
  for (const { code } of LOCALITIES)
    await enterPeople(
      journal,
      Array.from({ length: perBody }, (_, index) => createPerson(config.SANDBOX_SEED, code, index)),
    )
const app = await buildSandbox({ journal, secret: config.SANDBOX_SECRET })
await app.listen({ host: '127.0.0.1', port: config.SANDBOX_PORT })
tellReady()

endWith(async () => {
  await app.close()
  await journal.end({ timeout: 2 })
})
