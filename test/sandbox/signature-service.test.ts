import { execFileSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createSignatureService, type SignatureService } from '../../gateways/signature-service/client.ts'
import { verifySignature } from '../../gateways/signature-service/verify.ts'
import { SANDBOX_SECRET, startSandbox, type Sandbox } from '../support/sandbox.ts'

const manifest = '{"leaves":3,"root":"sha256:aa"}'
let sandbox: Sandbox
let service: SignatureService
beforeAll(async () => {
  sandbox = await startSandbox()
  service = createSignatureService({
    url: `${sandbox.url}/signature-service`,
    secret: SANDBOX_SECRET,
    timeoutMs: 5_000,
  })
})
afterAll(() => sandbox[Symbol.asyncDispose]())

const sign = (localityCode: string, sessionId = randomUUID()) =>
  service.sign({ localityCode, signer: 'somebody', sessionId, manifest })

test('a signature over a manifest is valid for its body, and for no other body, manifest or time of its certificate', async () => {
  const signature = await sign('H26')
  const anchors = await service.readTrustAnchors()
  const verify = (change: object) =>
    verifySignature({ ...signature, manifest, localityCode: 'H26', anchors, atMs: Date.now(), ...change })
  expect(await verify({})).toBe(true)
  expect(await verify({ manifest: manifest.replace('3', '4') })).toBe(false)
  expect(await verify({ localityCode: 'G09' })).toBe(false)
  expect(await verify({ atMs: Date.parse('2020-01-01T00:00:00Z') })).toBe(false)
  expect(await verify({ atMs: Date.parse('2099-01-01T00:00:00Z') })).toBe(false)
  expect(await verify({ certificateSha256: Buffer.alloc(32) })).toBe(false)
  expect(await verify({ cms: Buffer.from('nonsense') })).toBe(false)
})

test('a body’s key is made once, and a session has one signature', async () => {
  const sessionId = randomUUID()
  const [one, again, other] = [await sign('H01', sessionId), await sign('H01', sessionId), await sign('H01')]
  expect(again).toEqual(one)
  expect(other.certificateSha256).toEqual(one.certificateSha256)
})

test('openssl accepts the signature as CAdES with nothing but the authority', async () => {
  const { cms } = await sign('H29')
  const folder = mkdtempSync(join(tmpdir(), 'dongbo-cms-'))
  const file = (name: string, content: string | Uint8Array) => {
    writeFileSync(join(folder, name), content)
    return join(folder, name)
  }
  const [anchor = ''] = await service.readTrustAnchors()
  const flags = [
    'cms',
    '-verify',
    '-cades',
    '-binary',
    '-inform',
    'DER',
    '-purpose',
    'any',
    '-out',
    '/dev/null',
  ]
  const files = [
    '-in',
    file('m.p7s', cms),
    '-content',
    file('m.json', manifest),
    '-CAfile',
    file('ca.pem', anchor),
  ]
  const output = execFileSync('openssl', [...flags, ...files], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  expect(output).toBe('')
})
