import { PassThrough, type Readable } from 'node:stream'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Refusal } from '../../domain/errors.ts'

/** How long a request may take to come in. */
export interface TimeLimits {
  /** All headers, from the first byte of a connection or of its next request. */
  readonly headersMs: number
  /** The whole of a JSON body. */
  readonly bodyMs: number
  /** An upload may last for as long as it likes; so long without a byte ends it. */
  readonly uploadIdleMs: number
  /** What still comes of a request that was answered before its end is let go for so long. */
  readonly lingerMs: number
  /** So often a request says that it is not dead, lest its repetition takes its place. */
  readonly renewalMs: number
}
export const TIME_LIMITS: TimeLimits = {
  headersMs: 20_000,
  bodyMs: 30_000,
  uploadIdleMs: 60_000,
  lingerMs: 30_000,
  renewalMs: 3_000,
}
/** An idle upload is found at most this part of its limit too late. */
const LOOKS_PER_LIMIT = 10

/** A body on its way to whoever reads it. */
interface Incoming {
  readonly raw: Readable
  readonly body: PassThrough
}

/**
 * Bodies end by their limits with a refusal, and not with their connection: there is still somebody to be told. A client that
 * vanishes ends its body the same way.
 */
export function limitPayloads(app: FastifyInstance, limits: TimeLimits): void {
  const incoming = new Set<Incoming>()
  app.addHook('preParsing', async (request, _reply, raw) => {
    if (!hasBody(request)) return raw
    const { bodyLimit, config } = request.routeOptions
    const isUpload = config.idempotency === 'stream'
    if (isUpload && Number(request.headers['content-length']) > bodyLimit)
      throw new Refusal('payload-too-large')
    const body = new PassThrough()
    const one = { raw, body }
    incoming.add(one)
    // Whoever reads it is told; where nobody does, the request was answered already.
    body.on('error', () => raw.unpipe(body))
    const forget = isUpload
      ? watchUpload(one, { bytesMax: bodyLimit, idleMs: limits.uploadIdleMs })
      : watchBody(body, limits.bodyMs)
    const breakOff = () => {
      if (!body.writableEnded) body.destroy(new Refusal('request-incomplete'))
    }
    raw.once('error', breakOff)
    raw.once('close', breakOff)
    body.once('close', () => {
      forget()
      incoming.delete(one)
    })
    raw.pipe(body)
    return body
  })
  app.addHook('onResponse', async ({ raw }) => {
    for (const one of incoming) if (one.raw === raw) one.body.destroy()
  })
  // An upload without a limit would keep the process from ending; its client repeats it.
  app.addHook('preClose', async () => {
    for (const { body } of incoming) body.destroy(new Refusal('outcome-unknown'))
  })
}

const hasBody = ({ headers }: FastifyRequest) =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0

function watchBody(body: PassThrough, withinMs: number): () => void {
  const timer = setTimeout(() => body.destroy(new Refusal('request-incomplete')), withinMs)
  return () => clearTimeout(timer)
}

function watchUpload(
  { raw, body }: Incoming,
  { bytesMax, idleMs }: { readonly bytesMax: number; readonly idleMs: number },
): () => void {
  let bytes = 0
  let quiet = 0
  raw.on('data', (chunk: Uint8Array) => {
    bytes += chunk.length
    quiet = 0
    if (bytes > bytesMax) body.destroy(new Refusal('payload-too-large'))
  })
  const timer = setInterval(() => {
    // What waits here to be read is not the client's slowness.
    quiet = body.readableLength > 0 ? 0 : quiet + 1
    if (quiet > LOOKS_PER_LIMIT) body.destroy(new Refusal('request-incomplete'))
  }, idleMs / LOOKS_PER_LIMIT)
  return () => clearInterval(timer)
}
