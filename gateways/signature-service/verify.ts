import { createHash, X509Certificate } from 'node:crypto'
import { fromBER } from 'asn1js'
import { Certificate, ContentInfo, SignedData } from 'pkijs'

export interface SignatureToVerify {
  /** Detached CMS SignedData, DER. */
  readonly cms: Uint8Array
  readonly certificateSha256: Uint8Array
  readonly manifest: string
  readonly localityCode: string
  /** Accepted authorities, PEM. */
  readonly anchors: readonly string[]
  /** When it was made, in epoch milliseconds: its certificate must have been valid then. */
  readonly atMs: number
}

/**
 * Whether the signature is over exactly these bytes, by a certificate that was issued to this body by an accepted
 * authority, was valid at that instant and may sign. Revocation is not asked yet.
 */
export async function verifySignature(input: SignatureToVerify): Promise<boolean> {
  const signed = readSignedData(input.cms)
  if (signed === null) return false
  const [certificate] = (signed.certificates ?? []).filter((entry) => entry instanceof Certificate)
  if (certificate === undefined || signed.signerInfos.length !== 1) return false
  const signer = new X509Certificate(Buffer.from(certificate.toSchema(true).toBER(false)))
  const fingerprint = createHash('sha256').update(signer.raw).digest()
  if (!fingerprint.equals(input.certificateSha256) || !isTrusted(signer, input)) return false
  try {
    const data = new TextEncoder().encode(input.manifest)
    const { buffer } = data
    return await signed.verify({ signer: 0, data: buffer, checkChain: false })
  } catch {
    // pkijs throws for what it can not make sense of: not a signature.
    return false
  }
}

function readSignedData(cms: Uint8Array): SignedData | null {
  const { result, offset } = fromBER(Uint8Array.from(cms).buffer)
  if (offset === -1) return null
  try {
    return new SignedData({ schema: new ContentInfo({ schema: result }).content })
  } catch {
    return null
  }
}

/** The chain engine of pkijs checks neither key usage nor the body: we do. */
function isTrusted(signer: X509Certificate, { localityCode, anchors, atMs }: SignatureToVerify): boolean {
  if (Date.parse(signer.validFrom) > atMs || Date.parse(signer.validTo) < atMs || signer.ca) return false
  if (!signer.subject.split(/\n| \+ /).includes(`OU=${localityCode}`)) return false
  return anchors.some((pem) => {
    const anchor = new X509Certificate(pem)
    return anchor.ca && signer.checkIssued(anchor) && signer.verify(anchor.publicKey)
  })
}
