import { readConfig } from '../config.ts'
import { LOCALITIES } from '../domain/localities.ts'
import { endWith, tellReady } from '../process-life.ts'
import { buildSandbox } from './app.ts'
import { runBots, type BotsOptions } from './bots.ts'
import { openJournal } from './journal.ts'
import { createPerson } from './people.ts'
import { enterPeople } from './population-database.ts'

const config = readConfig('sandbox')
const journal = await openJournal(config.SANDBOX_DATABASE_URL)
const codes = config.SANDBOX_BODIES?.split(',')
const bodies = LOCALITIES.filter(({ code }) => codes?.includes(code) ?? true)
const perBody = Math.ceil(config.SANDBOX_RECORDS / bodies.length)
const [present] = await journal`select count(*)::int as n from population`
if (Number(present?.['n'] ?? 0) === 0)
  for (const { code } of bodies)
    await enterPeople(
      journal,
      Array.from({ length: perBody }, (_, index) => createPerson(config.SANDBOX_SEED, code, index)),
    )
const { SANDBOX_SEED: seed } = config
const app = await buildSandbox({
  journal,
  secret: config.SANDBOX_SECRET,
  people: { seed, bodies, perBody },
})
await app.listen({ host: '127.0.0.1', port: config.SANDBOX_PORT })
tellReady()

const stopping = new AbortController()
const { SANDBOX_API_URL: apiUrl, SANDBOX_LOG_INS: logInsFile, SANDBOX_PORT: port } = config
const sourcesUrl = `http://127.0.0.1:${port}/source-systems/v1`
if (apiUrl !== undefined && logInsFile !== undefined)
  keepPlaying({ apiUrl, sourcesUrl, logInsFile, seed, bodies, signal: stopping.signal })

endWith(async () => {
  stopping.abort()
  await app.close()
  await journal.end({ timeout: 2 })
})

/** What ends the bots for a moment (an API that restarts, for instance) does not end the rehearsal. */
function keepPlaying(options: BotsOptions): void {
  runBots(options).catch((error: unknown) => {
    console.error(`bots: ${error instanceof Error ? error.message : 'failed'}`)
    if (!options.signal.aborted) setTimeout(() => keepPlaying(options), 1_000).unref()
  })
}
