import { spawn } from 'node:child_process'

/** What `npm test` runs, in this order; every lane runs, also after one that failed. */
const LANES = [
  ['check', ['run', 'check']],
  ['start', ['run', 'lane', '--', '--project', 'start']],
  ['stores', ['run', 'lane', '--', '--project', 'stores']],
  ['http', ['run', 'lane', '--', '--project', 'http']],
  ['processes', ['run', 'lane', '--', '--project', 'processes']],
  ['rehearsal', ['run', 'lane', '--', '--project', 'rehearsal']],
  ['chaos', ['run', 'lane', '--', '--project', 'chaos']],
  ['journeys', ['run', 'lane', '--', '--project', 'journeys']],
] as const
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
for (const [name, flags] of LANES) {
  const startedMs = Date.now()
  const { code, output } = await runNpm(flags)
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
const [passed = 0, failed = 0, skipped = 0] = totals
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`)
process.exitCode = failed === 0 && passed > 0 ? 0 : 1
