import fc from 'fast-check'
import { z } from 'zod'
import { PLANTED } from './problems.ts'

/** What this API says in JSON Schema of what it takes. */
export interface Schema {
  readonly type?: string | undefined
  readonly properties?: Readonly<Record<string, Schema>> | undefined
  readonly required?: readonly string[] | undefined
  readonly additionalProperties?: boolean | Schema | undefined
  readonly anyOf?: readonly Schema[] | undefined
  readonly items?: Schema | undefined
  readonly enum?: readonly string[] | undefined
  readonly pattern?: string | undefined
  readonly format?: string | undefined
  readonly minLength?: number | undefined
  readonly maxLength?: number | undefined
  readonly minimum?: number | undefined
  readonly maximum?: number | undefined
  readonly minItems?: number | undefined
}
export const schema: z.ZodType<Schema> = z.lazy(() =>
  z.object({
    type: z.string().optional(),
    properties: z.record(z.string(), schema).optional(),
    required: z.array(z.string()).optional(),
    additionalProperties: z.union([z.boolean(), schema]).optional(),
    anyOf: z.array(schema).optional(),
    items: schema.optional(),
    enum: z.array(z.string()).optional(),
    pattern: z.string().optional(),
    format: z.string().optional(),
    minLength: z.number().optional(),
    maxLength: z.number().optional(),
    minimum: z.number().optional(),
    maximum: z.number().optional(),
    minItems: z.number().optional(),
  }),
)

const EDGE_DAYS = ['0000-01-01', '0001-01-01', '1970-01-01', '2025-09-03', '9999-12-31', '2400-02-29']
const days = fc.oneof(
  fc.constantFrom(...EDGE_DAYS),
  fc.date({ noInvalidDate: true, min: new Date(0) }).map((date) => date.toISOString().slice(0, 10)),
)

/** Values that a schema allows, its edges among them. */
export function valuesOf(of: Schema): fc.Arbitrary<unknown> {
  if (of.anyOf !== undefined) return fc.oneof(...of.anyOf.map(valuesOf))
  if (of.enum !== undefined) return fc.constantFrom(...of.enum)
  switch (of.type) {
    case 'null':
      return fc.constant(null)
    case 'boolean':
      return fc.boolean()
    case 'integer':
    case 'number':
      return fc.integer({ min: Math.ceil(of.minimum ?? 0), max: Math.floor(of.maximum ?? 1_000) })
    case 'array':
      return fc.array(valuesOf(of.items ?? {}), { minLength: of.minItems ?? 0, maxLength: 3 })
    case 'object':
      return objectsOf(of)
    case undefined:
      return fc.jsonValue()
    default:
      return textsOf(of)
  }
}

function objectsOf({ properties = {}, required = [], additionalProperties }: Schema): fc.Arbitrary<unknown> {
  if (typeof additionalProperties === 'object')
    return fc.dictionary(fc.stringMatching(/^[a-z-]{1,20}$/), valuesOf(additionalProperties), { maxKeys: 3 })
  const values = Object.entries(properties).map(([name, of]) => [name, valuesOf(of)] as const)
  return fc.record(Object.fromEntries(values), { requiredKeys: [...required] })
}

function textsOf({ format, pattern, minLength = 0, maxLength = 100 }: Schema): fc.Arbitrary<string> {
  if (format === 'date') return days
  if (format === 'date-time') return days.map((day) => `${day}T00:00:00+07:00`)
  if (format === 'uuid') return fc.uuid()
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern))
  return fc.oneof(
    fc.constant('x'.repeat(maxLength)),
    fc.string({ unit: 'grapheme', minLength, maxLength: Math.min(maxLength, 40) }),
  )
}

/** In place of anything: of another type, out of every range, or text that no keyboard wrote. */
const HOSTILE_VALUES: readonly unknown[] = [
  ...[null, true, false, 0, -1, 1e308, -1e308, 2 ** 53, 0.1, '', ' ', [], {}, [null], { a: 1 }],
  ...['\u0000', `${PLANTED}\u0000`, '\ud800', `a\udfff${PLANTED}`, '\u202e', '\ufeff', '\u0007', '\n'],
  ...[PLANTED, 'x'.repeat(200_000), '0000-01-01', '9999-12-31', '2025-02-30', '-000001-01-01'],
  ...['0000-01-01T00:00:00Z', '9999-12-31T23:59:59.999999999999-23:59', 'NaN', 'Infinity', '1e9'],
  ...['__proto__', 'constructor', "'; drop table records; --", '${jndi:ldap://x}', '../../etc/passwd'],
  ...[[PLANTED], { [PLANTED]: PLANTED }, { '\u0000': true }, { '\ud800': true }, Array(2_000).fill(1)],
]

type Path = readonly (string | number)[]
/** The places of a value, itself first. */
function placesOf(value: unknown, at: Path = []): readonly Path[] {
  if (typeof value !== 'object' || value === null) return [at]
  return [at, ...Object.entries(value).flatMap(([name, inner]) => placesOf(inner, [...at, name]))]
}
function changed(value: unknown, [step, ...rest]: Path, change: (old: unknown) => unknown): unknown {
  if (step === undefined) return change(value)
  if (Array.isArray(value))
    return value.map((inner, index) => (String(index) === step ? changed(inner, rest, change) : inner))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      name === step ? changed(inner, rest, change) : inner,
    ]),
  )
}
const withoutOne = (value: unknown, which: number) => {
  if (typeof value !== 'object' || value === null) return undefined
  const names = Object.keys(value)
  return Object.fromEntries(Object.entries(value).filter(([name]) => name !== names[which % names.length]))
}
const asObject = (value: unknown) => (typeof value === 'object' && value !== null ? value : {})

