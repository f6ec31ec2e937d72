/** SHA-256 over its parts one after the other, text as UTF-8; given by the caller: rules hold no cryptography. */
export type Sha256 = (...parts: readonly (Uint8Array | string)[]) => Uint8Array

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))
/** From a table: every record passes here. */
function toHex(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += HEX[byte] ?? ''
  return text
}

/** `SHA-256(salt ‖ canonical content)`: without the salt, records could be guessed. */
export const contentHash = (sha256: Sha256, salt: Uint8Array, canonical: Uint8Array | string): Uint8Array =>
  sha256(salt, canonical)

/**
 * The leaf of one record version: `SHA-256(0x00 ‖ salt ‖ {"content":…,"record":…,"unit_code":…})`, so that a change of
 * unit needs no decryption. `record` is source code + `/` + record code.
 */
export function recordLeaf(
  sha256: Sha256,
  salt: Uint8Array,
  parts: { readonly contentHash: Uint8Array; readonly record: string; readonly unitCode: string },
): Uint8Array {
  const json = `{"content":"${toHex(parts.contentHash)}","record":${JSON.stringify(parts.record)},"unit_code":${JSON.stringify(parts.unitCode)}}`
  return sha256(Uint8Array.of(0), salt, json)
}

const node = (sha256: Sha256, left: Uint8Array, right: Uint8Array) => sha256(Uint8Array.of(1), left, right)

/** The root of an RFC 9162 tree over leaves as they come, holding one hash per level. */
export function createMerkleRoot(sha256: Sha256): {
  add: (leaf: Uint8Array) => void
  root: () => Uint8Array
} {
  /** Roots of complete subtrees, the largest first; each with its number of leaves. */
  const stack: { readonly size: number; readonly hash: Uint8Array }[] = []
  return {
    add(leaf) {
      let size = 1
      let hash = leaf
      for (let top = stack.at(-1); top !== undefined && top.size === size; top = stack.at(-1)) {
        stack.pop()
        hash = node(sha256, top.hash, hash)
        size *= 2
      }
      stack.push({ size, hash })
    },
    root() {
      const [last, ...rest] = stack.map(({ hash }) => hash).toReversed()
      return rest.reduce((right, left) => node(sha256, left, right), last ?? sha256())
    },
  }
}

/** What the signer sees and signs: the facts of a session, as canonical JSON. */
export interface ManifestFacts {
  readonly campaignId: string
  readonly createdAt: string
  readonly leaves: number
  readonly localityCode: string
  /** Null for a body’s first session. */
  readonly previousRoot: string | null
  readonly root: string
  readonly sessionId: string
  readonly treeId: string | null
  readonly units: Readonly<Record<string, number>>
}

/** RFC 8785: members in order, no spaces; the schema and the algorithm stand inside. */
export function signingManifest(facts: ManifestFacts): string {
  const units = Object.entries(facts.units).toSorted(([one], [other]) => (one < other ? -1 : 1))
  return JSON.stringify({
    campaign: facts.campaignId,
    created_at: facts.createdAt,
    hash: 'sha256',
    leaves: facts.leaves,
    locality: facts.localityCode,
    previous_root: facts.previousRoot,
    root: `sha256:${facts.root}`,
    schema: 'dongbo-manifest/1',
    session: facts.sessionId,
    tree: facts.treeId,
    units: Object.fromEntries(units),
  })
}

/** What a manifest says of its session, or null where it is none. */
export function readManifest(manifest: string): {
  readonly session: unknown
  readonly locality: unknown
  readonly leaves: unknown
  readonly root: unknown
} | null {
  try {
    const { session, locality, leaves, root } = JSON.parse(manifest)
    return { session, locality, leaves, root }
  } catch {
    return null
  }
}
