import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js'
import type { History } from '@temporalio/common/lib/proto-utils.js'

export const HISTORIES = fileURLToPath(new URL('../replay/histories/', import.meta.url))

/** A history as text, the payloads of its events, failures, headers and memos as what they carry. */
export const readableHistory = (history: History): string =>
  historyToJSON(history).replaceAll(/"data":\s*"([A-Za-z0-9+/=]+)"/g, (_all, data: string) =>
    Buffer.from(data, 'base64').toString(),
  )

/**
 * With `RECORD_HISTORIES` set, keeps one history of each kind of process for the replay gate: made of invented people
 * only, and searched for them before it is kept.
 */
export async function recordHistory(history: History): Promise<void> {
  if (process.env['RECORD_HISTORIES'] === undefined) return
  const type = history.events?.[0]?.workflowExecutionStartedEventAttributes?.workflowType?.name ?? 'unknown'
  mkdirSync(HISTORIES, { recursive: true })
  // Where a step failed is nobody's business, and names this machine's folders.
  const text = historyToJSON(history).replaceAll(/"stackTrace": "(?:[^"\\]|\\.)*"/g, '"stackTrace": ""')
  writeFileSync(`${HISTORIES}${type}-${history.events?.length ?? 0}.json`, text)
}
