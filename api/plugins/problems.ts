import { randomUUID } from 'node:crypto'
import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { hasZodFastifySchemaValidationErrors, isResponseSerializationError } from 'fastify-type-provider-zod'
import { explain, Refusal, type RefusalCode, type RefusalDetails } from '../../domain/errors.ts'
import { databaseCodeOf, isDatabaseAway } from '../../drizzle/client.ts'
import type { Connections } from './connections.ts'
import { SAFE_HEADERS } from './headers.ts'
import type { MethodsAt } from './methods.ts'

/** Every refusal has one HTTP status. A new code does not compile until it is placed here. */
export const STATUS_OF = {
  'invalid-request': 400,
  'idempotency-key-missing': 400,
  'not-authenticated': 401,
  'wrong-password': 401,
  'two-credentials': 400,
  'cross-site': 403,
  'rehearsal-only': 403,
  'too-many-log-ins': 429,
  'action-not-allowed': 403,
  'not-found': 404,
  'method-not-allowed': 405,
  'request-incomplete': 408,
  'payload-too-large': 413,
  'address-too-long': 414,
  'unsupported-media-type': 415,
  'headers-too-large': 431,
  unexpected: 500,
  'database-unreachable': 503,
  'same-person': 409,
  'idempotency-key-reused': 422,
  'request-in-progress': 409,
  'outcome-unknown': 503,
  'wrong-mode': 409,
  'unknown-template': 422,
  'unknown-locality': 422,
  'locality-in-other-campaign': 409,
  'campaign-not-running': 409,
  'campaign-date-order': 422,
  'stage-not-open': 409,
  'stage-not-submitted': 409,
  'stage-takes-no-act': 409,
  'stage-blocked': 409,
  'stage-already-done': 409,
  'date-not-later': 422,
  'process-held': 409,
  'process-not-held': 409,
  'process-ended': 409,
  'not-parked': 409,
  'file-empty': 422,
  'file-not-utf8': 422,
  'file-header': 422,
  'file-shape': 422,
  'line-too-long': 422,
  'unknown-source': 422,
  'software-not-assessed': 422,
  'key-not-usable': 409,
  'key-already-active': 409,
  'unit-tree-invalid': 422,
  'unit-tree-missing': 409,
  'nothing-to-sign': 409,
  'session-open': 409,
  'session-not-open': 409,
  'nothing-signed': 409,
  'slot-outside-window': 422,
  'slot-taken': 409,
  'capacity-full': 409,
  'window-not-parked': 409,
  'retry-set-empty': 409,
  'retry-set-too-large': 422,
  'retry-set-changed': 409,
  'retry-preview-expired': 409,
  'retry-not-running': 409,
  'match-day-not-open': 422,
} as const satisfies Record<RefusalCode, number>

export const languageOf = (request: FastifyRequest): 'vi' | 'en' =>
  /^\s*en\b/i.test(request.headers['accept-language'] ?? '') ? 'en' : 'vi'

interface Fault {
  readonly pointer: string
  readonly code: string
}

interface More {
  readonly details?: RefusalDetails
  readonly errors?: readonly Fault[]
  readonly status?: number
}

/** RFC 9457 */
function problemOf(code: RefusalCode, language: 'vi' | 'en', { details = {}, errors, status }: More = {}) {
  return {
    type: `urn:dongbo:problem:${code}`,
    title: explain(code, details, language),
    status: status ?? STATUS_OF[code],
    code,
    // Nothing to say is not said: what is hidden and what was never there look the same.
    ...(Object.keys(details).length === 0 ? {} : { details }),
    ...(errors === undefined ? {} : { errors }),
  }
}
const PROBLEM_TYPE = 'application/problem+json'

/** How long a client had better wait before it asks the same again. */
const RETRY_AFTER_S: Readonly<Partial<Record<RefusalCode, number>>> = {
  'outcome-unknown': 2,
  'request-in-progress': 2,
  'database-unreachable': 5,
}

