import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PAGE_HEADERS } from '../../api/plugins/pages.ts'
import { ACTIONS } from '../../domain/access.ts'
import type { Browser } from 'playwright-core'
import { CAMPAIGN, CAMPAIGN_ID } from './board-fixture.ts'
import { openPage } from './browser.ts'

const PAGES = fileURLToPath(new URL('../../web/dist', import.meta.url))
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
}
/** What a request is answered; `never` leaves it open. */
export type Answer = { readonly status?: number; readonly body: unknown } | 'never'
export type Script = Record<string, Answer | ((body: unknown) => Answer)>

export interface Received {
  readonly method: string
  readonly path: string
  /** The idempotency key; empty without one. */
  readonly key: string
  readonly body: unknown
}

const WHO = {
  subject: '0198a1b2-0000-7000-8000-000000000001',
  name: 'coordinator-1',
  grants: [{ role: 'ministry-coordinator', localityCode: null }],
  mode: 'rehearsal',
  // More than any one role may, so that every act can be seen.
  actions: ACTIONS,
}

export const problemOf = (status: number, code: string, title: string): Answer => ({
  status,
  body: {
    type: `urn:dongbo:problem:${code}`,
    title,
    status,
    code,
    instance: '0f3c9a52-1111-4222-8333-444455556666',
  },
})

/**
 * The built pages over an API that answers what a test scripts, by `METHOD path`: for pictures of every state, and for
 * boards as large as no test campaign. What is not scripted is as a running rehearsal with nothing wrong.
 */
export async function startScriptedApi(script: Script) {
  const answers: Script = {
    'GET /v1/who-am-i': { body: WHO },
    'GET /v1/rehearsal-log-ins': { body: { logIns: [] } },
    'GET /v1/campaigns': { body: { campaigns: [CAMPAIGN], next: null } },
    [`GET /v1/campaigns/${CAMPAIGN_ID}`]: { body: CAMPAIGN },
    'GET /v1/clock': {
      body: {
        mode: 'rehearsal',
        now: '2025-08-29T22:00:00+07:00',
        daysPerSecond: 1,
        standing: 'paused',
        owed: [],
        holds: [],
      },
    },
    ...script,
  }
  const received: Received[] = []
  const streams = new Set<ServerResponse>()
  let streaming: 'open' | 'refused' = 'open'
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname } = new URL(request.url ?? '/', 'http://127.0.0.1')
    if (pathname === '/v1/events' && streaming === 'open') {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write(': here\n\n')
      streams.add(response)
      response.on('close', () => streams.delete(response))
      return
    }
    if (!pathname.startsWith('/v1')) return sendPage(pathname, response)
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const text = Buffer.concat(chunks).toString()
    const body: unknown = text === '' ? null : JSON.parse(text)
    const key = request.headers['idempotency-key']
    received.push({ method: request.method ?? '', path: pathname, key: String(key ?? ''), body })
    const scripted =
      answers[`${request.method} ${pathname}`] ?? problemOf(404, 'not-found', 'Không tìm thấy.')
    const answer = typeof scripted === 'function' ? scripted(body) : scripted
    if (answer === 'never') return
    const { status = 200 } = answer
    response
      .writeHead(status, { 'content-type': status < 400 ? 'application/json' : 'application/problem+json' })
      .end(answer.body === null ? '' : JSON.stringify(answer.body))
  }
  const server = createServer((request, response) => void handle(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    /** Every request so far, in order. */
    received,
    /** From now on that is answered. */
    say: (more: Script) => void Object.assign(answers, more),
    announce(event: string): void {
      for (const stream of streams) stream.write(`event: ${event}\ndata:\n\n`)
    },
    /** Ends the streams of events, and refuses or takes new ones. */
    breakStreams(next: 'open' | 'refused'): void {
      streaming = next
      for (const stream of streams) stream.end()
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** A page over an API that answers so. */
export async function openScripted(browser: Browser, path: string, script: Script) {
  const api = await startScriptedApi(script)
  const opened = await openPage(browser, `${api.url}${path}`)
  return {
    ...opened,
    api,
    async [Symbol.asyncDispose]() {
      await opened.context.close()
      await api[Symbol.asyncDispose]()
    },
  }
}

async function sendPage(pathname: string, response: ServerResponse): Promise<void> {
  const isFile = extname(pathname) !== ''
  const file = join(PAGES, isFile ? pathname : 'index.html')
  const content = await readFile(file).catch(() => null)
  response
    .writeHead(content === null ? 404 : 200, {
      'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
      ...PAGE_HEADERS,
    })
    .end(content ?? '')
}
