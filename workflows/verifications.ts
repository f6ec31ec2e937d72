import { continueAsNew, proxyActivities, workflowInfo } from '@temporalio/workflow'
import type { VerificationActivities } from '../activities/contract/verifications.ts'
import type { VerificationInput } from './contract/verifications.ts'
import { doEach, reasonOf } from './errands.ts'
import { NATIONAL, QUICK_WORK } from './proxies.ts'

// Like matching it never parks: what could not be looked at is a row with its reason.
const { verifyPart } = proxyActivities<VerificationActivities>({
  ...NATIONAL,
  startToCloseTimeout: '30m',
  retry: { ...NATIONAL.retry, maximumAttempts: 5 },
})
const { listUnverified, recordVerificationProblem, finishVerification } =
  proxyActivities<VerificationActivities>(QUICK_WORK)
const PARTS_PER_PAGE = 100
const PARTS_AT_ONCE = 2
const EVENTS_MAX = 1_000

/** Recomputes what is promised of every body of a campaign, or of one, or of one window. Always finishes. */
export async function verificationWorkflow(input: VerificationInput): Promise<void> {
  for (;;) {
    const { parts } = await listUnverified({ ...input, limit: PARTS_PER_PAGE })
    if (parts.length === 0) break
    await doEach(parts, PARTS_AT_ONCE, async (part) => {
      try {
        await verifyPart({ ...input, part })
      } catch (error) {
        await recordVerificationProblem({ ...input, part, reason: reasonOf(error) })
      }
    })
    if (workflowInfo().historyLength > EVENTS_MAX) await continueAsNew<typeof verificationWorkflow>(input)
  }
  await finishVerification(input)
}
