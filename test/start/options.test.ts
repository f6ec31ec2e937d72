import { expect, onTestFinished, test } from 'vitest'
import { openHome } from '../../start/home.ts'
import { readOptions, rememberRehearsal } from '../../start/options.ts'
import { makeFolder } from './scene.ts'

async function openNew() {
  const home = await openHome(`${makeFolder()}/home`)
  onTestFinished(home.release)
  return home
}
const asked = (...words: readonly string[]) => readOptions(words).asked

test.each([
  [['--records', '99'], '--records must be a whole number of at least 100.'],
  [['--records', 'many'], '--records must be a whole number of at least 100.'],
  [['--seed', '-1'], /seed/],
  [['--speed', '0'], '--speed must be a number of days between 0.001 and 20.'],
  [['--bodies', '55'], /a number from 1 to 54 or codes .*"55" is neither/],
  [['--bodies', 'H26,X99'], /"X99" is neither/],
  [['--fast'], /^Unknown option '--fast'\. Known are --reset, .* and --speed\.$/],
])('%j is refused in one sentence', (words, sentence) => {
  expect(() => readOptions(words)).toThrow(sentence)
})

test('a number of bodies is taken evenly from all, a list is taken as it stands, each once', () => {
  expect(asked('--bodies', '12').bodies).toHaveLength(12)
  expect(asked('--bodies', '54').bodies).toHaveLength(54)
  expect(asked('--bodies', '1').bodies).toHaveLength(1)
  expect(asked('--bodies', 'H26, G09,H26').bodies).toEqual(['H26', 'G09'])
})

test('a rehearsal goes on with what it was begun with, whatever a later start leaves out', async () => {
  const home = await openNew()
  const begun = await rememberRehearsal(home, asked('--records', '5000', '--seed', '7', '--bodies', 'H26'))
  expect(begun).toEqual({ records: 5_000, seed: 7, bodies: ['H26'] })
  expect(await rememberRehearsal(home, asked())).toEqual(begun)
  expect(await rememberRehearsal(home, asked('--seed', '7'))).toEqual(begun)
})

test('a later start that asks for other people is refused, and told how to begin anew', async () => {
  const home = await openNew()
  await rememberRehearsal(home, asked())
  await expect(rememberRehearsal(home, asked('--seed', '7'))).rejects.toThrow(
    /was begun with other seed \(5034\); go on without --seed, or begin anew with --reset\.$/,
  )
})
