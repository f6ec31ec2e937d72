import { z } from 'zod'

/** Every variable any process reads. `.env.example` and `docker-compose.yml` may name no other: a test compares them. */
const port = z.coerce.number().int().min(1).max(65_535)
const postgresUrl = z.url({ protocol: /^postgres(ql)?$/ })
const httpUrl = z.url({ protocol: /^https?$/ })
const secret = z.string().min(16)

const database = {
  /** The application's own role: it owns nothing and can only add to the audit. */
  DATABASE_URL: postgresUrl,
  DATABASE_CONNECTIONS_MAX: z.coerce.number().int().min(2).max(100).default(10),
}
const installation = {
  DONGBO_MODE: z.enum(['live', 'rehearsal']).default('live'),
  /** The keyring file that seals personal data; readable by its owner only. */
  DONGBO_KEYRING: z.string().min(1),
}
/** The engine's own variables (address, namespace, TLS, API key) are read by `@temporalio/envconfig`. */
const temporal = { TEMPORAL_ADDRESS: z.string().min(3).default('127.0.0.1:7233') }
const logging = { LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info') }

const apiEnvironment = z.object({
  ...database,
  ...installation,
  ...temporal,
  ...logging,
  API_HOST: z.string().default('127.0.0.1'),
  API_PORT: port.default(5034),
  /** Key with which access tokens are signed: a private key in PEM (EC P-256), readable by its owner only. */
  API_TOKEN_KEY: z.string().min(1),
  /** The built pages of `web/`; where there are none, none are served. */
  WEB_FOLDER: z.string().min(1).default('web/dist'),
  /** Who may log in to a rehearsal without a password; a live installation does not read it. */
  REHEARSAL_LOG_INS: z.string().min(1).optional(),
})

const workerEnvironment = z.object({
  ...database,
  ...installation,
  ...temporal,
  ...logging,
  /** `workflow`: decisions, projection, notices, clock. `work`: conversion, signing, sync, matching. */
  WORKER_ROLE: z.enum(['workflow', 'work']),
  WORKER_HEALTH_PORT: port,
  WORKER_HEARTBEAT_MS: z.coerce.number().int().min(1_000).max(60_000).default(10_000),
  /** Where the prebuilt workflow code lies; bundled at start when it is not given. */
  WORKFLOW_BUNDLE: z.string().min(1).optional(),
  PERSONNEL_DATABASE_URL: httpUrl,
  PERSONNEL_DATABASE_SECRET: secret,
  POPULATION_DATABASE_URL: httpUrl,
  POPULATION_DATABASE_SECRET: secret,
  SIGNATURE_SERVICE_URL: httpUrl,
  SIGNATURE_SERVICE_SECRET: secret,
  NOTICES_URL: httpUrl,
  NOTICES_SECRET: secret,
  GATEWAY_TIMEOUT_MS: z.coerce.number().int().min(100).max(60_000).default(4_000),
})

const sandboxEnvironment = z.object({
  ...logging,
  SANDBOX_DATABASE_URL: postgresUrl,
  SANDBOX_PORT: port,
  SANDBOX_SEED: z.coerce.number().int().min(0).default(5034),
  SANDBOX_RECORDS: z.coerce.number().int().min(100).max(5_000_000).default(30_000),
  /** Codes of the bodies that take part, separated by commas; all without it. */
  SANDBOX_BODIES: z.string().min(3).optional(),
  /** What the four outside systems accept as the ministry's credential. */
  SANDBOX_SECRET: secret,
  /** The API that the bots use, and the file with their log-ins; no bots without them. */
  SANDBOX_API_URL: httpUrl.optional(),
  SANDBOX_LOG_INS: z.string().min(1).optional(),
})

const migrateEnvironment = z.object({
  /** The role that owns the schema; used by migrations only. */
  DATABASE_OWNER_URL: postgresUrl,
  /** Password that the application's role gets. */
  DATABASE_APPLICATION_PASSWORD: secret,
})

const startEnvironment = z.object({
  DONGBO_HOME: z.string().min(1).optional(),
  API_PORT: port.default(5034),
  TEMPORAL_UI_PORT: port.default(5035),
  /** Real servers in place of the embedded ones. */
  DATABASE_OWNER_URL: postgresUrl.optional(),
  TEMPORAL_ADDRESS: z.string().min(3).optional(),
})

const commandLineEnvironment = z.object({
  DONGBO_API_URL: httpUrl.default('http://127.0.0.1:5034'),
  DONGBO_HOME: z.string().min(1).optional(),
  DONGBO_TOKEN: z.string().min(1).optional(),
  /** The sandbox whose faults are switched; a rehearsal on this machine is found without it. */
  DONGBO_SANDBOX_URL: httpUrl.optional(),
})

const PARTS = {
  api: apiEnvironment,
  worker: workerEnvironment,
  sandbox: sandboxEnvironment,
  migrate: migrateEnvironment,
  start: startEnvironment,
  cli: commandLineEnvironment,
} as const
type Part = keyof typeof PARTS

/** Thrown for a wrong or missing variable; the message names every fault and prints no value. */
export class WrongConfiguration extends Error {
  override readonly name = 'WrongConfiguration'
}

type Environment = Readonly<Record<string, string | undefined>>

function read<P extends Part>(part: P, environment: Environment): z.infer<(typeof PARTS)[P]>
function read(part: Part, environment: Environment) {
  const parsed = PARTS[part].safeParse(environment)
  if (parsed.success) return parsed.data
  const faults = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)
  throw new WrongConfiguration(`The configuration is wrong. ${faults.join('. ')}.`)
}

/** Read once, at start-up, by each process for its own part. */
export const readConfig = <P extends Part>(part: P, environment: Environment = process.env) =>
  read(part, environment)

export type Config<P extends Part> = z.infer<(typeof PARTS)[P]>

/** All variables that exist, for the test that compares them with the deployment's files. */
export const KNOWN_VARIABLES: readonly string[] = [
  ...new Set(Object.values(PARTS).flatMap((part) => Object.keys(part.shape))),
]
