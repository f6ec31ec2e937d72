import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { TextDecoder } from 'node:util'
import { parse } from 'csv-parse/sync'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import type { Scope } from '../../domain/access.ts'
import { Refusal } from '../../domain/errors.ts'
import { toHanoiIso } from '../../domain/hanoi-time.ts'
import { REJECT_COLUMNS } from '../../domain/records-fields.ts'
import { createPageCutter, type Page } from '../../domain/records-pages.ts'
import { csvCell, recogniseDelimiter, recogniseHeader, rejectLine } from '../../domain/records.ts'
import type { LocalityStore } from '../../drizzle/stores/localities.ts'
import type { IntakeStore } from '../../drizzle/stores/records-intake.ts'
import type { SoftwareStore } from '../../drizzle/stores/software.ts'
import { CONVERSION_WORKFLOW, conversionWorkflowId } from '../../workflows/contract/records.ts'
import { localityParams, pageById, problems } from '../contract/shapes.ts'
import { intakeList, intakeParams, intakeView, uploadQuery } from '../contract/records.ts'

export interface RecordRoutesDeps {
  readonly intakes: IntakeStore
  readonly software: SoftwareStore
  readonly localities: LocalityStore
}

/** A file of the largest body many times over; what it needs in memory does not depend on it. */
const FILE_BYTES_MAX = 8 * 1_073_741_824
/** A lone carriage return ends no line: taken for an end, it would hide what stands behind it. */
const LINES = { record_delimiter: ['\r\n', '\n'] }
const conversion = { workflow: CONVERSION_WORKFLOW, processId: conversionWorkflowId }

interface Upload {
  readonly intakeId: string
  readonly localityCode: string
  readonly sourceId: number
  readonly uploadedBy: string
  readonly occurredMs: number
}

export const recordRoutes: FastifyPluginAsyncZod<RecordRoutesDeps> = async (
  app,
  { intakes, software, localities },
) => {
  // Nothing but CSV: what is parsed as JSON would be held in memory whole, up to the limit of a file.
  app.removeAllContentTypeParsers()
  // The body is taken as it comes; whoever sends it slowly holds one page in memory.
  app.addContentTypeParser('text/csv', (_request, payload, done) => done(null, payload))

  async function viewOf(scope: Scope, intakeId: string) {
    const found = await intakes.readIntake(scope, intakeId)
    if (found === null) throw new Refusal('not-found')
    const { receivedAt, convertedAt, parkedAt, header: _header, delimiter: _delimiter, ...intake } = found
    const state = convertedAt !== null ? 'converted' : parkedAt !== null ? 'parked' : 'converting'
    return {
      ...intake,
      state,
      receivedAt: receivedAt === null ? null : toHanoiIso(receivedAt),
      convertedAt: convertedAt === null ? null : toHanoiIso(convertedAt),
    } as const
  }

  app.post(
    '/localities/:code/intakes',
    {
      config: { action: 'intake.upload', idempotency: 'stream' },
      bodyLimit: FILE_BYTES_MAX,
      schema: {
        tags: ['Records'],
        summary: 'Hand in records as CSV of any size; answered once every byte is kept',
        consumes: ['text/csv'],
        params: localityParams,
        querystring: uploadQuery,
        response: { 200: intakeView, 202: intakeView, ...problems },
      },
    },
    async (request, reply) => {
      const { params, query, body, scope, actor, operation } = request
      if (!(body instanceof Readable)) throw new Refusal('unsupported-media-type')
      const source = await software.findSource(scope, params.code, query.source)
      if (source === null) throw new Refusal('unknown-source')
      const upload = {
        intakeId: operation.id,
        localityCode: params.code,
        sourceId: source.sourceId,
        uploadedBy: actor.subject,
        occurredMs: operation.occurredMs,
      }
      try {
        const kept = await keepFile(intakes, upload, body.iterator({ destroyOnReturn: false }))
        request.fileSha256 = kept.sha256
        const same = await intakes.findSame(source.sourceId, kept.sha256)
        if (same !== null && same !== upload.intakeId) {
          await intakes.drop(upload.intakeId)
          return reply.code(200).send(await viewOf(scope, same))
        }
        const campaignId = await localities.readRunningCampaign(params.code)
        await intakes.receive({ ...upload, ...kept, campaignId, actor: actor.subject }, conversion)
      } catch (error) {
        await intakes.drop(upload.intakeId)
        throw error
      }
      return reply.code(202).send(await viewOf(scope, upload.intakeId))
    },
  )

  app.get(
    '/localities/:code/intakes',
    {
      config: { action: 'intake.read' },
      schema: {
        tags: ['Records'],
        summary: 'A body’s intakes, newest first',
        params: localityParams,
        querystring: pageById,
        response: { 200: intakeList, ...problems },
      },
    },
    async ({ params, query, scope }) => {
      const page = { before: query.after ?? null, limit: query.limit }
      const rows = await intakes.readIntakes(scope, params.code, page)
      const views = await Promise.all(rows.map(({ intakeId }) => viewOf(scope, intakeId)))
      return { intakes: views, next: rows.length === query.limit ? (rows.at(-1)?.intakeId ?? null) : null }
    },
  )

  app.get(
    '/intakes/:intakeId',
    {
      config: { action: 'intake.read' },
      schema: {
        tags: ['Records'],
        summary: 'What became of an intake’s lines',
        params: intakeParams,
        response: { 200: intakeView, ...problems },
      },
    },
    async ({ params, scope }) => viewOf(scope, params.intakeId),
  )

  app.get(
    '/intakes/:intakeId/rejects',
    {
      config: { action: 'rejects.read' },
      schema: {
        tags: ['Records'],
        summary:
          'The rejected lines as CSV with line, field and rule; corrected, the file can be uploaded as it is',
        produces: ['text/csv'],
        params: intakeParams,
      },
    },
    async ({ params, scope }, reply) => {
      const intake = await intakes.readIntake(scope, params.intakeId)
      if (intake === null) throw new Refusal('not-found')
      return reply.type('text/csv; charset=utf-8').send(Readable.from(rejectsFile(intakes, intake)))
    },
  )
}

