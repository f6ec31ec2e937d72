import { createHash } from 'node:crypto'
import { parse, CsvError } from 'csv-parse/sync'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { explain, Refusal } from '../../domain/errors.ts'
import { toHanoiIso } from '../../domain/hanoi-time.ts'
import { recogniseDelimiter } from '../../domain/records.ts'
import { linesOf } from '../../domain/records-pages.ts'
import { clean, isWellFormedText } from '../../domain/records-text.ts'
import { checkUnitTree, UNIT_COLUMNS, UNIT_RULES, type UnitFault, type UnitRow } from '../../domain/units.ts'
import type { UnitStore } from '../../drizzle/stores/units.ts'
import { localityParams, pageByUnit, problems } from '../contract/shapes.ts'
import { treeFaults, treeList, treeView, unitList } from '../contract/units.ts'
import { languageOf, STATUS_OF } from '../plugins/problems.ts'

export interface UnitRoutesDeps {
  readonly units: UnitStore
}

const FILE_BYTES_MAX = 8 * 1_048_576
const FAULTS_SHOWN_MAX = 1_000

export const unitRoutes: FastifyPluginAsyncZod<UnitRoutesDeps> = async (app, { units }) => {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    'text/csv',
    { parseAs: 'buffer', bodyLimit: FILE_BYTES_MAX },
    (_request, body, done) => done(null, body),
  )

  app.post(
    '/localities/:code/units',
    {
      config: { action: 'unit-tree.upload', idempotency: 'stream' },
      bodyLimit: FILE_BYTES_MAX,
      schema: {
        tags: ['Units'],
        summary:
          'Upload the body’s whole unit tree as CSV; a faulty one is refused with every fault, line by line',
        consumes: ['text/csv'],
        params: localityParams,
        response: { 201: treeView, ...problems, 422: treeFaults },
      },
    },
    async (request, reply) => {
      const { params, actor, operation, body } = request
      if (!(body instanceof Buffer)) throw new Refusal('unsupported-media-type')
      const { rows, faults: ofCells } = readRows(body)
      const { units: checked, faults: found } = checkUnitTree(rows, params.code)
      const faults = [...ofCells, ...found].toSorted((one, other) => one.line - other.line)
      const [first] = faults
      if (first !== undefined) {
        const { line, field, rule } = first
        const details = { count: faults.length, line, field, rule }
        return reply
          .code(STATUS_OF['unit-tree-invalid'])
          .type('application/problem+json')
          .send({
            type: 'urn:dongbo:problem:unit-tree-invalid',
            title: explain('unit-tree-invalid', details, languageOf(request)),
            status: STATUS_OF['unit-tree-invalid'],
            code: 'unit-tree-invalid',
            instance: request.id,
            faults: faults.slice(0, FAULTS_SHOWN_MAX).map((fault) => ({
              ...fault,
              messageVi: UNIT_RULES[fault.rule].vi,
              messageEn: UNIT_RULES[fault.rule].en,
            })),
          })
      }
      const version = await units.keepTree({
        treeId: operation.id,
        localityCode: params.code,
        sha256: createHash('sha256').update(body).digest(),
        units: checked,
        actor: actor.subject,
        occurredMs: operation.occurredMs,
      })
      return reply.code(201).send({ treeId: operation.id, version, units: checked.length })
    },
  )

  app.get(
    '/localities/:code/unit-trees',
    {
      config: { action: 'locality.read' },
      schema: {
        tags: ['Units'],
        summary: 'The versions of a body’s unit tree, newest first',
        params: localityParams,
        response: { 200: treeList, ...problems },
      },
    },
    async ({ params, scope }) => ({
      trees: (await units.readTrees(scope, params.code)).map(({ unitCount, refusalReasons, ...tree }) => ({
        treeId: tree.treeId,
        version: tree.version,
        units: unitCount,
        uploadedAt: toHanoiIso(tree.uploadedAt),
        acceptedAt: tree.acceptedAt === null ? null : toHanoiIso(tree.acceptedAt),
        confirmedAt: tree.confirmedAt === null ? null : toHanoiIso(tree.confirmedAt),
        refusedAt: tree.refusedAt === null ? null : toHanoiIso(tree.refusedAt),
        refusalReasons: refusalReasons ?? [],
      })),
    }),
  )

  app.get(
    '/localities/:code/units',
    {
      config: { action: 'locality.read' },
      schema: {
        tags: ['Units'],
        summary: 'The units of a body that are in force, by code',
        params: localityParams,
        querystring: pageByUnit,
        response: { 200: unitList, ...problems },
      },
    },
    async ({ params, query, scope }) => {
      const rows = await units.readUnits(scope, params.code, { after: query.after ?? '', limit: query.limit })
      return { units: rows, next: rows.length === query.limit ? (rows.at(-1)?.code ?? null) : null }
    },
  )
}

interface Read {
  readonly rows: readonly UnitRow[]
  readonly faults: readonly UnitFault[]
}

/** The file's rows by column name, each with its line. @throws Refusal naming the line */
function readRows(body: Buffer): Read {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(body)
  } catch {
    throw new Refusal('file-not-utf8', { line: 1 })
  }
  const [firstLine = ''] = text.split('\n', 1)
  const table = readTable(text, recogniseDelimiter(firstLine))
  const [header, ...rows] = table
  if (header === undefined || rows.length === 0) throw new Refusal('file-empty')
  const columns = header.cells.map((cell) =>
    UNIT_COLUMNS.find((column) => column === clean(cell).toLowerCase()),
  )
  for (const column of UNIT_COLUMNS)
    if (columns.filter((found) => found === column).length !== 1)
      throw new Refusal('file-header', { field: column })
  return {
    rows: rows.map(({ cells, line }) => ({
      line,
      ...Object.fromEntries(
        columns.flatMap((column, index) => (column === undefined ? [] : [[column, cells[index] ?? '']])),
      ),
    })),
    faults: rows.flatMap((row) => faultsOfCells(row, columns)),
  }
}

/** Faults of a line's cells before it is known what they mean. */
function faultsOfCells({ cells, line }: Row, columns: readonly (string | undefined)[]): readonly UnitFault[] {
  const texts = cells.map(clean)
  const damaged = columns.flatMap((field, index) =>
    field === undefined || isWellFormedText(texts[index] ?? '')
      ? []
      : [{ line, field, rule: 'text-not-well-formed' as const }],
  )
  // Under no column: what stands there would be lost, and the others may have slipped. A table program writes empty ones.
  const at = texts.findIndex((text, index) => index >= columns.length && text !== '')
  return at === -1 ? damaged : [...damaged, { line, field: `#${at + 1}`, rule: 'surplus-cell' }]
}

interface Row {
  readonly cells: readonly string[]
  readonly line: number
}

function readTable(text: string, delimiter: string): readonly Row[] {
  // Named, because the parser believes the first line end it sees: in a file with both kinds, lines would be lost.
  const record_delimiter = ['\r\n', '\n']
  const options = {
    delimiter,
    record_delimiter,
    bom: true,
    relax_column_count: true,
    skip_empty_lines: true,
  }
  try {
    const rows: string[][] = parse(text, options)
    const lines = linesOf({ firstLine: 1, body: new TextEncoder().encode(text) }, delimiter)
    return rows.map((cells, index) => ({ cells, line: lines[index] ?? 1 }))
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    const line = typeof error['lines'] === 'number' ? error['lines'] : 0
    throw new Refusal('file-shape', { line, rule: error.code })
  }
}
