import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { dossierBatchView, type DossierBatchView } from '../gateways/personnel-database/contract.ts'
import { endWith } from '../process-life.ts'
import { tallyView, type Tally } from './sync-tally.ts'

/**
 * Stands before the sandbox in a process of its own: late by a moment, now and then failing before the work or cutting
 * the connection after it, by the number of the batch, so that everybody meets the same. Counts what is sent again.
 */
const environment = z.object({ RECEIVER_PORT: z.coerce.number(), SANDBOX_URL: z.url() })
const dossierBatch = z.object({
  dossiers: z.array(z.object({ record: z.string(), versionNo: z.int() })),
})
const script = z.object({ latencyMs: z.int(), isFailing: z.boolean(), haltAt: z.int() })

const FAULTS_EVERY = 20
const FAILS_AT = 7
const LOSES_AT = 14
/** Longer than anybody needs to kill the sender. */
const HALT_MS = 5_000

const { RECEIVER_PORT: port, SANDBOX_URL: sandboxUrl } = environment.parse(process.env)
let rules: z.infer<typeof script> = { latencyMs: 0, isFailing: false, haltAt: 0 }
let tally: Tally
let applied: Set<string>
let acknowledged: Set<string>
forget()

function forget(): void {
  tally = { batches: 0, sentAcknowledged: 0, sentApplied: 0, isHalted: false, applied: [] }
  applied = new Set()
  acknowledged = new Set()
}

const versionOf = ({ record, versionNo }: { record: string; versionNo: number }) => `${record}#${versionNo}`
const acceptedOf = ({ results }: DossierBatchView) =>
  results.filter(({ outcome }) => outcome === 'accepted').map(versionOf)

async function passOn(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await text(request)
  const cameMs = Date.now()
  await pause(rules.latencyMs)
  const isBatch = request.method === 'POST' && request.url?.endsWith('/dossier-batches') === true
  if (isBatch) {
    tally.batches += 1
    const sent = dossierBatch.parse(JSON.parse(body)).dossiers.map(versionOf)
    const known = sent.filter((version) => acknowledged.has(version))
    tally.sentAcknowledged += known.length
    tally.sentApplied += sent.filter((version) => applied.has(version)).length - known.length
  }
  const turn = isBatch && rules.isFailing ? tally.batches % FAULTS_EVERY : 0
  if (turn === FAILS_AT) return end(response, 500, '{}')
  const answer = await fetch(`${sandboxUrl}${request.url}`, {
    method: request.method ?? 'GET',
    headers: pick(request, ['authorization', 'content-type', 'idempotency-key']),
    ...(body === '' ? {} : { body }),
  })
  const answered = await answer.text()
  const view = dossierBatchView.safeParse(answer.ok ? JSON.parse(answered) : null)
  const accepted = view.success ? acceptedOf(view.data) : []
  const fresh = accepted.filter((version) => !applied.has(version))
  for (const version of fresh) applied.add(version)
  if (fresh.length > 0) tally.applied.push({ cameMs, appliedMs: Date.now(), versions: fresh.length })
  if (isBatch && rules.haltAt > 0 && applied.size >= rules.haltAt && !tally.isHalted) {
    tally.isHalted = true
    await Promise.race([once(request.socket, 'close'), pause(HALT_MS)])
  }
  if (turn === LOSES_AT || request.socket.destroyed) return void request.socket.destroy()
  end(response, answer.status, answered)
  for (const version of accepted) acknowledged.add(version)
}

const pick = (request: IncomingMessage, names: readonly string[]) =>
  names.flatMap((name): [string, string][] => {
    const value = request.headers[name]
    return typeof value === 'string' ? [[name, value]] : []
  })

function end(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(body)
}

const server = createServer((request, response) => {
  const answer = async () => {
    if (request.url === '/tally') return end(response, 200, JSON.stringify(tallyView.parse(tally)))
    if (request.url !== '/script') return passOn(request, response)
    rules = script.parse(JSON.parse(await text(request)))
    forget()
    end(response, 200, '{}')
  }
  answer().catch((error: unknown) => {
    console.error(error)
    response.destroy()
  })
})
server.listen(port, '127.0.0.1', () => process.send?.('ready'))
endWith(async () => {
  server.closeAllConnections()
  server.close()
})
