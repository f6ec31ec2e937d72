import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { SYSTEMS_OF } from '../sandbox/faults.ts'

const [, , ...lines] = readFileSync('docs/faults.md', 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('|'))
/** A line ends with the file and, in “ ”, the title of the test or the case that proves it. */
const PROOF = /\| `(?<file>test\/[\w/-]+\.test\.ts)` “(?<title>[^“”]+)” \|$/

const isProved = (line: string): boolean => {
  const { file = '', title = '' } = PROOF.exec(line)?.groups ?? {}
  return existsSync(file) && readFileSync(file, 'utf8').includes(`'${title}'`)
}

test('every line of docs/faults.md names a test that exists', () => {
  expect(lines.length).toBeGreaterThan(20)
  expect(lines.filter((line) => !isProved(line))).toEqual([])
})

test('every fault that the sandbox can play has its line', () => {
  const told = new Set(lines.flatMap((line) => /^\| `([\w-]+)`/.exec(line)?.[1] ?? []))
  expect(told).toEqual(new Set(Object.keys(SYSTEMS_OF)))
})
