import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync, randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import type { Sha256 } from '../domain/signing.ts'

const NONCE_BYTES = 12
const NONCES_AT_ONCE = 500
const TAG_BYTES = 16
const PERSONAL_ID_HASH_BYTES = 16

/** What the rules are given to hash with. */
export const sha256: Sha256 = (...parts) => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}

/**
 * Seals what is personal before it reaches a table. Each sealed value is `format (1) ‖ nonce (12) ‖ tag (16) ‖
 * ciphertext`, AES-256-GCM, bound to where it belongs by `place`: moved to another row it does not open.
 */
export interface Keyring {
  seal(place: string, plain: Uint8Array): Uint8Array
  open(place: string, sealed: Uint8Array): Buffer
  /** Deflates before sealing, for whole pages of text. */
  sealPage(place: string, plain: Uint8Array): Uint8Array
  openPage(place: string, sealed: Uint8Array): Buffer
  /** Keyed hash of a personal id, for joins; a plain hash of twelve digits could be guessed. */
  personalIdHash(personalId: string): Uint8Array
}

/** A keyring file is 32 random bytes in base64, one line, readable by its owner only. */
export const newKeyringFile = (): string => `${randomBytes(32).toString('base64')}\n`

/** @throws where the file does not hold 32 bytes */
export async function readKeyring(path: string): Promise<Keyring> {
  return createKeyring(Buffer.from((await readFile(path, 'utf8')).trim(), 'base64'))
}

/** @throws where the master key is not 32 bytes long */
export function createKeyring(master: Uint8Array): Keyring {
  if (master.length !== 32) throw new Error('The keyring does not hold a key of 32 bytes.')
  const derive = (purpose: string) => Buffer.from(hkdfSync('sha256', master, '', purpose, 32))
  const fieldKey = derive('field/v1')
  const hashKey = derive('personal-id/v1')

  let nonces = Buffer.alloc(0)
  /** Drawn many at a time; each is given out once. */
  function nextNonce(): Buffer {
    if (nonces.length === 0) nonces = randomBytes(NONCE_BYTES * NONCES_AT_ONCE)
    const nonce = nonces.subarray(0, NONCE_BYTES)
    nonces = nonces.subarray(NONCE_BYTES)
    return nonce
  }
  function seal(place: string, plain: Uint8Array): Uint8Array {
    const nonce = nextNonce()
    const cipher = createCipheriv('aes-256-gcm', fieldKey, nonce)
    cipher.setAAD(Buffer.from(place))
    const body = cipher.update(plain)
    cipher.final()
    return Buffer.concat([Buffer.of(1), nonce, cipher.getAuthTag(), body])
  }
  function open(place: string, sealed: Uint8Array): Buffer {
    const body = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength)
    const decipher = createDecipheriv('aes-256-gcm', fieldKey, body.subarray(1, 1 + NONCE_BYTES))
    decipher.setAAD(Buffer.from(place))
    decipher.setAuthTag(body.subarray(1 + NONCE_BYTES, 1 + NONCE_BYTES + TAG_BYTES))
    const plain = decipher.update(body.subarray(1 + NONCE_BYTES + TAG_BYTES))
    decipher.final()
    return plain
  }
  return {
    seal,
    open,
    sealPage: (place, plain) => seal(place, deflateRawSync(plain, { level: 1 })),
    openPage: (place, sealed) => inflateRawSync(open(place, sealed)),
    personalIdHash: (personalId) =>
      createHmac('sha256', hashKey).update(personalId).digest().subarray(0, PERSONAL_ID_HASH_BYTES),
  }
}
