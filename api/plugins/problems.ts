import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { hasZodFastifySchemaValidationErrors, isResponseSerializationError } from 'fastify-type-provider-zod'
import { explain, Refusal, type RefusalCode, type RefusalDetails } from '../../domain/errors.ts'
import { sendSafely } from './headers.ts'
import { refuseUnwritableText } from './text.ts'

/** Every refusal has one HTTP status. A new code does not compile until it is placed here. */
export const STATUS_OF = {
  'invalid-request': 400,
  'idempotency-key-missing': 400,
  'not-authenticated': 401,
  'wrong-password': 401,
  'action-not-allowed': 403,
  'not-found': 404,
  'payload-too-large': 413,
  'unsupported-media-type': 415,
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
  'match-day-not-open': 422,
} as const satisfies Record<RefusalCode, number>

export const languageOf = (request: FastifyRequest): 'vi' | 'en' =>
  /^\s*en\b/i.test(request.headers['accept-language'] ?? '') ? 'en' : 'vi'

interface Fault {
  readonly pointer: string
  readonly code: string
}

function answer(
  request: FastifyRequest,
  reply: FastifyReply,
  code: RefusalCode,
  more: {
    readonly details?: RefusalDetails
    readonly errors?: readonly Fault[]
    readonly status?: number
  } = {},
) {
  const status = more.status ?? STATUS_OF[code]
  if (code === 'outcome-unknown' || code === 'request-in-progress') void reply.header('retry-after', '2')
  if (status === 401) void reply.header('www-authenticate', 'Bearer')
  return reply
    .code(status)
    .type('application/problem+json')
    .serializer(JSON.stringify)
    .send({
      type: `urn:dongbo:problem:${code}`,
      title: explain(code, more.details ?? {}, languageOf(request)),
      status,
      code,
      instance: request.id,
      // Nothing to say is not said: what is hidden and what was never there look the same.
      ...(Object.keys(more.details ?? {}).length === 0 ? {} : { details: more.details }),
      ...(more.errors === undefined ? {} : { errors: more.errors }),
    })
}

/** Where a fault is, in the words of the schema; a key that the caller made up is not one of them. */
const pointerTo = (context: string, path: string): string =>
  [context, ...path.split('/').slice(1)]
    .map((part) => (/^(\d{1,4}|[a-zA-Z][\w-]{0,49})$/.test(part) ? part : '*'))
    .join('/')

const UNEXPECTED = {
  vi: 'Đã xảy ra lỗi ngoài dự kiến; hãy báo kèm mã yêu cầu.',
  en: 'Something unexpected went wrong; quote the request’s id.',
} as const

/** PostgreSQL could not read a value as what it stands for: a cursor that is no id, a day that is none, a number too large. */
const UNREADABLE_VALUE: readonly string[] = ['22P02', '22P05', '22003', '22007', '22008', '22021']

/** Turns whatever went wrong into problem+json. What was sent is never echoed, and a bug tells nothing but its id. */
export function answerWithProblems(app: FastifyInstance): void {
  sendSafely(app)
  refuseUnwritableText(app)
  // JSON is the language of this API; the routes that take files say so themselves.
  app.removeContentTypeParser('text/plain')
  app.setNotFoundHandler((request, reply) => answer(request, reply, 'not-found'))
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
    if (UNREADABLE_VALUE.includes(databaseCodeOf(error))) return answer(request, reply, 'invalid-request')
    return reply
      .code(500)
      .type('application/problem+json')
      .serializer(JSON.stringify)
      .send({
        type: 'urn:dongbo:problem:unexpected',
        title: UNEXPECTED[languageOf(request)],
        status: 500,
        code: 'unexpected',
        instance: request.id,
      })
  })
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

function databaseCodeOf(error: unknown): string {
  const cause: unknown = error instanceof Error ? (error.cause ?? error) : error
  return typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : ''
}
