import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { createAnswerFaults } from './faults-answers.ts'
import type { Fault, Faults, System } from './faults.ts'
import type { Journal } from './journal.ts'
import { createRandom } from './random.ts'

const DRIP_MS = 50
const batch = z.object({ dossiers: z.array(z.object({ record: z.string() })) })

/** Disturbs a system before it handles a request, in what it answers, or after it did the work and before it answers. */
export function disturb(app: FastifyInstance, system: System, faults: Faults, journal: Journal): void {
  const changeAnswer = createAnswerFaults(journal)
  app.addHook('preHandler', async (request, reply) => {
    const current = faults.get(system)
    if (current === null || !comesBefore(current, request)) return
    faults.use(system)
    await disturbBefore(current, reply)
  })
  app.addHook('preSerialization', async (request, _reply, payload) => {
    const current = faults.get(system)
    const changed =
      current === null ? null : await changeAnswer(current, faults.used(system), request, payload)
    if (changed === null) return payload
    faults.use(system)
    return changed
  })
  app.addHook('onSend', async (request, _reply, payload) => {
    const current = faults.get(system)
    if (current === null || !comesAfter(current, request)) return payload
    faults.use(system)
    if (current.kind === 'slow-drip') return Readable.from(drip(payload, current.delayMs))
    if (current.kind === 'connection-reset') return Readable.from(half(payload, request))
    if (current.kind === 'commit-then-timeout') await sleep(current.delayMs)
    request.raw.socket.destroy()
    return payload
  })
}

const BEFORE: readonly Fault['kind'][] = ['outage', 'server-error', 'too-many-requests', 'latency']
function comesBefore(current: Fault, { body }: FastifyRequest): boolean {
  if (current.kind !== 'poisoned-records') return BEFORE.includes(current.kind)
  return (batch.safeParse(body).data?.dossiers ?? []).some(({ record }) => isPoisoned(current, record))
}

function comesAfter({ kind }: Fault, { method }: FastifyRequest): boolean {
  return (
    kind === 'slow-drip' ||
    kind === 'connection-reset' ||
    (kind === 'commit-then-timeout' && method !== 'GET')
  )
}

async function disturbBefore(current: Fault, reply: FastifyReply): Promise<void> {
  if (current.kind === 'latency') await sleep(current.delayMs)
  else if (current.kind === 'too-many-requests')
    await reply.code(429).header('retry-after', String(current.retryAfterSeconds)).send({ error: 'busy' })
  else await reply.code(current.kind === 'outage' ? 503 : 500).send({ error: current.kind })
}

/** By name, or drawn from the seed for each record alone: it is poisoned in whatever batch it stands. */
export const isPoisoned = (
  { records, share, seed }: Extract<Fault, { kind: 'poisoned-records' }>,
  record: string,
): boolean =>
  records === undefined ? createRandom(seed, 'poisoned', record)() < share : records.includes(record)

async function* bytesOf(payload: unknown): AsyncGenerator<Buffer> {
  if (typeof payload === 'string' || payload instanceof Uint8Array) yield Buffer.from(payload)
  else if (payload instanceof Readable) for await (const chunk of payload) yield Buffer.from(chunk)
}

async function* drip(payload: unknown, delayMs: number): AsyncGenerator<Buffer> {
  const untilMs = Date.now() + delayMs
  for await (const bytes of bytesOf(payload)) {
    const pauseMs = Math.max(DRIP_MS, delayMs / bytes.length)
    let at = 0
    for (; at < bytes.length - 1 && Date.now() < untilMs; at += 1) {
      yield bytes.subarray(at, at + 1)
      await sleep(pauseMs)
    }
    yield bytes.subarray(at)
  }
}

async function* half(payload: unknown, { raw }: FastifyRequest): AsyncGenerator<Buffer> {
  for await (const bytes of bytesOf(payload)) {
    yield bytes.subarray(0, Math.ceil(bytes.length / 2))
    // Asked for more: the first half is on its way.
    raw.socket.resetAndDestroy()
    return
  }
}
