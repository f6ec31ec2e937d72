import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { Refusal } from '../../domain/errors.ts'
import type { AccessStore } from '../../drizzle/stores/access.ts'
import { logInBody, tokenView, whoView } from '../contract/access.ts'
import { problems } from '../contract/shapes.ts'
import type { Tokens } from '../tokens.ts'

export interface AccessRoutesDeps {
  readonly access: AccessStore
  readonly tokens: Tokens
}

export const accessRoutes: FastifyPluginAsyncZod<AccessRoutesDeps> = async (app, { access, tokens }) => {
  app.post(
    '/access-tokens',
    {
      config: { action: 'public' },
      schema: {
        tags: ['Access'],
        summary: 'Log in: an access token for a name and password',
        security: [],
        body: logInBody,
        response: { 201: tokenView, ...problems },
      },
    },
    async ({ body }, reply) => {
      const subject = await access.checkPassword(body.name, body.password)
      if (subject === null) throw new Refusal('wrong-password')
      const grants = [...(await access.readGrants(subject))]
      return reply.code(201).send({ accessToken: await tokens.issue(subject), tokenType: 'Bearer', grants })
    },
  )

  app.get(
    '/who-am-i',
    {
      config: { action: 'clock.read' },
      schema: {
        tags: ['Access'],
        summary: 'Whose token this is, and what it may do',
        response: { 200: whoView, ...problems },
      },
    },
    async ({ actor: { subject, grants } }) => ({
      subject,
      name: await access.readName(subject),
      grants: [...grants],
    }),
  )
}
