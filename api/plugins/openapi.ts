import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance } from 'fastify'
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod'
import { SESSION_COOKIE } from './sessions.ts'

/** The document that `api/openapi.json` holds, served with a page to read it. */
export async function describeApi(app: FastifyInstance): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Dongbo',
        version: '1',
        description:
          'Carries every ministry, province and agency through the campaign of Official Letter 5034/BNV-CCVC and keeps the National Database in order afterwards.',
      },
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer' },
          session: { type: 'apiKey', in: 'cookie', name: SESSION_COOKIE },
        },
      },
      security: [{ bearer: [] }, { session: [] }],
    },
    // Who may call a route is part of its description.
    transform: (route) => {
      const described = jsonSchemaTransform(route)
      const action = route.route.config?.action
      return { ...described, schema: { ...described.schema, 'x-action': action } }
    },
    transformObject: jsonSchemaTransformObject,
  })
  await app.register(swaggerUi, { routePrefix: '/docs' })
  app.get('/openapi.json', { config: { action: 'public' }, schema: { hide: true } }, () => app.swagger())
}
