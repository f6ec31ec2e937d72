import { createHash, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  createPersonnelDatabase,
  type KeyChange,
  type PersonnelDatabase,
} from '../../gateways/personnel-database/client.ts'
import { SANDBOX_SECRET, startSandbox, type Sandbox } from '../support/sandbox.ts'

let sandbox: Sandbox
let personnel: PersonnelDatabase
beforeAll(async () => {
  sandbox = await startSandbox()
  personnel = createPersonnelDatabase({
    url: `${sandbox.url}/personnel-database`,
    secret: SANDBOX_SECRET,
    timeoutMs: 5_000,
  })
})
afterAll(() => sandbox[Symbol.asyncDispose]())

function newKey(localityCode: string) {
  const secret = randomUUID()
  const secretSha256 = createHash('sha256').update(secret).digest('hex')
  const key = { keyId: randomUUID(), localityCode, softwareName: 'A', secretSha256 }
  const change = (state: KeyChange['state']) => personnel.changeKey({ ...key, state })
  /** A question that only an active key of that body may ask; nothing arrived under that name. */
  const use = (code = localityCode) => personnel.findBatch(secret, code, 'no-such-batch')
  return { change, use }
}
const REFUSED = { kind: 'not-authorised', status: 401 }

test('a key works from its activation on, for its own body only, and a cancelled one is refused at once and for good', async () => {
  const key = newKey('H26')
  await key.change('issued')
  await expect(key.use()).rejects.toMatchObject(REFUSED)
  await key.change('active')
  expect(await key.use()).toBeNull()
  await expect(key.use('G09')).rejects.toMatchObject(REFUSED)
  await key.change('cancelled')
  await expect(key.use()).rejects.toMatchObject(REFUSED)
  await expect(key.change('active')).rejects.toMatchObject({ kind: 'refused', status: 409 })
  await expect(key.use()).rejects.toMatchObject(REFUSED)
})

test('activating a key cancels the body’s other one in the same moment', async () => {
  const [former, next] = [newKey('H60'), newKey('H60')]
  await former.change('active')
  expect(await former.use()).toBeNull()
  await next.change('active')
  await expect(former.use()).rejects.toMatchObject(REFUSED)
  expect(await next.use()).toBeNull()
})
