import { randomBytes } from 'node:crypto'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { Refusal } from '../../domain/errors.ts'
import { toHanoiIso } from '../../domain/hanoi-time.ts'
import { hashSecret, type ConnectionKeyStore } from '../../drizzle/stores/connection-keys.ts'
import type { LocalityStore } from '../../drizzle/stores/localities.ts'
import type { SoftwareStore } from '../../drizzle/stores/software.ts'
import { localityParams, problems } from '../contract/shapes.ts'
import { issueBody, keyList, keyParams, keyView } from '../contract/software.ts'
import { keyProcesses } from '../temporal/process-names.ts'

export interface ConnectionKeyRoutesDeps {
  readonly keys: ConnectionKeyStore
  readonly software: SoftwareStore
  readonly localities: LocalityStore
}

export const connectionKeyRoutes: FastifyPluginAsyncZod<ConnectionKeyRoutesDeps> = async (app, deps) => {
  const { keys, localities } = deps

  app.get(
    '/localities/:code/connection-keys',
    {
      config: { action: 'locality.read' },
      schema: {
        tags: ['Connection keys'],
        summary: 'A body’s connection keys; a key itself is never shown',
        params: localityParams,
        response: { 200: keyList, ...problems },
      },
    },
    async ({ params, scope }) => ({
      keys: (await keys.readKeys(scope, params.code)).map((key) => ({
        keyId: key.keyId,
        source: key.sourceCode,
        state: stateOf(key),
        issuedAt: toHanoiIso(key.issuedAt),
        activatedAt: key.activatedAt === null ? null : toHanoiIso(key.activatedAt),
        cancelledAt: key.cancelledAt === null ? null : toHanoiIso(key.cancelledAt),
        confirmed: key.confirmedAt !== null,
      })),
    }),
  )

  app.post(
    '/localities/:code/connection-keys',
    {
      config: { action: 'key.switch' },
      schema: {
        tags: ['Connection keys'],
        summary: 'Issue a key for a body’s software, or record a predecessor’s that is to be cancelled',
        params: localityParams,
        body: issueBody,
        response: { 201: keyView, ...problems },
      },
    },
    async ({ params, body, scope, actor, operation }, reply) => {
      const source = await deps.software.findSource(scope, params.code, body.source)
      if (source === null) throw new Refusal('unknown-source')
      const secret = body.existingSha256 === undefined ? `ck_${randomBytes(32).toString('base64url')}` : null
      const secretSha256 =
        secret === null ? Buffer.from(body.existingSha256 ?? '', 'hex') : hashSecret(secret)
      const order = {
        keyId: operation.id,
        localityCode: params.code,
        campaignId: await localities.readRunningCampaign(params.code),
        actor: actor.subject,
        occurredMs: operation.occurredMs,
      }
      await keys.issue({ ...order, sourceId: source.sourceId, secret, secretSha256 }, keyProcesses)
      return reply.code(201).send({ keyId: operation.id })
    },
  )

  for (const [step, action] of [
    ['activate', 'key.switch'],
    ['cancel', 'key.cancel'],
  ] as const)
    app.post(
      `/localities/:code/connection-keys/:keyId/${step}`,
      {
        config: { action },
        schema: {
          tags: ['Connection keys'],
          summary:
            step === 'activate'
              ? 'Put a key into force (another person than the issuer); the body’s other keys are cancelled'
              : 'Cancel a key: it is refused at once',
          params: keyParams,
          response: { 200: keyView, ...problems },
        },
      },
      async ({ params, actor, operation }) => {
        const order = {
          keyId: params.keyId,
          localityCode: params.code,
          campaignId: await localities.readRunningCampaign(params.code),
          actor: actor.subject,
          occurredMs: operation.occurredMs,
        }
        await keys[step](order, keyProcesses)
        return { keyId: params.keyId }
      },
    )
}

const stateOf = (key: {
  readonly activatedAt: number | null
  readonly cancelledAt: number | null
}): 'active' | 'cancelled' | 'issued' =>
  key.cancelledAt !== null ? 'cancelled' : key.activatedAt !== null ? 'active' : 'issued'
