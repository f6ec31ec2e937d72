import { Context } from '@temporalio/activity'
import { readManifest } from '../domain/signing.ts'
import { NATIONAL, type Finding, type VerificationRule } from '../domain/verifications.ts'
import type { ClockStore } from '../drizzle/stores/clock.ts'
import type {
  JournalEntry,
  Recomputed,
  RecomputingStore,
  SignedSession,
} from '../drizzle/stores/verifications-recomputing.ts'
import type { VerificationStore } from '../drizzle/stores/verifications.ts'
import type { PersonnelDatabase } from '../gateways/personnel-database/client.ts'
import { JOURNAL_PAGE_MAX } from '../gateways/personnel-database/contract.ts'
import type { SignatureService } from '../gateways/signature-service/client.ts'
import { verifySignature } from '../gateways/signature-service/verify.ts'
import type { VerificationActivities } from './contract/verifications.ts'
import { callingOut } from './gateway-failures.ts'

export interface VerificationDeps {
  readonly verifications: VerificationStore
  readonly recomputing: RecomputingStore
  readonly clock: ClockStore
  readonly personnel: PersonnelDatabase
  readonly signatures: SignatureService
}

/** One statement over a large body may take longer than a heartbeat may stay away. */
const BEAT_MS = 2_000

export function createVerificationActivities(deps: VerificationDeps): VerificationActivities {
  const { verifications, recomputing, clock, personnel, signatures } = deps

  async function* journalOf(localityCode: string): AsyncGenerator<readonly JournalEntry[]> {
    for (let after: number | null = 0; after !== null;) {
      const from: number = after
      Context.current().cancellationSignal.throwIfAborted()
      const page = await callingOut(() => personnel.readJournal(localityCode, from, JOURNAL_PAGE_MAX))
      yield page.entries
      after = page.next
    }
  }
  async function bodyOf(campaignId: string, localityCode: string, windowId: string | null) {
    const seen = await recomputing.recomputeBody({
      campaignId,
      localityCode,
      windowId,
      journal: () => journalOf(localityCode),
    })
    if (seen.sessions.length === 0) return seen
    const anchors = await callingOut(() => signatures.readTrustAnchors(Context.current().cancellationSignal))
    const findings: Finding[] = []
    for (const session of seen.sessions)
      for (const rule of await rulesBroken(session, localityCode, anchors))
        findings.push({ rule, subject: session.sessionId, versionNo: null, windowId: null })
    return withFindings(seen, findings)
  }

  return {
    listUnverified: async (input) => ({ parts: await verifications.readUnverified(input) }),
    async verifyPart({ verificationId, campaignId, windowId, part }) {
      const context = Context.current()
      const beat = setInterval(() => context.heartbeat(), BEAT_MS)
      try {
        const { checked, found, findings } =
          part === NATIONAL ? await recomputing.recomputeNational() : await bodyOf(campaignId, part, windowId)
        await verifications.keepPart({ verificationId, part, checked, found, findings, problem: null })
        return { findings: findings.length }
      } finally {
        clearInterval(beat)
      }
    },
    recordVerificationProblem: ({ verificationId, part, reason }) =>
      verifications.keepPart({
        verificationId,
        part,
        checked: {},
        found: {},
        findings: [],
        problem: reason,
      }),
    async finishVerification({ verificationId }) {
      await verifications.finish(verificationId, await clock.now())
    },
  }
}

/** Whether a session is still what was signed. */
async function rulesBroken(
  session: SignedSession,
  localityCode: string,
  anchors: readonly string[],
): Promise<readonly VerificationRule[]> {
  const { sessionId, manifest, cms, certificateSha256, signedMs: atMs, leaves, root, isAsFrozen } = session
  const says = readManifest(manifest)
  const isAsSigned =
    isAsFrozen &&
    says?.session === sessionId &&
    says.locality === localityCode &&
    says.leaves === leaves &&
    says.root === `sha256:${root}`
  const isValid = await verifySignature({ cms, certificateSha256, manifest, localityCode, anchors, atMs })
  return [
    ...(isAsSigned ? [] : (['session-altered'] as const)),
    ...(isValid ? [] : (['signature-not-valid'] as const)),
  ]
}

function withFindings(seen: Recomputed, findings: readonly Finding[]): Recomputed {
  const found: Record<string, number> = { ...seen.found }
  for (const { rule } of findings) found[rule] = (found[rule] ?? 0) + 1
  return {
    ...seen,
    checked: { ...seen.checked, sessions: seen.sessions.length },
    found,
    findings: [...seen.findings, ...findings],
  }
}
