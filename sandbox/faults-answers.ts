import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Fault } from './faults.ts'
import type { Journal } from './journal.ts'
import { createRandom } from './random.ts'

/** The answers to batches: of dossiers, and of people who were looked up. */
const answer = z
  .looseObject({ results: z.array(z.unknown()) })
  .or(z.looseObject({ answers: z.array(z.unknown()) }))
const body = z.object({ code: z.string() })
const version = z.object({ record: z.string(), versionNo: z.int() })

/** Answers what becomes of an answer under a fault; null where it has nothing that the fault could change. */
export function createAnswerFaults(journal: Journal) {
  const before = new Map<string, readonly unknown[]>()

  async function change(current: Fault, used: number, code: string, items: readonly unknown[]) {
    if (current.kind === 'duplicate-answers') {
      const again = before.get(code) ?? []
      before.set(code, items)
      return [...again, ...items, ...items]
    }
    if (current.kind === 'partial-answers')
      return shuffle(items, createRandom(current.seed, 'partial', used)).slice(
        0,
        Math.ceil(items.length * current.share),
      )
    if (current.kind === 'out-of-order-receipts') {
      const older = await readOlder(journal, code, items)
      return shuffle([...older, ...items], createRandom(current.seed, 'order', used))
    }
    return null
  }

  return async (
    current: Fault,
    used: number,
    { params }: FastifyRequest,
    payload: unknown,
  ): Promise<object | null> => {
    const { data } = answer.safeParse(payload)
    if (data === undefined) return null
    const code = body.safeParse(params).data?.code ?? ''
    const [name, items] = 'results' in data ? ['results', data['results']] : ['answers', data['answers']]
    const changed = await change(current, used, code, z.array(z.unknown()).parse(items))
    return changed === null ? null : { ...data, [name]: changed }
  }
}

/** What was answered for older versions of the same records. */
async function readOlder(journal: Journal, code: string, items: readonly unknown[]) {
  const versions = items.flatMap((item) => version.safeParse(item).data ?? [])
  return journal`
    select j.record, j.version_no as "versionNo", 'accepted' as outcome, j.receipt from journal j
    join json_to_recordset(${JSON.stringify(versions)}::text::json) as x (record text, "versionNo" int)
      on x.record = j.record and j.version_no < x."versionNo" where j.locality_code = ${code}`
}

const shuffle = <Item>(items: readonly Item[], random: () => number): Item[] =>
  items
    .map((item) => [random(), item] as const)
    .toSorted(([one], [other]) => one - other)
    .map(([, item]) => item)
