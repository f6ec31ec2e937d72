import { createServer, type Server } from 'node:http'
import { DefaultLogger, makeTelemetryFilterString, Runtime, type LogLevel } from '@temporalio/worker'
import { pino, type Logger } from 'pino'

/** One JSON line per event, with codes, ids and counts. Twelve and nine digits in a row never leave the process. */
export function createLogger(name: string, level: string): Logger {
  return pino({
    name,
    level,
    hooks: { streamWrite: (line) => line.replaceAll(/(?<!\d)(?:\d{12}|\d{9})(?!\d)/g, '[number]') },
  })
}

/** Gives the engine's client our logger; once per process, before any connection. */
export function installRuntime(logger: Logger): void {
  const report = new DefaultLogger('WARN', ({ level, message, meta }) => {
    const { workflowId, activityType, taskQueue } = meta ?? {}
    logger[pinoLevel(level)]({ workflowId, activityType, taskQueue }, message)
  })
  const filter = makeTelemetryFilterString({ core: 'WARN', other: 'ERROR' })
  Runtime.install({
    logger: report,
    // Its core would otherwise write lines of its own kind to the error output.
    telemetryOptions: { logging: { filter, forward: {} } },
    // Our own mains decide when a worker ends.
    shutdownSignals: [],
  })
}

const pinoLevel = (level: LogLevel) => (level === 'ERROR' ? 'error' : level === 'WARN' ? 'warn' : 'info')

/** `GET /healthz` answers 200 while the process works. */
export function serveHealth(port: number, isHealthy: () => boolean): Promise<Server> {
  const server = createServer((_request, response) => {
    response.writeHead(isHealthy() ? 200 : 503, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ healthy: isHealthy() }))
  })
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => resolve(server))
  })
}
