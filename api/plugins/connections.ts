import type { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'

/** What becomes of connections whose request was answered before its end. */
export interface Connections {
  readonly watch: (request: IncomingMessage, response: ServerResponse) => void
  /** Whether an answer is on its way there: nothing else may be written between. */
  readonly isAnswering: (socket: Socket) => boolean
  readonly endAll: () => void
}

/**
 * Many clients read no answer before they have sent everything: what they still send is let go for a while, so that they
 * come to read it. Then, and at once when the API ends, the connection is ended.
 */
export function createConnections(lingerMs: number): Connections {
  const lingering = new Set<IncomingMessage>()
  const answers = new WeakMap<Socket, ServerResponse>()
  let isClosing = false

  function linger(request: IncomingMessage): void {
    if (request.complete || request.destroyed) return
    if (isClosing) {
      end(request)
      return
    }
    lingering.add(request)
    const timer = setTimeout(() => end(request), lingerMs)
    const forget = () => {
      clearTimeout(timer)
      lingering.delete(request)
    }
    request.once('end', forget)
    request.once('close', forget)
    request.unpipe()
    request.resume()
  }

  return {
    watch(request, response) {
      answers.set(request.socket, response)
      response.once('finish', () => linger(request))
    },
    isAnswering(socket) {
      const response = answers.get(socket)
      return response !== undefined && response.headersSent && !response.writableFinished
    },
    endAll() {
      isClosing = true
      for (const request of lingering) end(request)
    },
  }
}

function end({ socket }: IncomingMessage): void {
  // A request that a test puts in has none.
  if (socket instanceof Socket) socket.destroySoon()
}

export function lingerAfterAnswers(app: FastifyInstance, connections: Connections): void {
  app.addHook('onRequest', async ({ raw }, reply) => connections.watch(raw, reply.raw))
  // Fastify would end the connection of a body that is too large, and its client would never read why.
  app.addHook('onSend', async ({ raw }, reply, payload) => {
    if (!raw.complete) reply.removeHeader('connection')
    return payload
  })
  app.addHook('preClose', async () => connections.endAll())
}
