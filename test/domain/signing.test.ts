import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import {
  contentHash,
  createMerkleRoot,
  recordLeaf,
  signingManifest,
  type Sha256,
} from '../../domain/signing.ts'

const sha256: Sha256 = (...parts) => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
const leafOf = (data: string) => sha256(Buffer.concat([Buffer.of(0), Buffer.from(data, 'hex')]))
function rootOf(leaves: readonly Uint8Array[]) {
  const tree = createMerkleRoot(sha256)
  for (const leaf of leaves) tree.add(leaf)
  return tree.root()
}
/** MTH of RFC 9162, section 2.1.1, word for word. */
function definition(leaves: readonly Uint8Array[]): Uint8Array {
  const [only, ...others] = leaves
  if (only === undefined) return sha256(Buffer.alloc(0))
  if (others.length === 0) return only
  const half = 2 ** Math.ceil(Math.log2(leaves.length) - 1)
  return sha256(
    Buffer.concat([Buffer.of(1), definition(leaves.slice(0, half)), definition(leaves.slice(half))]),
  )
}

test('the root of the eight test leaves of Certificate Transparency is the published one', () => {
  const data = [
    '',
    '00',
    '10',
    '2021',
    '3031',
    '40414243',
    '5051525354555657',
    '606162636465666768696a6b6c6d6e6f',
  ]
  expect(hex(rootOf(data.map(leafOf)))).toBe(
    '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
  )
})

test('the root of every size up to 130 is the one that RFC 9162 defines', () => {
  const leaves = Array.from({ length: 130 }, (_, index) => sha256(Buffer.from(String(index))))
  for (let size = 0; size <= leaves.length; size += 1)
    expect(hex(rootOf(leaves.slice(0, size)))).toBe(hex(definition(leaves.slice(0, size))))
})

test('a leaf is made of the salt and three facts, so that openssl can make it again', () => {
  const salt = Buffer.alloc(16, 1)
  const content = contentHash(sha256, salt, '{"full_name":"An"}')
  const leaf = recordLeaf(sha256, salt, { contentHash: content, record: 'H26-1/HS-1', unitCode: 'H26.01' })
  const json = `{"content":"${hex(content)}","record":"H26-1/HS-1","unit_code":"H26.01"}`
  expect(hex(leaf)).toBe(hex(sha256(Buffer.concat([Buffer.of(0), salt, Buffer.from(json)]))))
})

test('a manifest names its members in order, whatever the order of the units', () => {
  const facts = {
    campaignId: 'c',
    createdAt: '2025-08-20T10:00:00+07:00',
    leaves: 3,
    localityCode: 'H26',
    previousRoot: null,
    root: 'aa',
    sessionId: 's',
    treeId: null,
  }
  expect(signingManifest({ ...facts, units: { 'H26.02': 1, 'H26.01': 2 } })).toBe(
    '{"campaign":"c","created_at":"2025-08-20T10:00:00+07:00","hash":"sha256","leaves":3,"locality":"H26","previous_root":null,"root":"sha256:aa","schema":"dongbo-manifest/1","session":"s","tree":null,"units":{"H26.01":2,"H26.02":1}}',
  )
})
