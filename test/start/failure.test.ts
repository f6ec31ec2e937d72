import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import {
  lastLines,
  readLogTail,
  saysDiskFull,
  saysPortTaken,
  sentenceOf,
  StartFailure,
} from '../../start/failure.ts'
import { WrongConfiguration } from '../../config.ts'
import { makeFolder } from './scene.ts'

const failed = (code: string, path?: string) => Object.assign(new Error(`${code}: failed`), { code, path })

test.each([
  [new StartFailure('Port 5034 is taken.'), 'Port 5034 is taken.'],
  [new WrongConfiguration('The configuration is wrong.'), 'The configuration is wrong.'],
  [
    failed('ENOSPC', '/home/keyring'),
    'The disk that holds /home/keyring is full; free some space there and start again.',
  ],
  [
    failed('EACCES', '/home'),
    'This user may not read and write /home; set DONGBO_HOME to a folder where it may.',
  ],
  [new TypeError('a bug'), undefined],
  ['not an error', undefined],
])('%s is told as %s', (error, sentence) => {
  expect(sentenceOf(error)).toBe(sentence)
})

test.each([
  ['PANIC:  could not write to file "pg_wal/xlogtemp.7": No space left on device', true],
  ['FATAL:  could not extend file "base/1/2691": No space left on device', true],
  ['sql: database or disk is full (13)', true],
  ['FATAL:  could not open file "base/1/2691": Permission denied', false],
])('a full disk is recognised in what servers write: %s', (text, isFull) => {
  expect(saysDiskFull(text)).toBe(isFull)
})

test.each([
  ['LOG:  could not bind IPv4 address "127.0.0.1": Address already in use', true],
  ['Error: listen tcp 127.0.0.1:7233: bind: address already in use', true],
  ['Error: listen EADDRINUSE', true],
  ['connection refused', false],
])('a taken port is recognised in what servers write: %s', (text, isTaken) => {
  expect(saysPortTaken(text)).toBe(isTaken)
})

test('of a log only what was written since the start is read, and of that only the end', () => {
  const file = join(makeFolder(), 'server.log')
  expect(readLogTail(file)).toBe('')
  writeFileSync(file, `old\n${'x'.repeat(100_000)}\nnew\n`)
  expect(readLogTail(file, 100_005)).toBe('new\n')
  expect(readLogTail(file).length).toBeLessThan(20_000)
  expect(lastLines('one\n\n two \nthree\n', 2)).toBe('two | three')
})
