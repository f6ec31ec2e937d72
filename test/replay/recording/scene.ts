import { randomUUID } from 'node:crypto'
import type { History } from '@temporalio/common/lib/proto-utils.js'
import { attentionList } from '../../../api/contract/attention.ts'
import type { Role } from '../../../domain/access.ts'
import { LOCALITIES } from '../../../domain/localities.ts'
import { createUser } from '../../../sandbox/bots-client.ts'
import { createEntry, createPerson } from '../../../sandbox/people.ts'
import { enterPeople } from '../../../sandbox/population-database.ts'
import { hireCrew } from '../../support/campaign.ts'
import { isRecorded, keepHistory, typeOf } from '../../support/histories.ts'
import { gatewaysTo, startProduct, until, type Product } from '../../support/product.ts'
import { SANDBOX_SECRET, startSandbox } from '../../support/sandbox.ts'
import { POINTS } from '../points.ts'
import { isDeciding, standsAt } from '../standing.ts'
import { createSteps } from './steps.ts'

const SEED = 1
const PEOPLE = 300
/** A run of 1,500 events. */
const HAND_OVER_WITHIN_MS = 180_000

/** The product's processes as the engine knows them, each kept once at each of its points. */
function createKeeper(client: () => Product['client'], personal: readonly string[]) {
  /** Once no worker has the process in hand. */
  const read = (processId: string, runId?: string): Promise<History> =>
    until(
      () => client().workflow.getHandle(processId, runId).fetchHistory(),
      (history) => !isDeciding(history),
    )
  return {
    /** Keeps a process that begins a step at which its kind has not been recorded yet. */
    async keepStep(type: string, step: string, { workflowId, runId }: { workflowId: string; runId: string }) {
      const missing = Object.entries(POINTS[type] ?? {}).filter(
        ([point, [waitsFor]]) => waitsFor === step && !isRecorded(type, point),
      )
      if (missing.length === 0) return
      const history = await read(workflowId, runId)
      // Of two, the later listed asks for more: where that is so, the other was before.
      const [found] = missing.toReversed().filter(([, point]) => standsAt(history, point))
      if (found !== undefined) keepHistory(history, found[0], personal)
    },
    /** Keeps a process once it stands there. */
    async keepAt(processId: string, point: string): Promise<void> {
      const look = async () => {
        // It may have been ordered and not started yet.
        const history = await read(processId).catch(() => null)
        if (history === null) return null
        const listed = POINTS[typeOf(history)]?.[point]
        if (listed === undefined) throw new Error(`${typeOf(history)} has no point ${point}`)
        return standsAt(history, listed) ? history : null
      }
      const history = await until(look, (seen) => seen !== null)
      if (history !== null) keepHistory(history, point, personal)
    },
    /** Keeps a process's first run, once another has followed it. */
    async keepHandedOver(processId: string): Promise<void> {
      const look = async () => {
        const { runId, raw } = await client().workflow.getHandle(processId).describe()
        const firstRunId = raw.workflowExecutionInfo?.firstRunId
        return firstRunId === runId ? null : firstRunId
      }
      const runId = await until(() => look().catch(() => null), Boolean, HAND_OVER_WITHIN_MS)
      if (runId) keepHistory(await read(processId, runId), 'handed-over', personal)
    },
  }
}

/** The whole product and the sandbox with some bodies, and everybody who works in them. */
export async function openScene(codes: readonly string[]) {
  const bodies = LOCALITIES.filter(({ code }) => codes.includes(code))
  const inAll = <T>(make: (code: string, index: number) => T) =>
    codes.flatMap((code) => Array.from({ length: PEOPLE }, (_, index) => make(code, index)))
  const people = inAll((code, index) => createPerson(SEED, code, index))
  const entries = inAll((code, index) => createEntry(SEED, code, index, code))
  const personal = [...people, ...entries].flatMap(({ personalId, fullName }) => [
    personalId,
    fullName.trim(),
  ])
  const sandbox = await startSandbox({ seed: SEED, bodies, perBody: PEOPLE })
  await enterPeople(sandbox.journal, people)

  let product: Product
  const keeper = createKeeper(() => product.client, personal)
  const steps = createSteps(async ({ workflowType, activityType, workflowExecution }) => {
    if (workflowType !== undefined && workflowExecution !== undefined)
      await keeper.keepStep(workflowType, activityType, workflowExecution)
  })
  product = await startProduct(gatewaysTo(sandbox.url, SANDBOX_SECRET), steps.watch)
  const apiUrl = await product.app.listen({ host: '127.0.0.1', port: 0 })

  async function logIn(role: Role, localityCode: string | null = null) {
    const user = { name: `${role}-${randomUUID()}`, password: randomUUID(), role, localityCode }
    await product.stores.access.createAccounts([{ ...user, documentNo: 'test' }])
    return createUser(apiUrl, user)
  }
  const crew = await hireCrew(logIn, { codes, seed: SEED, sandboxUrl: sandbox.url })

  return {
    ...keeper,
    ...steps,
    product,
    sandbox,
    crew,
    logIn,
    /** What an operator decides about the one thing of that kind that is parked. */
    async decide(kind: string, decision: 'retry' | 'skip'): Promise<void> {
      const find = async () => {
        const { items } = await crew.operator.get(attentionList, '/attention-items?limit=200')
        return items.find((item) => item.kind === kind)
      }
      const item = await until(find, (seen) => seen !== undefined)
      const reason = 'It is mended'
      await crew.operator.post(`/attention-items/${item?.itemId}/decide`, { decision, reason })
    },
    async [Symbol.asyncDispose]() {
      await product[Symbol.asyncDispose]()
      await sandbox[Symbol.asyncDispose]()
    },
  }
}
export type Scene = Awaited<ReturnType<typeof openScene>>
