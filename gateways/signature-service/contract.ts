import { z } from 'zod'
import { LOCALITY_CODE } from '../../domain/localities.ts'

/**
 * A signing service that holds keys for bodies: `POST /v1/signatures` with an `Idempotency-Key`. It signs the manifest's
 * bytes as they are and answers a detached CMS SignedData (CAdES-BES: content type, message digest, signing time,
 * signing-certificate-v2) in DER. What is sent is the manifest of a whole session, never a record.
 */
export const signatureRequest = z.strictObject({
  localityCode: z.string().regex(LOCALITY_CODE),
  /** Opaque id of the person who ordered the signature. */
  signer: z.string().min(1).max(100),
  sessionId: z.uuid(),
  manifest: z.string().min(2).max(200_000),
})
export const signatureView = z.strictObject({
  cms: z.base64(),
  /** Who signed by whose certificate, for the record; the certificates themselves are inside the CMS. */
  certificateSha256: z.string().regex(/^[0-9a-f]{64}$/),
})

/** `GET /v1/trust-anchors`: the certificate authorities whose signer certificates are accepted, in PEM. */
export const trustAnchorsView = z.strictObject({ anchors: z.array(z.string()).min(1) })
