import { Context } from '@temporalio/activity'
import { toHanoiIso } from '../domain/hanoi-time.ts'
import { createMerkleRoot, signingManifest } from '../domain/signing.ts'
import { sha256 } from '../drizzle/keyring.ts'
import type { ClockStore } from '../drizzle/stores/clock.ts'
import type { SigningStore } from '../drizzle/stores/signing.ts'
import type { SignatureService } from '../gateways/signature-service/client.ts'
import { verifySignature } from '../gateways/signature-service/verify.ts'
import type { SigningActivities } from './contract/signing.ts'
import { failure } from './failures.ts'
import { callingOut } from './gateway-failures.ts'

export interface SigningDeps {
  readonly signing: SigningStore
  readonly clock: ClockStore
  readonly signatures: SignatureService
}

const LEAVES_PER_PAGE = 10_000

export function createSigningActivities({ signing, clock, signatures }: SigningDeps): SigningActivities {
  async function sessionOf(sessionId: string) {
    const session = await signing.readSession('national', sessionId)
    if (session === null) throw failure('no-such-session', { retry: false })
    return session
  }

  return {
    async freezeSession({ sessionId, campaignId, localityCode }) {
      const session = await sessionOf(sessionId)
      if (session.leaves !== null) return { leaves: session.leaves }
      await signing.listLeaves(sessionId, localityCode)
      const tree = createMerkleRoot(sha256)
      let leaves = 0
      for (let after = 0; ;) {
        const page = await signing.readLeaves(sessionId, after, LEAVES_PER_PAGE)
        const last = page.at(-1)
        if (last === undefined) break
        for (const { leaf } of page) tree.add(leaf)
        leaves += page.length
        after = last.recordId
        Context.current().heartbeat({ leaves })
      }
      const root = tree.root()
      const nowMs = await clock.now()
      const manifest = signingManifest({
        ...(await signing.readFacts(sessionId, localityCode)),
        campaignId,
        createdAt: toHanoiIso(nowMs),
        leaves,
        localityCode,
        root: Buffer.from(root).toString('hex'),
        sessionId,
      })
      await signing.freeze(sessionId, { leaves, root, manifest }, nowMs)
      return { leaves }
    },

    async readSession({ sessionId }) {
      const { signedAt, abandonedAt, orderedAt } = await sessionOf(sessionId)
      if (signedAt !== null) return { state: 'signed' }
      if (abandonedAt !== null) return { state: 'abandoned' }
      return { state: orderedAt === null ? 'open' : 'ordered' }
    },

    async signSession({ sessionId, localityCode }) {
      const { manifest, orderedBy, signedAt } = await sessionOf(sessionId)
      if (signedAt !== null) return
      if (manifest === null || orderedBy === null) throw failure('session-not-ordered', { retry: false })
      const signal = Context.current().cancellationSignal
      const order = { localityCode, signer: orderedBy, sessionId, manifest }
      const [signature, anchors] = await callingOut(() =>
        Promise.all([signatures.sign(order, signal), signatures.readTrustAnchors(signal)]),
      )
      const verified = await verifySignature({
        ...signature,
        manifest,
        localityCode,
        anchors,
        atMs: Date.now(),
      })
      if (!verified) throw failure('signature-not-valid', { retry: false })
      await signing.keepSignature({ sessionId, localityCode, ...signature, nowMs: await clock.now() })
    },
  }
}
