import { z } from 'zod'
import { readConfig } from '../config.ts'
import { readSandboxPort } from './access-kept.ts'
import type { Answer } from './answers.ts'
import type { Group } from './commands.ts'
import { EXIT, Stop } from './exit-codes.ts'
import type { Session } from './session.ts'
import { showTable } from './tables.ts'
import type { Terminal } from './terminal.ts'

const ANSWER_WITHIN_MS = 5_000
const NONE = 'none'

/** What the sandbox answers. Kinds and their settings are its own: what it does not know it refuses, and says why. */
const fault = z.looseObject({ kind: z.string() }).nullable()
const faultList = z.record(z.string(), fault)
const faultView = z.object({ system: z.string(), fault })
const refused = z.object({ error: z.string() })
type Fault = z.infer<typeof fault>

const number = z.coerce.number().optional()
const settings = z.object({
  times: number,
  delayMs: number,
  retryAfterSeconds: number,
  share: number,
  seed: number,
  records: z
    .string()
    .transform((text) => text.split(',').map((record) => record.trim()))
    .optional(),
})
const address = ['--sandbox <url>', { vi: 'địa chỉ hệ thống mô phỏng', en: 'where the sandbox is' }] as const
const where = z.object({ sandbox: z.url({ protocol: /^https?$/ }).optional() })

export function sandboxCommands(root: Group): void {
  const sandbox = root.group('sandbox', {
    vi: 'hệ thống mô phỏng của cuộc diễn tập',
    en: 'a rehearsal’s simulated systems',
  })
  sandbox.command({
    usage: 'faults',
    says: { vi: 'sự cố đang bật của từng hệ thống', en: 'the fault of each system' },
    options: [address],
    given: where,
    async act(session, given) {
      session.show(await ask(session, given.sandbox, faultList, { method: 'GET' }), (faults) =>
        describeFaults(Object.entries(faults), session.terminal),
      )
      return EXIT.done
    },
  })
  sandbox.command({
    usage: 'fault <system> <kind>',
    says: {
      vi: 'bật một sự cố cho một hệ thống; none: tắt',
      en: 'switch a fault of a system on; none: lift it',
    },
    options: [
      address,
      ['--times <n>', { vi: 'chỉ n yêu cầu; không có: tất cả', en: 'only n requests; without it all' }],
      ['--delay-ms <n>', { vi: 'chậm bao lâu', en: 'for how long it delays' }],
      ['--retry-after-seconds <n>', { vi: 'bận trong bao lâu', en: 'for how long it says it is busy' }],
      ['--share <n>', { vi: 'tỷ lệ, từ 0 đến 1', en: 'a share, from 0 to 1' }],
      ['--seed <n>', { vi: 'hạt giống để rút lại đúng như cũ', en: 'draws the same again' }],
      ['--records <list>', { vi: 'hồ sơ, cách nhau dấu phẩy', en: 'records: source/record_code,…' }],
    ],
    given: where.extend({ system: z.string(), kind: z.string(), ...settings.shape }),
    async act(session, { sandbox: url, system, kind, ...rest }) {
      const path = `/${encodeURIComponent(system)}`
      const set = kind === NONE ? { method: 'DELETE' } : { method: 'PUT', body: { kind, ...rest } }
      session.show(await ask(session, url, faultView, { path, ...set }), (view) =>
        describeFaults([[view.system, view.fault]], session.terminal),
      )
      return EXIT.done
    },
  })
}

/** `--sandbox`, else `DONGBO_SANDBOX_URL`, else where the rehearsal in this home put it. @throws Stop where there is none */
async function findSandbox({ io, home }: Session, given: string | undefined): Promise<string> {
  const named = given ?? readConfig('cli', io.environment).DONGBO_SANDBOX_URL
  return named === undefined ? `http://127.0.0.1:${await readSandboxPort(home)}` : named.replace(/\/+$/, '')
}

async function ask<T>(
  session: Session,
  given: string | undefined,
  schema: z.ZodType<T>,
  request: { readonly method: string; readonly path?: string; readonly body?: object },
): Promise<Answer<T>> {
  const url = await findSandbox(session, given)
  const { method, path = '', body } = request
  const answered = await fetch(`${url}/control/v1/faults${path}`, {
    method,
    signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    ...(body === undefined
      ? {}
      : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  })
    .then(async (response) => ({ status: response.status, text: await response.text() }))
    .catch(() => {
      throw new Stop(EXIT.noAnswer, {
        vi: `Không có hệ thống mô phỏng nào trả lời tại ${url}.`,
        en: `No sandbox answers at ${url}.`,
      })
    })
  const { status, text } = answered
  const json = parseJson(text)
  if (status === 400) {
    const { data } = refused.safeParse(json)
    if (data !== undefined)
      throw new Stop(EXIT.wrongUsage, { vi: `Hệ thống mô phỏng từ chối: ${data.error}`, en: data.error })
  }
  const { data } = schema.safeParse(json)
  if (status === 200 && data !== undefined) return { value: data, text, status }
  throw new Stop(EXIT.unexpected, {
    vi: `Tại ${url} không phải là hệ thống mô phỏng của phiên bản này (${status}).`,
    en: `What answers at ${url} is no sandbox of this version (${status}).`,
  })
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // No JSON is no answer of a sandbox: no schema accepts undefined.
    return undefined
  }
}

const describeFaults = (
  faults: readonly (readonly [system: string, fault: Fault])[],
  { pick }: Terminal,
): string =>
  showTable(
    [
      { title: pick({ vi: 'Hệ thống', en: 'System' }), cell: ([system]) => system },
      { title: pick({ vi: 'Sự cố', en: 'Fault' }), cell: ([, found]) => found?.kind ?? NONE },
      { title: pick({ vi: 'Chi tiết', en: 'Settings' }), cell: ([, found]) => describeSettings(found) },
    ],
    faults,
  )

const describeSettings = (found: Fault): string =>
  Object.entries(found ?? {})
    .filter(([name]) => name !== 'kind')
    .map(([name, value]) => `${name} ${String(value)}`)
    .join(', ')
