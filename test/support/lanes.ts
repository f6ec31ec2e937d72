import { spawn } from 'node:child_process'

/**
 * What `npm test` runs, in this order; every lane runs, also after one that failed. Those of one row run beside each other:
 * a rehearsal waits for its clock, and a start for its servers, for half of their time.
 */
const ROWS = [
  ['check'],
  ['replay', 'stores'],
  ['start', 'http'],
  ['processes', 'rehearsal'],
  ['chaos'],
  ['journeys', 'pages'],
] as const
const flagsOf = (name: string) =>
  name === 'check' ? ['run', 'check'] : ['run', 'lane', '--', '--project', name]
const SUMMARY = /^(\d+) passed, (\d+) failed, (\d+) skipped$/gm

interface Outcome {
  readonly code: number
  readonly output: string
}

function runNpm(flags: readonly string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = spawn('npm', [...flags], { stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => {
        output += chunk.toString()
      })
    child.on('close', (code) => resolve({ code: code ?? 1, output }))
  })
}

const totals = [0, 0, 0]
async function runLane(name: string): Promise<void> {
  const startedMs = Date.now()
  const { code, output } = await runNpm(flagsOf(name))
  const seconds = ((Date.now() - startedMs) / 1_000).toFixed(1)
  const counts = [...output.matchAll(SUMMARY)].at(-1)?.slice(1).map(Number) ?? [0, 0, 0]
  // A lane that fails without a failed test (types, lint, a crash) is one failure.
  if (code !== 0 && counts[1] === 0) counts[1] = 1
  for (const [index, count] of counts.entries()) totals[index] = (totals[index] ?? 0) + count
  console.log(
    `${code === 0 ? 'ok  ' : 'FAIL'} ${name.padEnd(10)} ${seconds.padStart(6)} s  ${counts.join(' / ')}`,
  )
  if (code !== 0) console.log(output)
}
for (const row of ROWS) await Promise.all(row.map(runLane))
const [passed = 0, failed = 0, skipped = 0] = totals
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`)
process.exitCode = failed === 0 && passed > 0 ? 0 : 1
