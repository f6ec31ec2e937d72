import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { KNOWN_VARIABLES } from '../config.ts'

const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  encoding: 'utf8',
})
  .split('\n')
  .filter(Boolean)
const sources = files.filter((file) => /[.]tsx?$/.test(file) && !file.startsWith('tools/'))

/** The closed list of feature stems, in the order of the campaign; a new one is a decision on record. */
const STEMS = [
  ...['campaigns', 'localities', 'software', 'connection-keys', 'units', 'records', 'quality', 'signing'],
  ...['sync-schedule', 'sync-windows', 'matching', 'discrepancies', 'audit', 'access'],
  ...['attention', 'notices', 'calendars', 'clock', 'retries', 'verifications', 'reports', 'events'],
]
/** Files that serve a whole room. */
const ROOM_FILES = [
  ...['index', 'main', 'app', 'openapi', 'tokens', 'stages', 'errors', 'hanoi-time', 'proxies', 'refusals'],
  ...[
    'parking',
    'errands',
    'failures',
    'gateway-failures',
    'client',
    'migrate',
    'copy',
    'constraints',
    'keyring',
    'listen',
  ],
  ...[
    'reference-data',
    'installation',
    'columns',
    'task-queues',
    'messages',
    'shapes',
    'process-names',
    'processes',
    'request',
  ],
]
const STEM_ROOMS = /^(domain|workflows|activities|drizzle|api|web\/pages)\/(?!plugins\/|migrations\/)/

test('every file of the rooms of the product is named after a stem of the closed list', () => {
  const strangers = sources
    .filter((file) => STEM_ROOMS.test(file) && !file.includes('/plugins/'))
    .map(
      (file) =>
        file
          .split('/')
          .at(-1)
          ?.replace(/[.]tsx?$/, '') ?? '',
    )
    .filter(
      (name) =>
        !ROOM_FILES.includes(name) && !STEMS.some((stem) => name === stem || name.startsWith(`${stem}-`)),
    )
  expect(strangers).toEqual([])
})

test('no file is longer than 400 lines', () => {
  const long = sources
    .map((file) => [file, readFileSync(file, 'utf8').split('\n').length - 1] as const)
    .filter(([, lines]) => lines > 400)
  expect(long).toEqual([])
})

test('nothing is switched off or left for later', () => {
  const marks = /\b(TODO|FIXME|XXX)\b|\.(skip|only|todo)\(|@ts-(ignore|expect-error)|\bas any\b/
  const found = sources.filter(
    (file) => file !== 'test/tidy.test.ts' && marks.test(readFileSync(file, 'utf8')),
  )
  expect(found).toEqual([])
})

test('.env.example names variables that are read, and every one that is required', () => {
  const named = [...readFileSync('.env.example', 'utf8').matchAll(/^#?\s?([A-Z][A-Z_]+)=/gm)].map(
    ([, name]) => name,
  )
  expect(named.filter((name) => !KNOWN_VARIABLES.includes(name ?? ''))).toEqual([])
  expect(KNOWN_VARIABLES.filter((name) => !named.includes(name))).toEqual([])
})

test('every variable that the deployment gives our processes is one that they read', () => {
  const text = readFileSync('docker-compose.yml', 'utf8')
  const product =
    text.slice(text.indexOf('x-product:'), text.indexOf('services:')) +
    text.slice(text.indexOf('\n  migrate:'))
  const given = [...product.matchAll(/^\s+([A-Z][A-Z_]+):/gm)].map(([, name]) => name ?? '')
  expect(given.length).toBeGreaterThan(20)
  expect(given.filter((name) => !KNOWN_VARIABLES.includes(name))).toEqual([])
})
