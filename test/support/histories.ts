import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { historyFromJSON, historyToJSON } from '@temporalio/common/lib/proto-utils.js'
import type { History } from '@temporalio/common/lib/proto-utils.js'

export const HISTORIES = fileURLToPath(new URL('../replay/histories/', import.meta.url))
export const typeOf = (history: History): string =>
  history.events?.[0]?.workflowExecutionStartedEventAttributes?.workflowType?.name ?? ''

/** `syncWindowWorkflow.parked.json`; what code before a patch recorded keeps that patch in its name, `….before-ask-first.json`. */
const FILE_NAME = /^(?<type>\w+)\.(?<point>[\w-]+?)(?:\.before-(?<patch>[\w-]+))?\.json$/

export interface RecordedFile {
  readonly file: string
  readonly type: string
  readonly point: string
  /** The change before which it was recorded; null where it is how today's code goes there. */
  readonly patch: string | null
}

const fileOf = (type: string, point: string) => `${type}.${point}.json`
export const isRecorded = (type: string, point: string): boolean =>
  existsSync(HISTORIES + fileOf(type, point))

/** @throws Error where a file has no name of that shape */
export function readName(file: string): RecordedFile {
  const { type, point, patch } = FILE_NAME.exec(file)?.groups ?? {}
  if (type === undefined || point === undefined) throw new Error(`${file} names no kind of process and point`)
  return { file, type, point, patch: patch ?? null }
}
export const listRecorded = (): readonly RecordedFile[] => readdirSync(HISTORIES).map(readName)
export const readRecorded = ({ file }: RecordedFile): History =>
  historyFromJSON(JSON.parse(readFileSync(HISTORIES + file, 'utf8')))

const bytes = ({ file }: RecordedFile) => statSync(HISTORIES + file).size
/** The histories of some kinds of process by file name, short ones first; read as they are taken. */
export function* readRecordedOf(types: readonly string[]): Generator<readonly [string, History]> {
  const wanted = listRecorded().filter(({ type }) => types.includes(type))
  for (const recorded of wanted.toSorted((one, other) => bytes(one) - bytes(other)))
    yield [recorded.file, readRecorded(recorded)]
}

/** A history as text, the payloads of its events, failures, headers and memos as what they carry. */
export const readableHistory = (history: History): string =>
  historyToJSON(history).replaceAll(/"data":\s*"([A-Za-z0-9+/=]+)"/g, (_all, data: string) =>
    Buffer.from(data, 'base64').toString(),
  )

/**
 * Keeps a history for the replay gate, one event a line, unless that point has one: what is there was made by code that
 * may still be running somewhere. Nothing in it names a machine.
 * @throws Error where one of `personal` stands in it
 */
export function keepHistory(history: History, point: string, personal: readonly string[]): void {
  const type = typeOf(history)
  if (isRecorded(type, point)) return
  const readable = readableHistory(history)
  if (personal.some((value) => readable.includes(value)))
    throw new Error(`${type} at ${point} names somebody`)
  const { events }: { events: unknown[] } = JSON.parse(historyToJSON(history), withoutMachine)
  mkdirSync(HISTORIES, { recursive: true })
  const lines = events.map((event) => JSON.stringify(event))
  writeFileSync(HISTORIES + fileOf(type, point), `{"events":[\n${lines.join(',\n')}\n]}\n`)
}

/** Workers and clients name themselves and queues of their own by host and process, stack traces name folders. */
const OF_THE_MACHINE = ['identity', 'stackTrace', 'workerVersion', 'requestId', 'taskId', 'meteringMetadata']

function withoutMachine(name: string, value: unknown): unknown {
  if (OF_THE_MACHINE.includes(name)) return undefined
  const isOwnQueue =
    typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'TASK_QUEUE_KIND_STICKY'
  return isOwnQueue ? { ...value, name: 'sticky' } : value
}
