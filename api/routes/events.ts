import { Readable } from 'node:stream'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import type { Actor } from '../../domain/access.ts'
import { Refusal } from '../../domain/errors.ts'
import type { CampaignStore } from '../../drizzle/stores/campaigns.ts'
import { eventsQuery } from '../contract/events.ts'
import { scopeInView, type Events, type Told } from '../events.ts'
import type { Identify } from '../plugins/access.ts'

export interface EventRoutesDeps {
  readonly campaigns: CampaignStore
  readonly events: Events
  readonly identify: Identify
  readonly streamLimits: StreamLimits
}

export interface StreamLimits {
  /** So often a line is sent that says nothing, lest anybody between thinks that nobody is there. */
  readonly commentMs: number
  /** So often it is asked again whether the listener may still listen. */
  readonly askAgainMs: number
  /** Whoever leaves so much unread is let go, and comes back. */
  readonly unreadBytesMax: number
}
export const STREAM_LIMITS: StreamLimits = {
  commentMs: 15_000,
  askAgainMs: 30_000,
  unreadBytesMax: 65_536,
}

const LAST_READ_MS = 1_000
const COMMENT = ':\n\n'
const textOf = (told: Told): string =>
  [...told].map(([view, codes]) => `event: ${view}\ndata: ${codes?.join(' ') ?? ''}\n\n`).join('')

export const eventRoutes: FastifyPluginAsyncZod<EventRoutesDeps> = async (app, deps) => {
  const { campaigns, events, identify, streamLimits } = deps
  app.get(
    '/events',
    {
      config: { action: 'campaign.read' },
      schema: {
        tags: ['Events'],
        summary: 'A stream (text/event-stream) of the names of what changed and is to be fetched again',
        description:
          'Each event is named after a view: board, windows, retries, matching, attention, clock, notices, intakes, localities. Its data are the codes of the bodies concerned, separated by blanks; without any it may be every body that the caller sees. Nothing is repeated: fetch everything after each connection.',
        produces: ['text/event-stream'],
        querystring: eventsQuery,
      },
    },
    async (request, reply) => {
      const campaignId = request.query.campaignId ?? null
      if (campaignId !== null && !(await isThere(campaigns, request.scope, campaignId)))
        throw new Refusal('not-found')
      // Whoever stands between passes it on as it comes; the connection ends with the stream, which has no end of its own.
      void reply.type('text/event-stream').headers({ 'x-accel-buffering': 'no', connection: 'close' })
      if (request.method === 'HEAD') return reply.send('')
      const stream = new Readable({ read() {} })
      let actor: Actor = request.actor
      const say = (text: string) => {
        stream.push(text)
        if (stream.readableLength > streamLimits.unreadBytesMax) stream.destroy()
      }
      const stop = () => {
        letGo()
        for (const timer of timers) clearInterval(timer)
      }
      const end = () => {
        stop()
        stream.push(null)
        // Who does not read does not keep the API from ending.
        setTimeout(() => reply.raw.destroy(), LAST_READ_MS).unref()
      }
      const askAgain = async () => {
        const known = await identify(request, 'look').catch(() => null)
        if (known === null) end()
        else actor = known
      }
      const letGo = events.add({
        campaignId,
        scopeIn: (view) => scopeInView(actor, view),
        tell: (told) => say(textOf(told)),
        end,
      })
      const timers = [
        setInterval(say, streamLimits.commentMs, COMMENT),
        setInterval(() => void askAgain(), streamLimits.askAgainMs),
      ]
      stream.once('close', stop)
      // The first bytes carry the headers to the client: it is listening.
      say(COMMENT)
      return reply.send(stream)
    },
  )
  app.addHook('preClose', async () => events.close())
}

const isThere = async (
  campaigns: CampaignStore,
  scope: Parameters<CampaignStore['takesPart']>[0],
  campaignId: string,
) => (await campaigns.readCampaign(campaignId)) !== null && (await campaigns.takesPart(scope, campaignId))
