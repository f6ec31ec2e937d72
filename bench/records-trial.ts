import { fileURLToPath } from 'node:url'
import { runBaseline } from './records-baseline.ts'
import { runOurs } from './records-ours.ts'
import type { TrialInput } from './records-outcome.ts'

/** One trial is one process, so that neither side finds a warm one, and its peak of memory is its own. */
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , text = '{}'] = process.argv
  const input: TrialInput = JSON.parse(text)
  const outcome = input.who === 'ours' ? await runOurs(input) : await runBaseline(input)
  process.send?.(outcome)
  process.disconnect()
}
