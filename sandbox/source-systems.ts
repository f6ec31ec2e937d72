import { Readable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { findLocality, type Locality } from '../domain/localities.ts'
import type { Journal } from './journal.ts'
import { correctableOf, entryLinesOf, HEADER, sourcesOf, unitTreeOf } from './source-files.ts'

export interface InventedPeople {
  readonly seed: number
  readonly bodies: readonly Locality[]
  /** People per body. */
  readonly perBody: number
}

const LINES_AT_ONCE = 1_000
const sourceParams = z.object({ source: z.string() })
const bodyParams = z.object({ code: z.string() })
const exportQuery = z.strictObject({
  /** Only what was corrected. */
  corrected: z.enum(['true', 'false']).default('false'),
})
/** Records whose entries are wrong and have been looked up on paper. */
const correctionsRequest = z.strictObject({ recordCodes: z.array(z.string()).max(5_000) })
export const correctionsView = z.object({ corrected: z.int() })
/**
 * Stands in for the software in which each predecessor kept its records: hands them out as files, with what is wrong in
 * them, and takes corrections, which are made at the source and nowhere else.
 */
export async function sourceSystems(
  app: FastifyInstance,
  { journal, people }: { readonly journal: Journal; readonly people: InventedPeople | undefined },
): Promise<void> {
  if (people === undefined) return
  const { bodies, seed, perBody } = people
  const all = bodies.flatMap((locality) =>
    sourcesOf(locality).map((source, index) => ({ locality, index, seed, people: perBody, ...source })),
  )
  const find = (code: string) => all.find((source) => source.code === code)

  app.get('/v1', () => ({
    sources: all.map(({ code, locality, name, vendor }) => ({
      source: code,
      localityCode: locality.code,
      name,
      vendor,
      file: `/source-systems/v1/${code}/records.csv`,
    })),
  }))

  app.get('/v1/:source/records.csv', async (request, reply) => {
    const source = find(sourceParams.parse(request.params).source)
    if (source === undefined) return reply.code(404).send({ error: 'no such source system' })
    const { corrected } = exportQuery.parse(request.query)
    const rows = await journal<{ record_code: string }[]>`
      select record_code from source_corrections where source = ${source.code}`
    const changed = new Set(rows.map((row) => row.record_code))
    const lines = entryLinesOf(source, changed)
    return reply
      .type('text/csv; charset=utf-8')
      .send(Readable.from(inPieces(lines, (code) => corrected === 'false' || changed.has(code))))
  })

  app.post('/v1/:source/corrections', async (request, reply) => {
    const source = find(sourceParams.parse(request.params).source)
    if (source === undefined) return reply.code(404).send({ error: 'no such source system' })
    const { recordCodes } = correctionsRequest.parse(request.body)
    const corrected = correctableOf(source, new Set(recordCodes))
    await journal`insert into source_corrections select ${source.code}, code from unnest(${corrected}::text[]) as code
      on conflict do nothing`
    return { corrected: corrected.length }
  })

  app.get('/v1/unit-trees/:code.csv', async (request, reply) => {
    const { code } = bodyParams.parse(request.params)
    const locality = findLocality(code)
    if (locality === undefined) return reply.code(404).send({ error: 'no such body' })
    return reply.type('text/csv; charset=utf-8').send(unitTreeOf(locality, 'good'))
  })
}

function* inPieces(
  lines: Iterable<readonly [string, string]>,
  isWanted: (recordCode: string) => boolean,
): Generator<string> {
  let piece = HEADER
  let held = 0
  for (const [recordCode, line] of lines) {
    if (!isWanted(recordCode)) continue
    piece += `\r\n${line}`
    held += 1
    if (held % LINES_AT_ONCE !== 0) continue
    yield piece
    piece = ''
  }
  yield piece
}
