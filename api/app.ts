import { randomUUID } from 'node:crypto'
import cookie from '@fastify/cookie'
import Fastify, { LogController, type FastifyBaseLogger } from 'fastify'
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod'
import type { RequestStore } from '../drizzle/stores/access-requests.ts'
import type { SessionStore } from '../drizzle/stores/access-sessions.ts'
import { guardRoutes } from './plugins/access.ts'
import { createConnections, lingerAfterAnswers } from './plugins/connections.ts'
import { answerUnchanged, sendSafely } from './plugins/headers.ts'
import { reportHealth, type ReadyCheck } from './plugins/health.ts'
import { answerOnce } from './plugins/idempotency.ts'
import { rememberMethods } from './plugins/methods.ts'
import { describeApi } from './plugins/openapi.ts'
import { servePages } from './plugins/pages.ts'
import { limitPayloads, TIME_LIMITS, type TimeLimits } from './plugins/payloads.ts'
import { answerMalformed, answerUnroutable, answerWithProblems } from './plugins/problems.ts'
import { createSessions, identifyBy } from './plugins/sessions.ts'
import { refuseUnwritableText } from './plugins/text.ts'
import { accessRoutes, type AccessRoutesDeps } from './routes/access.ts'
import { attentionRoutes, type AttentionRoutesDeps } from './routes/attention.ts'
import { campaignRoutes, type CampaignRoutesDeps } from './routes/campaigns.ts'
import { connectionKeyRoutes, type ConnectionKeyRoutesDeps } from './routes/connection-keys.ts'
import { clockRoutes, type ClockRoutesDeps } from './routes/clock.ts'
import { eventRoutes, STREAM_LIMITS, type EventRoutesDeps, type StreamLimits } from './routes/events.ts'
import { localityRoutes, type LocalityRoutesDeps } from './routes/localities.ts'
import { matchingRoutes, type MatchingRoutesDeps } from './routes/matching.ts'
import { recordRoutes, type RecordRoutesDeps } from './routes/records.ts'
import { retryRoutes, type RetryRoutesDeps } from './routes/retries.ts'
import { signingRoutes, type SigningRoutesDeps } from './routes/signing.ts'
import { syncWindowRoutes, type SyncWindowRoutesDeps } from './routes/sync-windows.ts'
import { unitRoutes, type UnitRoutesDeps } from './routes/units.ts'
import { softwareRoutes, type SoftwareRoutesDeps } from './routes/software.ts'
import { verificationRoutes, type VerificationRoutesDeps } from './routes/verifications.ts'

export type AppDeps = Omit<AccessRoutesDeps, 'browserSessions'> &
  AttentionRoutesDeps &
  CampaignRoutesDeps &
  ClockRoutesDeps &
  ConnectionKeyRoutesDeps &
  Omit<EventRoutesDeps, 'identify' | 'streamLimits'> &
  LocalityRoutesDeps &
  MatchingRoutesDeps &
  RecordRoutesDeps &
  RetryRoutesDeps &
  SigningRoutesDeps &
  SyncWindowRoutesDeps &
  UnitRoutesDeps &
  VerificationRoutesDeps &
  SoftwareRoutesDeps & {
    readonly requests: RequestStore
    readonly sessions: SessionStore
    readonly readyChecks: readonly ReadyCheck[]
    readonly logger?: FastifyBaseLogger
    /** Only what differs from {@link TIME_LIMITS}. */
    readonly timeLimits?: Partial<TimeLimits>
    /** Only what differs from {@link STREAM_LIMITS}. */
    readonly streamLimits?: Partial<StreamLimits>
    /** Where the built pages of `web/` lie; none are served without it. */
    readonly webFolder?: string
  }

const BODY_BYTES_MAX = 1_048_576
/** How often Node looks for connections whose headers take too long. */
const HEADERS_LOOK_MS = 5_000

/** The whole API, not listening yet: the list of routes below is its map. */
export async function buildApp(deps: AppDeps) {
  const limits = { ...TIME_LIMITS, ...deps.timeLimits }
  const connections = createConnections(limits.lingerMs)
  const app = Fastify({
    ...(deps.logger === undefined ? { logger: false } : { loggerInstance: deps.logger }),
    // Paths hold ids only, but a mistyped one may hold anything.
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_BYTES_MAX,
    // A file takes as long as it takes: bodies have limits of their own.
    requestTimeout: 0,
    http: {
      headersTimeout: limits.headersMs,
      requestTimeout: 0,
      connectionsCheckingInterval: Math.min(HEADERS_LOOK_MS, limits.headersMs),
    },
    genReqId: () => randomUUID(),
    forceCloseConnections: 'idle',
    frameworkErrors(error, request, reply) {
      connections.watch(request.raw, reply.raw)
      answerUnroutable(error, request, reply)
    },
    clientErrorHandler: (error, socket) => answerMalformed(error, socket, connections),
  }).withTypeProvider<ZodTypeProvider>()
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  answerWithProblems(app, rememberMethods(app))
  lingerAfterAnswers(app, connections)
  sendSafely(app)
  limitPayloads(app, limits)
  refuseUnwritableText(app)
  await app.register(cookie)
  const browserSessions = createSessions(deps.sessions, deps.access)
  const identify = identifyBy(deps.tokens.identify, browserSessions.identify)
  guardRoutes(app, identify)
  answerOnce(app, {
    requests: deps.requests,
    now: () => deps.clock.now(),
    renewalMs: limits.renewalMs,
  })
  await describeApi(app)
  reportHealth(app, deps.readyChecks)
  answerUnchanged(app)
  if (deps.webFolder !== undefined) await servePages(app, deps.webFolder)
  const streamLimits = { ...STREAM_LIMITS, ...deps.streamLimits }
  const options = { ...deps, browserSessions, identify, streamLimits, prefix: '/v1' }
  await app.register(accessRoutes, options)
  await app.register(campaignRoutes, options)
  await app.register(localityRoutes, options)
  await app.register(softwareRoutes, options)
  await app.register(connectionKeyRoutes, options)
  await app.register(matchingRoutes, options)
  await app.register(recordRoutes, options)
  await app.register(signingRoutes, options)
  await app.register(syncWindowRoutes, options)
  await app.register(retryRoutes, options)
  await app.register(unitRoutes, options)
  await app.register(attentionRoutes, options)
  await app.register(clockRoutes, options)
  await app.register(verificationRoutes, options)
  await app.register(eventRoutes, options)
  return app
}
