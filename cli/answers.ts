import { z } from 'zod'
import { problem } from '../api/contract/shapes.ts'

/** What the API answered: checked, and as it came. */
export interface Answer<T> {
  readonly value: T
  readonly text: string
  readonly status: number
}
export type Problem = z.infer<typeof problem>

/** The API said no (or failed) and said why. */
export class Refused extends Error {
  override readonly name = 'Refused'
  readonly problem: Problem
  readonly text: string

  constructor(found: Problem, text: string) {
    super(found.code)
    this.problem = found
    this.text = text
  }
}

/** Nobody answered in time, or the API does not know yet how it ended. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer'
  /** Whether something was asked for that may have been done. */
  readonly mayBeDone: boolean
  /** The last thing that was seen instead: `ECONNREFUSED`, `503`. */
  readonly reason: string

  constructor(mayBeDone: boolean, reason: string) {
    super(`no answer: ${reason}`)
    this.mayBeDone = mayBeDone
    this.reason = reason
  }
}

/** What answered is no Dongbo, or another version of it. */
export class NotUnderstood extends Error {
  override readonly name = 'NotUnderstood'
  readonly status: number

  constructor(status: number) {
    super(`not understood: ${status}`)
    this.status = status
  }
}

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    // Whatever is not JSON is no answer of the API: no schema below accepts undefined.
    return undefined
  }
}

/** @throws Refused, NotUnderstood */
export function understand<T>(schema: z.ZodType<T>, status: number, text: string): Answer<T> {
  const json = parseJson(text)
  if (status >= 200 && status < 300) {
    const parsed = schema.safeParse(json)
    if (parsed.success) return { value: parsed.data, text, status }
    throw new NotUnderstood(status)
  }
  const refused = problem.safeParse(json)
  throw refused.success ? new Refused(refused.data, text) : new NotUnderstood(status)
}

/** The code of a problem, or null for anything else. */
export const problemCode = (text: string): string | null =>
  z.object({ code: z.string() }).safeParse(parseJson(text)).data?.code ?? null
