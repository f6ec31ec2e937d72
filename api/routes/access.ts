import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { ACTIONS, mayAct, type Grant } from '../../domain/access.ts'
import { Refusal } from '../../domain/errors.ts'
import type { AccessStore } from '../../drizzle/stores/access.ts'
import {
  logInBody,
  rehearsalLogInList,
  sessionBody,
  tokenView,
  whoView,
  type RehearsalLogIn,
} from '../contract/access.ts'
import { nothing, problem, problems } from '../contract/shapes.ts'
import { assertFromOwnPage, type Sessions } from '../plugins/sessions.ts'
import type { Tokens } from '../tokens.ts'

/** Whether this installation is a rehearsal, and who may then log in without a password. */
export interface Installation {
  readonly mode: 'live' | 'rehearsal'
  readonly rehearsalLogIns: readonly RehearsalLogIn[]
}
export interface AccessRoutesDeps {
  readonly access: AccessStore
  readonly tokens: Tokens
  readonly browserSessions: Sessions
  readonly installation: Installation
}

export const accessRoutes: FastifyPluginAsyncZod<AccessRoutesDeps> = async (app, deps) => {
  const { access, tokens, browserSessions, installation } = deps
  const { mode, rehearsalLogIns } = installation

  async function whoIs(subject: string, grants: readonly Grant[]) {
    const actions = ACTIONS.filter((action) => grants.some(({ role }) => mayAct(role, action)))
    return { subject, name: await access.readName(subject), grants: [...grants], mode, actions }
  }
  async function subjectOfRehearsal(name: string): Promise<string | null> {
    if (mode !== 'rehearsal') throw new Refusal('rehearsal-only')
    return rehearsalLogIns.some((logIn) => logIn.name === name) ? access.findAccount(name) : null
  }

  app.post(
    '/access-tokens',
    {
      config: { action: 'public' },
      schema: {
        tags: ['Access'],
        summary: 'Log in: an access token for a name and password',
        security: [],
        body: logInBody,
        response: { 201: tokenView, ...problems, 429: problem },
      },
    },
    async ({ body }, reply) => {
      const subject = await access.checkPassword(body.name, body.password)
      if (subject === null) throw new Refusal('wrong-password')
      const grants = [...(await access.readGrants(subject))]
      return reply.code(201).send({ accessToken: await tokens.issue(subject), tokenType: 'Bearer', grants })
    },
  )

  app.post(
    '/sessions',
    {
      config: { action: 'public' },
      // Nobody is logged in by another site under a name that is not theirs.
      onRequest: async (request) => assertFromOwnPage(request),
      schema: {
        tags: ['Access'],
        summary: 'Log a browser in: a session whose id is kept in a cookie',
        security: [],
        body: sessionBody,
        response: { 201: whoView, ...problems, 429: problem },
      },
    },
    async (request, reply) => {
      const { body } = request
      const subject =
        'rehearsalLogIn' in body
          ? await subjectOfRehearsal(body.rehearsalLogIn)
          : await access.checkPassword(body.name, body.password)
      if (subject === null) throw new Refusal('wrong-password')
      await browserSessions.begin(request, reply, subject)
      return reply.code(201).send(await whoIs(subject, await access.readGrants(subject)))
    },
  )

  app.delete(
    '/sessions/current',
    {
      // Also for whom the session is over: the cookie goes.
      config: { action: 'public' },
      onRequest: async (request) => assertFromOwnPage(request),
      schema: {
        tags: ['Access'],
        summary: 'Log the browser out: its session ends, and the cookie goes',
        security: [{ session: [] }],
        response: { 204: nothing, ...problems },
      },
    },
    async (request, reply) => {
      await browserSessions.end(request, reply)
      return reply.code(204).send(null)
    },
  )

  app.get(
    '/rehearsal-log-ins',
    {
      config: { action: 'public' },
      schema: {
        tags: ['Access'],
        summary: 'Who may log in without a password; nobody in a live installation',
        security: [],
        response: { 200: rehearsalLogInList, ...problems },
      },
    },
    async () => ({ logIns: mode === 'rehearsal' ? [...rehearsalLogIns] : [] }),
  )

  app.get(
    '/who-am-i',
    {
      config: { action: 'clock.read' },
      schema: {
        tags: ['Access'],
        summary: 'Whose log-in this is, and what it may do',
        response: { 200: whoView, ...problems },
      },
    },
    async ({ actor: { subject, grants } }) => whoIs(subject, grants),
  )
}
