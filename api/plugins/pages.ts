import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { extname, join, relative, sep } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { FastifyInstance } from 'fastify'

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
}
const START = '/index.html'
/** Vite puts here what is named after its content. */
const HASHED = '/assets/'
/** What the API answers itself, below as well. */
const API = /^\/(v1|docs|healthz|readyz|metrics|openapi\.json)(\/|$)/

/** Our pages load nothing from elsewhere, run nothing that stands in a page, and are shown in no other. */
export const PAGE_HEADERS = {
  'content-security-policy':
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'",
  'referrer-policy': 'no-referrer',
  'permissions-policy': [
    ...[
      'accelerometer',
      'autoplay',
      'camera',
      'display-capture',
      'encrypted-media',
      'fullscreen',
      'geolocation',
    ],
    ...['gyroscope', 'magnetometer', 'microphone', 'midi', 'payment', 'picture-in-picture'],
    ...['publickey-credentials-get', 'screen-wake-lock', 'usb', 'web-share', 'xr-spatial-tracking'],
  ]
    .map((feature) => `${feature}=()`)
    .join(', '),
} as const

interface Page {
  readonly content: Buffer
  readonly gzipped: Buffer
  readonly headers: Readonly<Record<string, string>>
}

/**
 * Serves the built pages of `web/` where the API has no address of that name, and the first of them for every other address
 * that a browser asks for as a page. They are read once: what is built later is served by the next start, whole. Without
 * any, nothing is served.
 */
export async function servePages(app: FastifyInstance, folder: string): Promise<void> {
  const pages = await readPages(folder)
  const start = pages.get(START)
  if (start === undefined) return
  app.addHook('onRequest', async (request, reply) => {
    const { method, headers, is404 } = request
    const [path = ''] = request.url.split('?', 1)
    if (!is404 || (method !== 'GET' && method !== 'HEAD') || API.test(path)) return undefined
    const page = pages.get(path) ?? (headers.accept?.includes('text/html') === true ? start : undefined)
    if (page === undefined) return undefined
    void reply.headers(page.headers)
    if (headers['accept-encoding']?.includes('gzip') !== true) return reply.send(page.content)
    return reply.header('content-encoding', 'gzip').send(page.gzipped)
  })
}

async function readPages(folder: string): Promise<ReadonlyMap<string, Page>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  return new Map(
    await Promise.all(
      files.map(async (file) => {
        const path = `/${relative(folder, file).split(sep).join('/')}`
        return [path, pageOf(path, await readFile(file))] as const
      }),
    ),
  )
}

function pageOf(path: string, content: Buffer): Page {
  return {
    content,
    gzipped: gzipSync(content, { level: 9 }),
    headers: {
      ...PAGE_HEADERS,
      'content-type': TYPES[extname(path)] ?? 'application/octet-stream',
      'cache-control': path.startsWith(HASHED) ? 'public, max-age=31536000, immutable' : 'no-cache',
      etag: `W/"${createHash('sha256').update(content).digest('base64url')}"`,
      vary: 'accept-encoding',
    },
  }
}
