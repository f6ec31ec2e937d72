import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import type { Scope } from '../../domain/access.ts'
import { Refusal } from '../../domain/errors.ts'
import { findLocality } from '../../domain/localities.ts'
import { CRITERIA, passes } from '../../domain/software.ts'
import type { LocalityStore } from '../../drizzle/stores/localities.ts'
import type { SoftwareStore } from '../../drizzle/stores/software.ts'
import { localityParams, problems } from '../contract/shapes.ts'
import {
  administratorBody,
  administratorView,
  assessBody,
  assessmentView,
  choiceView,
  chooseBody,
  registerBody,
  softwareView,
  sourceView,
} from '../contract/software.ts'
import type { LocalityControl } from '../temporal/localities.ts'

export interface SoftwareRoutesDeps {
  readonly software: SoftwareStore
  readonly localities: LocalityStore
  readonly localityControl: LocalityControl
}

export const softwareRoutes: FastifyPluginAsyncZod<SoftwareRoutesDeps> = async (app, deps) => {
  const { software, localities } = deps
  const sourceOf = async (scope: Scope, code: string, source: string) => {
    const found = await software.findSource(scope, code, source)
    if (found === null) throw new Refusal('unknown-source')
    return found
  }
  const runningCampaign = async (code: string) => {
    const campaignId = await localities.readRunningCampaign(code)
    if (campaignId === null) throw new Refusal('campaign-not-running')
    return campaignId
  }

  app.get(
    '/localities/:code/software',
    {
      config: { action: 'locality.read' },
      schema: {
        tags: ['Software'],
        summary: 'A body’s source systems, the criteria, and what it chose',
        params: localityParams,
        response: { 200: softwareView, ...problems },
      },
    },
    async ({ params, scope }) => {
      const sources = await software.readSources(scope, params.code)
      const campaignId = await localities.readRunningCampaign(params.code)
      const choice = campaignId === null ? null : await software.readChoice(campaignId, params.code)
      const assessed = await Promise.all(
        sources.map(async (source) => ({
          ...source,
          passed: (await software.readNewestAssessment(source.sourceId))?.passed ?? null,
        })),
      )
      const chosen = sources.find(({ sourceId }) => sourceId === choice?.sourceId)
      return {
        criteria: { version: CRITERIA.version, criteria: [...CRITERIA.criteria] },
        sources: assessed,
        choice:
          choice === null || chosen === undefined ? null : { source: chosen.code, scenario: choice.scenario },
        keyAdministrators: await software.countAdministrators(params.code),
      }
    },
  )

  app.post(
    '/localities/:code/source-systems',
    {
      config: { action: 'software.assess' },
      schema: {
        tags: ['Software'],
        summary: 'Register an installation in which the body (or a predecessor) keeps records',
        params: localityParams,
        body: registerBody,
        response: { 201: sourceView, ...problems },
      },
    },
    async ({ params, body, actor, operation }, reply) => {
      const known = findLocality(params.code)?.predecessors.some(({ code }) => code === body.predecessorCode)
      if (known !== true) throw new Refusal('unknown-locality', { code: body.predecessorCode })
      const source = await software.register({
        ...body,
        localityCode: params.code,
        actor: actor.subject,
        occurredMs: operation.occurredMs,
      })
      return reply.code(201).send(source)
    },
  )

  app.post(
    '/localities/:code/software-assessments',
    {
      config: { action: 'software.assess' },
      schema: {
        tags: ['Software'],
        summary: 'Assess a source system against the criteria',
        params: localityParams,
        body: assessBody,
        response: { 201: assessmentView, ...problems },
      },
    },
    async ({ params, body, actor, operation, scope }, reply) => {
      const { sourceId } = await sourceOf(scope, params.code, body.source)
      const passed = passes(body.findings)
      await software.assess({
        assessmentId: operation.id,
        sourceId,
        localityCode: params.code,
        criteriaVersion: CRITERIA.version,
        findings: body.findings,
        passed,
        actor: actor.subject,
        occurredMs: operation.occurredMs,
      })
      const missing = CRITERIA.criteria.filter(
        ({ code, required }) => required && body.findings[code] !== true,
      )
      return reply.code(201).send({
        assessmentId: operation.id,
        criteriaVersion: CRITERIA.version,
        passed,
        missing: missing.map(({ code }) => code),
      })
    },
  )

  app.post(
    '/localities/:code/software-choice',
    {
      config: { action: 'software.assess' },
      schema: {
        tags: ['Software'],
        summary: 'Choose the one software that goes on; it must have passed its assessment',
        params: localityParams,
        body: chooseBody,
        response: { 201: choiceView, ...problems },
      },
    },
    async ({ params, body, actor, operation, scope }, reply) => {
      const { code } = params
      const campaignId = await runningCampaign(code)
      const { sourceId } = await sourceOf(scope, code, body.source)
      const assessment = await software.readNewestAssessment(sourceId)
      if (assessment?.passed !== true) throw new Refusal('software-not-assessed')
      const { scenario } = body
      await software.choose({
        campaignId,
        localityCode: code,
        sourceId,
        scenario,
        actor: actor.subject,
        occurredMs: operation.occurredMs,
      })
      await deps.localityControl.lookAgain(campaignId, code, 'select-software')
      return reply.code(201).send(body)
    },
  )

  app.post(
    '/localities/:code/key-administrators',
    {
      config: { action: 'key.request' },
      schema: {
        tags: ['Software'],
        summary: 'Name a contact who looks after the body’s connection key',
        params: localityParams,
        body: administratorBody,
        response: { 201: administratorView, ...problems },
      },
    },
    async ({ params, body, actor, operation }, reply) => {
      await software.nameAdministrator({
        ...body,
        administratorId: operation.id,
        localityCode: params.code,
        actor: actor.subject,
        occurredMs: operation.occurredMs,
      })
      return reply.code(201).send({ administratorId: operation.id })
    },
  )
}