function answer(request: FastifyRequest, reply: FastifyReply, code: RefusalCode, more: More = {}) {
  const problem = problemOf(code, languageOf(request), more)
  const retryAfterS = code === 'too-many-log-ins' ? more.details?.['seconds'] : RETRY_AFTER_S[code]
  if (retryAfterS !== undefined) void reply.header('retry-after', String(retryAfterS))
  if (problem.status === 401) void reply.header('www-authenticate', 'Bearer')
  return reply
    .code(problem.status)
    .type(PROBLEM_TYPE)
    .serializer(JSON.stringify)
    .send({ ...problem, instance: request.id })
}

/** Where a fault is, in the words of the schema; a key that the caller made up is not one of them. */
const pointerTo = (context: string, path: string): string =>
  [context, ...path.split('/').slice(1)]
    .map((part) => (/^(\d{1,4}|[a-zA-Z][\w-]{0,49})$/.test(part) ? part : '*'))
    .join('/')

/** Turns whatever went wrong into problem+json. What was sent is never echoed, and a bug tells nothing but its id. */
export function answerWithProblems(app: FastifyInstance, methodsAt: MethodsAt): void {
  // JSON is the language of this API; the routes that take files say so themselves.
  app.removeContentTypeParser('text/plain')
  app.setNotFoundHandler((request, reply) => {
    const methods = methodsAt(request.url)
    if (methods.length === 0) return answer(request, reply, 'not-found')
    void reply.header('allow', methods.join(', '))
    return answer(request, reply, 'method-not-allowed')
  })
  app.setErrorHandler((error, request, reply) => {
    if (error instanceof Refusal) return answer(request, reply, error.code, { details: error.details })
    if (hasZodFastifySchemaValidationErrors(error)) {
      const errors = error.validation.map(({ instancePath, keyword }) => ({
        pointer: pointerTo(error.validationContext ?? 'body', instancePath),
        code: keyword,
      }))
      return answer(request, reply, 'invalid-request', { errors })
    }
    const status = statusOf(error)
    if (status === 413) return answer(request, reply, 'payload-too-large')
    if (status === 415) return answer(request, reply, 'unsupported-media-type')
    if (status >= 400 && status < 500) return answer(request, reply, 'invalid-request', { status })
    request.log.error({ code: codeOf(error), bug: isResponseSerializationError(error) }, 'request failed')
    return answer(request, reply, isDatabaseAway(error) ? 'database-unreachable' : 'unexpected')
  })
}

/** An address that the router itself can not read: no hook runs for it. */
export function answerUnroutable(error: Error, request: FastifyRequest, reply: FastifyReply): void {
  void reply.headers(SAFE_HEADERS)
  const isLong = 'code' in error && error.code === 'FST_ERR_MAX_PARAM_LENGTH'
  void answer(request, reply, isLong ? 'address-too-long' : 'invalid-request')
}

/** What is no HTTP, or takes too long to become a request: there is nobody yet whose language could be asked for. */
export function answerMalformed(error: Error, socket: Socket, connections: Connections): void {
  const cause = 'code' in error ? error.code : ''
  if (cause === 'ECONNRESET' || !socket.writable || connections.isAnswering(socket)) {
    socket.destroy()
    return
  }
  const code =
    cause === 'HPE_HEADER_OVERFLOW'
      ? 'headers-too-large'
      : cause === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? 'request-incomplete'
        : 'invalid-request'
  const body = JSON.stringify({ ...problemOf(code, 'vi'), instance: randomUUID() })
  const headers = {
    ...SAFE_HEADERS,
    'content-type': PROBLEM_TYPE,
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  const status = STATUS_OF[code]
  socket.write([`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines, '', body].join('\r\n'))
  socket.destroySoon()
}

const statusOf = (error: unknown): number =>
  typeof error === 'object' && error !== null && 'statusCode' in error && typeof error.statusCode === 'number'
    ? error.statusCode
    : 500

/** Class and code say enough to look for; a driver's message may hold values. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error
  const code = databaseCodeOf(error)
  const [, place = ''] = (error.stack ?? '').match(/\n\s+at .*?((?:api|drizzle|domain)\/[^\s)]+)/) ?? []
  return [error.name, code, place].filter(Boolean).join(' ')
}