/** Cuts the file into pages and keeps each; answers what it was. Nothing is believed before the header is understood. */
async function keepFile(intakes: IntakeStore, upload: Upload, body: AsyncIterable<unknown>) {
  const hash = createHash('sha256')
  const cutter = createPageCutter()
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let begun = false
  let pages = 0
  let rows = 0
  async function keep(page: Page): Promise<void> {
    assertUtf8(page, decoder)
    pages += 1
    rows += page.rows
    await intakes.keepPage(upload, pages, page)
  }
  async function begin(): Promise<void> {
    const header = cutter.header()
    if (begun || header === null) return
    begun = true
    const text = decodeOr(header, decoder, 1).replace(/\r$/, '')
    const delimiter = recogniseDelimiter(text)
    const [cells = [], ...more]: string[][] = parse(text, { ...LINES, delimiter, relax_quotes: true })
    if (more.length > 0) throw new Refusal('file-shape', { line: 1, rule: 'header' })
    recogniseHeader(cells)
    await intakes.begin({ ...upload, header: cells, delimiter })
  }
  for await (const chunk of body) {
    if (!(chunk instanceof Uint8Array)) throw new Refusal('unsupported-media-type')
    hash.update(chunk)
    const complete = cutter.push(chunk)
    await begin()
    for (const page of complete) await keep(page)
  }
  const rest = cutter.end()
  await begin()
  for (const page of rest) await keep(page)
  if (rows === 0) throw new Refusal('file-empty')
  return { sha256: hash.digest(), rows, pages }
}

function decodeOr(bytes: Uint8Array, decoder: TextDecoder, line: number): string {
  try {
    return decoder.decode(bytes)
  } catch {
    throw new Refusal('file-not-utf8', { line })
  }
}

/** Names the line, not only the page. */
function assertUtf8(page: Page, decoder: TextDecoder): void {
  try {
    decoder.decode(page.body)
  } catch {
    let line = page.firstLine
    for (let start = 0; start < page.body.length; line += 1) {
      const end = page.body.indexOf(0x0a, start)
      decodeOr(page.body.subarray(start, end === -1 ? page.body.length : end), decoder, line)
      start = end === -1 ? page.body.length : end + 1
    }
    throw new Refusal('file-not-utf8', { line: page.firstLine })
  }
}

type Intake = NonNullable<Awaited<ReturnType<IntakeStore['readIntake']>>>

async function* rejectsFile(
  intakes: IntakeStore,
  { intakeId, header, delimiter }: Intake,
): AsyncGenerator<string> {
  const kept = header.map((cell, index) => ({ cell, index })).filter(({ cell }) => !isRejectColumn(cell))
  yield `\ufeff${[...REJECT_COLUMNS, ...kept.map(({ cell }) => cell)].map((cell) => csvCell(cell, delimiter)).join(delimiter)}\r\n`
  for (let after = 0; ;) {
    const page = await intakes.readRejectsPage(intakeId, after)
    if (page === null) return
    const rows: string[][] = parse(page.body, {
      ...LINES,
      delimiter,
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
    })
    for (const { rowNo, line, fields, rules } of page.rejects) {
      const cells = rows[rowNo] ?? []
      const faults = rules.map((rule, index) => ({ rule, field: fields[index] ?? '' }))
      yield rejectLine(
        line,
        faults,
        kept.map(({ index }) => cells[index] ?? ''),
        delimiter,
      )
    }
    after = page.pageNo
  }
}
const isRejectColumn = (cell: string) => REJECT_COLUMNS.some((column) => column === cell.trim().toLowerCase())
