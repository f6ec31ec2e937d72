import { createSupervisor } from '../../start/processes.ts'
import { startEngine } from '../../start/engine.ts'
import { FAST_SETTINGS, startPostgres } from '../../start/postgres.ts'
import { findFree } from '../../start/ports.ts'
import { setup as setUpPostgres } from '../support/postgres-server.ts'

/** A process that brings something up, says so, and then waits to be killed. Given: what, and its folder or program. */
const [what = '', folder = '', program = ''] = process.argv.slice(2)
const say = () => {}
const choosePorts = async () => ({ port: await findFree(), uiPort: await findFree() })

async function bringUp(): Promise<number> {
  switch (what) {
    case 'postgres': {
      const options = {
        folder: `${folder}/postgres`,
        logFile: `${folder}/postgres.log`,
        password: 'invented',
      }
      return (await startPostgres({ ...options, choosePort: findFree, settings: FAST_SETTINGS, say })).pid
    }
    case 'engine': {
      const options = {
        binary: program,
        databaseFile: `${folder}/temporal.db`,
        logFile: `${folder}/engine.log`,
      }
      return (await startEngine({ ...options, choosePorts, say })).pid
    }
    case 'test-server': {
      process.env['TMPDIR'] = folder
      await setUpPostgres({ provide: (_name, url) => console.log(url) })
      return 0
    }
    default: {
      const supervisor = createSupervisor({
        say,
        mark: `--of=${folder}`,
        logFileOf: (name) => `${folder}/${name}.log`,
      })
      await supervisor.start({ name: 'child', file: program, environment: { CHILD: 'calm' } })
      return supervisor.pidOf('child') ?? 0
    }
  }
}

console.log(`up ${await bringUp()}`)
setInterval(() => {}, 60_000)
