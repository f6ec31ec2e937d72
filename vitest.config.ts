import { defineConfig } from 'vitest/config'

const postgres = './test/support/postgres-server.ts'
const temporal = './test/support/temporal-server.ts'

/** One project per lane: what needs no server, then what needs which. `npm test` runs them one after the other. */
const lane = (name: string, include: readonly string[], globalSetup: readonly string[], maxWorkers = 2) => ({
  extends: true as const,
  test: {
    name,
    include: include.map((folder) => `test/${folder}`),
    globalSetup: [...globalSetup],
    pool: 'forks' as const,
    maxWorkers,
    testTimeout: globalSetup.length === 0 ? 20_000 : 90_000,
    hookTimeout: 120_000,
  },
})

export default defineConfig({
  test: {
    projects: [
      lane(
        'rules',
        [
          ...['domain', 'config'].map((folder) => `${folder}/**/*.test.ts`),
          ...['replay', 'contract', 'web'].map((folder) => `${folder}/*.test.ts`),
          '*.test.ts',
        ],
        [],
      ),
      lane('replay', ['replay/mutants/*.test.ts'], []),
      lane('start', ['start/**/*.test.ts'], [], 1),
      lane('stores', ['drizzle/**/*.test.ts', 'sandbox/**/*.test.ts', 'activities/**/*.test.ts'], [postgres]),
      lane('http', ['api/**/*.test.ts', 'gateways/**/*.test.ts'], [postgres]),
      lane('processes', ['workflows/**/*.test.ts', 'cli/**/*.test.ts'], [postgres, temporal]),
      lane('rehearsal', ['rehearsal/**/*.test.ts'], [], 1),
      lane('chaos', ['chaos/**/*.test.ts'], [], 1),
      // Not in `npm test`: records anew what is missing in test/replay/histories/.
      lane('recording', ['replay/recording/*.record.ts'], [postgres, temporal], 1),
      lane('pages', ['web/*.browser.ts'], ['./test/web/built-pages.ts'], 1),
      lane('journeys', ['journeys/**/*.test.ts'], [postgres, temporal], 1),
    ],
  },
})
