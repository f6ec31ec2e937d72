import type { OutgoingHttpHeaders } from 'node:http'
import { expect } from 'vitest'
import { z } from 'zod'
import { isRefusalCode, REFUSALS } from '../../domain/errors.ts'

/** Stands in what is sent where a person could stand: it must never come back. */
export const PLANTED = 'Nguyễn Cấy Vào 001090123456'
/** Also without its letters: whoever repeats a part of it repeats too much. */
const TRACES = ['Nguyễn', 'Cấy', '001090123456', encodeURIComponent('Nguyễn'), 'Nguy\\u1ec5n']

const problem = z.strictObject({
  type: z.string(),
  title: z.string().min(3),
  status: z.int().min(400).max(599),
  code: z.string(),
  instance: z.uuid(),
  details: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
  errors: z.array(z.strictObject({ pointer: z.string().max(200), code: z.string() })).optional(),
  /** Only of a unit tree. */
  faults: z.array(z.unknown()).optional(),
})

export interface Answer {
  readonly status: number
  readonly body: string
  readonly headers: OutgoingHttpHeaders
}

/** The sentence of a refusal as a pattern: its holes hold anything. */
const sentence = (text: string) =>
  new RegExp(`^${text.replaceAll(/[.()]/g, String.raw`\$&`).replaceAll(/\{\w+\}/g, '.*')}$`, 's')

/** A problem of the caller's making, told in the shape, the words and the language that every problem is told in. */
export function expectProblem(answer: Answer, language: 'vi' | 'en'): void {
  expect(String(answer.headers['content-type'])).toMatch(/^application\/problem\+json/)
  const told = problem.parse(JSON.parse(answer.body))
  expect(told.status).toBe(answer.status)
  if (!isRefusalCode(told.code)) throw new Error(`unknown code ${told.code}`)
  expect(told.type).toBe(`urn:dongbo:problem:${told.code}`)
  expect(told.title).toMatch(sentence(REFUSALS[told.code][language]))
  expectNoTrace(answer.body)
}

export function expectNoTrace(text: string): void {
  expect(TRACES.filter((trace) => text.includes(trace))).toEqual([])
}

/** Headers in which a caller names a language, and the one that is understood. */
export const LANGUAGES = [
  [undefined, 'vi'],
  ['vi', 'vi'],
  ['en', 'en'],
  ['en-GB,en;q=0.9', 'en'],
  ['fr, *;q=0.1', 'vi'],
  [';;;q=,,', 'vi'],
  ['en'.toUpperCase(), 'en'],
  ['\u00e9n', 'vi'],
  ['x'.repeat(2_000), 'vi'],
] as const