export interface Broken {
  readonly fault: string
  readonly payload: string | Buffer | undefined
  readonly type: string | undefined
}
const JSON_TYPE = 'application/json'

/** One way to break a body: what it is called, and the body made of a good one. */
const TEXT_FAULTS: Readonly<Record<string, (text: string, which: number) => string | Buffer>> = {
  'cut off': (text, which) => text.slice(0, which % Math.max(1, text.length)),
  'with something after it': (text) => `${text}}`,
  'with a byte order mark': (text) => `\ufeff${text}`,
  'in single quotes': (text) => text.replaceAll('"', "'"),
  'in UTF-16': (text) => Buffer.from(text, 'utf16le'),
  'not UTF-8': (text) => Buffer.concat([Buffer.from(text.slice(0, -1)), Buffer.from([0xff, 0xfe, 0x7d])]),
  'a thousand brackets deep': () => `${'['.repeat(1_000)}${']'.repeat(1_000)}`,
  'a hundred thousand brackets that never close': () => '['.repeat(100_000),
  'with a key of the prototype': (text) => text.replace('{', '{"__proto__":{"admin":true},'),
  'with a constructor': (text) => text.replace('{', '{"constructor":{"prototype":{"admin":true}},'),
  'with not a number': (text) => text.replace(/:[^,}]+/, ':NaN'),
  'with a number of a thousand digits': (text) => text.replace(/:[^,}]+/, `:${'9'.repeat(1_000)}`),
  'with a raw control character': (text) => text.replace('"', '"\u0001'),
  empty: () => '',
  blank: () => ' \n\t',
}
const TYPES = [
  ...[undefined, 'text/plain', 'application/xml', 'text/csv', 'multipart/form-data; boundary=x', ';;;'],
  ...['application/x-www-form-urlencoded', 'application/octet-stream', 'application/json-seq', PLANTED],
]

const json = (fault: string, value: unknown) =>
  fc.constant<Broken>({ fault, payload: JSON.stringify(value) ?? '', type: JSON_TYPE })

/** Bodies made after a route's own schema and then broken. */
export const brokenBodies = (of: Schema): fc.Arbitrary<Broken> =>
  fc.tuple(valuesOf(of), fc.nat(10_000)).chain(([good, which]) => {
    const text = JSON.stringify(good)
    const places = placesOf(good)
    const place = places[which % places.length] ?? []
    return fc.oneof(
      { weight: 2, arbitrary: json('a field is missing', withoutOne(good, which)) },
      { weight: 2, arbitrary: json('a field too many', { ...asObject(good), [PLANTED]: PLANTED }) },
      {
        weight: 1,
        arbitrary: json('another’s field', { ...asObject(good), localityCode: 'H29', state: 'x' }),
      },
      { weight: 1, arbitrary: json('a list of it', [good]) },
      {
        weight: 8,
        arbitrary: fc.constantFrom(...HOSTILE_VALUES).map((value) => ({
          fault: `${JSON.stringify(value).slice(0, 40)} at ${place.join('/')}`,
          payload: JSON.stringify(changed(good, place, () => value)) ?? '',
          type: JSON_TYPE,
        })),
      },
      {
        weight: 5,
        arbitrary: fc.constantFrom(...Object.entries(TEXT_FAULTS)).map(([fault, spoil]) => ({
          fault,
          payload: spoil(text, which),
          type: JSON_TYPE,
        })),
      },
      {
        weight: 2,
        arbitrary: fc
          .constantFrom(...TYPES)
          .map((type) => ({ fault: `sent as ${type}`, payload: text, type })),
      },
    )
  })

/** In place of a part of an address. The router itself refuses what can not be decoded, or is longer than 100 characters. */
export const HOSTILE_SEGMENTS: readonly string[] = [
  ...['not-an-id', 'null', 'undefined', 'NaN', '-1', '0', '1e9', '*', '{}', '[]', "';--", '__proto__'],
  ...['constructor', 'toString', 'H2', 'h26', 'H260', 'H26 ', 'H26\u0000', '\u0000', '\ud7ff', '\uffff'],
  ...['0190a1b2-0000-7000-8000', '0190a1b2-0000-7000-8000-00000000000g', '0190a1b200007000800000000000000a'],
  ...['0190a1b2-0000-7000-8000-000000000001', '00000000-0000-0000-0000-000000000000', `{${'0'.repeat(36)}}`],
  ...['2025-02-30', '0000-01-01', '9999-12-31', '2025-9-1', '-2025-01-01', 'x'.repeat(99), 'x'.repeat(100)],
  ...[PLANTED, 'Hà Nội', '😀', '../../etc/passwd', '..', '.', '%2e%2e%2f', '%00', 'a/b', 'a\\b', '?', '#'],
]
/** In place of the value of a parameter of a query. */
export const HOSTILE_PARAMETERS: readonly string[] = [
  ...HOSTILE_SEGMENTS,
  ...['201', '1e2', '0x10', '1.5', ' 5', '9007199254740993', '1e309', 'true', '', 'open', 'H26', 'national'],
  ...['-9223372036854775809', '2147483648', '9007199254740991', '9'.repeat(190), 'x'.repeat(200)],
]
