import type { FastifyInstance } from 'fastify'
import { Refusal } from '../../domain/errors.ts'

/** Control characters but tab and line ends, and half a character: PostgreSQL keeps neither, and nobody typed them. */
const UNWRITABLE = /(?![\t\n\r])[\p{Cc}\p{Cs}]/u

/** Text that could not be written down as it was sent is refused, wherever it stands in an address or a JSON body. */
export function refuseUnwritableText(app: FastifyInstance): void {
  app.addHook('preValidation', async ({ params, query, body }) => {
    if (holdsUnwritable([params, query, body])) throw new Refusal('invalid-request')
  })
}

/** Looks into lists and plain objects, however deep; files are looked at by whoever reads them. */
function holdsUnwritable(all: readonly unknown[]): boolean {
  const waiting = [...all]
  for (let value = waiting.pop(); value !== undefined || waiting.length > 0; value = waiting.pop()) {
    if (typeof value === 'string' && UNWRITABLE.test(value)) return true
    if (Array.isArray(value)) for (const inner of value) waiting.push(inner)
    else if (isPlain(value))
      for (const [name, inner] of Object.entries(value)) {
        if (UNWRITABLE.test(name)) return true
        waiting.push(inner)
      }
  }
  return false
}

function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype
}
