import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import type { Scope } from '../../domain/access.ts'
import { Refusal } from '../../domain/errors.ts'
import { toHanoiIso } from '../../domain/hanoi-time.ts'
import type { LocalityStore } from '../../drizzle/stores/localities.ts'
import type { SigningStore } from '../../drizzle/stores/signing.ts'
import { SIGNING_WORKFLOW, signingWorkflowId } from '../../workflows/contract/signing.ts'
import { emptyBody } from '../contract/clock.ts'
import { localityParams, problems } from '../contract/shapes.ts'
import { sessionList, sessionParams, sessionView } from '../contract/signing.ts'
import type { SigningControl } from '../temporal/signing.ts'

export interface SigningRoutesDeps {
  readonly signing: SigningStore
  readonly localities: LocalityStore
  readonly signingControl: SigningControl
}

const process = { workflow: SIGNING_WORKFLOW, processId: signingWorkflowId }
const SESSIONS_SHOWN = 200

type Session = NonNullable<Awaited<ReturnType<SigningStore['readSession']>>>

export const signingRoutes: FastifyPluginAsyncZod<SigningRoutesDeps> = async (
  app,
  { signing, localities, signingControl },
) => {
  async function found(scope: Scope, sessionId: string): Promise<Session> {
    const session = await signing.readSession(scope, sessionId)
    if (session === null) throw new Refusal('not-found')
    return session
  }

  app.post(
    '/localities/:code/signing-sessions',
    {
      config: { action: 'signing.sign' },
      schema: {
        tags: ['Signing'],
        summary: 'Open a session over every unsigned version of the body',
        params: localityParams,
        body: emptyBody,
        response: { 201: sessionView, ...problems },
      },
    },
    async ({ params, scope, actor, operation }, reply) => {
      const campaignId = await localities.readRunningCampaign(params.code)
      if (campaignId === null) throw new Refusal('campaign-not-running')
      const session = {
        sessionId: operation.id,
        campaignId,
        localityCode: params.code,
        actor: actor.subject,
        occurredMs: operation.occurredMs,
      }
      await signing.open(session, process)
      return reply.code(201).send(viewOf(await found(scope, operation.id)))
    },
  )

  app.get(
    '/localities/:code/signing-sessions',
    {
      config: { action: 'signing.read' },
      schema: {
        tags: ['Signing'],
        summary: 'A body’s signing sessions, newest first, and how many records no signature covers',
        params: localityParams,
        response: { 200: sessionList, ...problems },
      },
    },
    async ({ params, scope }) => ({
      sessions: (await signing.readSessions(scope, params.code, SESSIONS_SHOWN)).map(viewOf),
      unsigned: await signing.countUnsigned(params.code),
    }),
  )

  app.get(
    '/signing-sessions/:sessionId',
    {
      config: { action: 'signing.read' },
      schema: {
        tags: ['Signing'],
        summary: 'One session with its manifest: what you see is what you sign',
        params: sessionParams,
        response: { 200: sessionView, ...problems },
      },
    },
    async ({ params, scope }) => viewOf(await found(scope, params.sessionId)),
  )

  for (const step of ['sign', 'abandon'] as const)
    app.post(
      `/signing-sessions/:sessionId/${step}`,
      {
        config: { action: 'signing.sign' },
        schema: {
          tags: ['Signing'],
          summary:
            step === 'sign'
              ? 'Order the signature over the session’s manifest'
              : 'Abandon a session that was not signed',
          params: sessionParams,
          body: emptyBody,
          response: { 200: sessionView, ...problems },
        },
      },
      async ({ params, scope, actor, operation }) => {
        const { sessionId, localityCode } = await found(scope, params.sessionId)
        const change = step === 'sign' ? signing.order : signing.abandon
        await change(sessionId, localityCode, actor.subject, operation.occurredMs)
        await signingControl.changed(sessionId)
        return viewOf(await found(scope, sessionId))
      },
    )
}

function viewOf(session: Session) {
  const { signedAt, abandonedAt, orderedAt, frozenAt } = session
  const state =
    signedAt !== null
      ? 'signed'
      : abandonedAt !== null
        ? 'abandoned'
        : orderedAt !== null
          ? 'signing'
          : frozenAt !== null
            ? 'waiting-for-signer'
            : 'freezing'
  return {
    sessionId: session.sessionId,
    localityCode: session.localityCode,
    state,
    openedAt: toHanoiIso(session.openedAt),
    signedAt: signedAt === null ? null : toHanoiIso(signedAt),
    records: session.leaves,
    manifest: session.manifest,
  } as const
}
