import { Refused, type Answer } from './answers.ts'
import { EXIT, exitCodeOfAll, type ExitCode } from './exit-codes.ts'
import { explainFailure } from './failures.ts'
import type { Sentence } from './language.ts'
import type { Session } from './session.ts'
import { showTable } from './tables.ts'

interface Items<T> {
  readonly title: Sentence
  readonly ids: readonly string[]
  readonly order: (id: string) => Promise<Answer<T>>
  readonly describe: (value: T) => string
}

interface Outcome {
  readonly id: string
  readonly code: ExitCode
  readonly text: string
}

/**
 * Orders something for each item in turn; one that fails does not stop the others. Every item has a line in the table, or
 * in JSON a line of its own in the same order: what was answered, or the problem.
 */
export async function orderEach<T>(session: Session, items: Items<T>): Promise<ExitCode> {
  const { terminal, json } = session
  const { pick } = terminal
  const outcomes: Outcome[] = []
  for (const id of items.ids) {
    const outcome = await items.order(id).then(
      ({ value, text }) => ({ id, code: EXIT.done, text: json ? text : items.describe(value) }),
      (error: unknown) => outcomeOf(session, id, error),
    )
    if (json) terminal.show(outcome.text.trimEnd())
    outcomes.push(outcome)
  }
  if (!json)
    terminal.show(
      showTable<Outcome>(
        [
          { title: pick(items.title), cell: ({ id }) => id },
          {
            title: pick({ vi: 'Kết quả', en: 'Result' }),
            cell: ({ code }) => (code === EXIT.done ? '✓' : '✗'),
          },
          { title: pick({ vi: 'Nội dung', en: 'Message' }), cell: ({ text }) => text },
        ],
        outcomes,
      ),
    )
  return exitCodeOfAll(outcomes.map(({ code }) => code))
}

function outcomeOf({ terminal, json, key }: Session, id: string, error: unknown): Outcome {
  const { code, says, json: text } = explainFailure(error, { argv: [], key })
  if (error instanceof Refused) {
    const { title, code: problem } = error.problem
    return { id, code, text: json ? (text ?? '') : `${title} [${problem}]` }
  }
  const [sentence = ''] = (says === null ? '' : terminal.pick(says)).split('\n', 1)
  // Without an answer there is no JSON of the API; the line says which item it was.
  return {
    id,
    code,
    text: json ? JSON.stringify({ item: id, key, exitCode: code }) : `${sentence} (--key ${key})`,
  }
}
