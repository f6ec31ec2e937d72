import { fileURLToPath } from 'node:url'
import type { Home } from './home.ts'
import type { RehearsalOptions } from './options.ts'
import type { ProcessPlan } from './processes.ts'

export interface Addresses {
  readonly databaseUrl: string
  readonly sandboxDatabaseUrl: string
  readonly temporalAddress: string
  readonly apiPort: number
  readonly sandboxPort: number
  readonly workflowHealthPort: number
  readonly workHealthPort: number
}
export interface SandboxOptions extends RehearsalOptions {
  readonly sandboxSecret: string
  /** No bots play the bodies. */
  readonly empty: boolean
}

/** In a checkout the sources are run; in a build what was built of them. */
const fileOf = (path: string) =>
  fileURLToPath(new URL(`../${path}.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`, import.meta.url))

/** Vite builds the pages beside their sources, also of what was built. */
const WEB_FOLDER = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? '../web/dist' : '../../web/dist', import.meta.url),
)

/** What each of our processes is started with, in the order in which they start. Without log-ins nobody is offered any. */
export function plansOf(
  home: Pick<Home, 'keyring' | 'tokenKey'> & { readonly logIns: string | null },
  at: Addresses,
  rehearsal: SandboxOptions,
): readonly ProcessPlan[] {
  const { sandboxSecret } = rehearsal
  const sandboxUrl = `http://127.0.0.1:${at.sandboxPort}`
  const system = (name: string, path: string) => ({
    [`${name}_URL`]: `${sandboxUrl}/${path}`,
    [`${name}_SECRET`]: sandboxSecret,
  })
  const everywhere = {
    PATH: process.env['PATH'] ?? '',
    NODE_ENV: process.env['NODE_ENV'] ?? 'development',
    LOG_LEVEL: 'info',
  }
  const product = {
    ...everywhere,
    DATABASE_URL: at.databaseUrl,
    DONGBO_MODE: 'rehearsal',
    DONGBO_KEYRING: home.keyring,
    TEMPORAL_ADDRESS: at.temporalAddress,
  }
  const worker = {
    ...product,
    WORKER_HEARTBEAT_MS: '3000',
    ...system('PERSONNEL_DATABASE', 'personnel-database'),
    ...system('POPULATION_DATABASE', 'population-database'),
    ...system('SIGNATURE_SERVICE', 'signature-service'),
    ...system('NOTICES', 'notices'),
  }
  const apiUrl = `http://127.0.0.1:${at.apiPort}`
  const { logIns } = home
  const bots = rehearsal.empty || logIns === null ? {} : { SANDBOX_API_URL: apiUrl, SANDBOX_LOG_INS: logIns }
  return [
    {
      name: 'API',
      file: fileOf('api/main'),
      environment: {
        ...product,
        API_PORT: String(at.apiPort),
        API_TOKEN_KEY: home.tokenKey,
        WEB_FOLDER,
        ...(logIns === null ? {} : { REHEARSAL_LOG_INS: logIns }),
      },
      readyUrl: `${apiUrl}/healthz`,
    },
    {
      name: 'sandbox',
      file: fileOf('sandbox/main'),
      environment: {
        ...everywhere,
        SANDBOX_DATABASE_URL: at.sandboxDatabaseUrl,
        SANDBOX_PORT: String(at.sandboxPort),
        SANDBOX_SEED: String(rehearsal.seed),
        SANDBOX_RECORDS: String(rehearsal.records),
        SANDBOX_BODIES: rehearsal.bodies.join(','),
        SANDBOX_SECRET: sandboxSecret,
        ...bots,
      },
      readyUrl: `${sandboxUrl}/healthz`,
    },
    {
      name: 'workflow worker',
      file: fileOf('worker/main'),
      environment: { ...worker, WORKER_ROLE: 'workflow', WORKER_HEALTH_PORT: String(at.workflowHealthPort) },
      readyUrl: `http://127.0.0.1:${at.workflowHealthPort}/healthz`,
    },
    {
      name: 'work worker',
      file: fileOf('worker/main'),
      environment: { ...worker, WORKER_ROLE: 'work', WORKER_HEALTH_PORT: String(at.workHealthPort) },
      readyUrl: `http://127.0.0.1:${at.workHealthPort}/healthz`,
    },
  ]
}
