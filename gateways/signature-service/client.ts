import { ask, type GatewayOptions } from '../request.ts'
import { signatureView, trustAnchorsView } from './contract.ts'

const SYSTEM = 'Signature service'

export interface SignatureOrder {
  readonly localityCode: string
  readonly signer: string
  readonly sessionId: string
  readonly manifest: string
}

export interface SignatureService {
  /** One detached CMS signature over the manifest's bytes; repeated for a session, the same signature. */
  readonly sign: (
    order: SignatureOrder,
    signal?: AbortSignal,
  ) => Promise<{ readonly cms: Uint8Array; readonly certificateSha256: Uint8Array }>
  /** The accepted authorities, in PEM. */
  readonly readTrustAnchors: (signal?: AbortSignal) => Promise<readonly string[]>
}

export const createSignatureService = (options: GatewayOptions): SignatureService => ({
  async sign(order, signal) {
    const answer = await ask(SYSTEM, options, {
      method: 'POST',
      path: '/v1/signatures',
      body: order,
      idempotencyKey: order.sessionId,
      signal,
    })
    const { cms, certificateSha256 } = signatureView.parse(answer)
    return { cms: Buffer.from(cms, 'base64'), certificateSha256: Buffer.from(certificateSha256, 'hex') }
  },
  async readTrustAnchors(signal) {
    return trustAnchorsView.parse(
      await ask(SYSTEM, options, { method: 'GET', path: '/v1/trust-anchors', signal }),
    ).anchors
  },
})
