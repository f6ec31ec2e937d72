import { describe, expect, test } from 'vitest'
import { checkUnitTree, fromOldForm, mapUnit, type UnitRow } from '../../domain/units.ts'

const root: UnitRow = {
  line: 2,
  code: 'H26',
  name: 'Thành phố Hà Nội',
  kind: 'province',
  valid_from: '2025-07-01',
}
const child: UnitRow = {
  line: 3,
  code: 'H26.01',
  name: 'Sở Nội vụ',
  parent_code: 'H26',
  kind: 'department',
  valid_from: '2025-07-01',
  predecessor_codes: 'H26.11; H26.12',
}

test('a good tree gives its units with their predecessors', () => {
  const { units, faults } = checkUnitTree([root, child], 'H26')
  expect(faults).toEqual([])
  expect(units[1]).toMatchObject({
    code: 'H26.01',
    parentCode: 'H26',
    predecessorCodes: ['H26.11', 'H26.12'],
  })
})

test.each<[string, Partial<UnitRow>, string, string]>([
  ['a code in small letters', { code: 'h26.01' }, 'code', 'code-shape'],
  ['a code longer than 35 characters', { code: `H26.${'1'.repeat(40)}` }, 'code', 'code-shape'],
  ['another body’s code', { code: 'H29.01', parent_code: 'H29' }, 'code', 'code-foreign'],
  [
    'a parent that is not the beginning of the code',
    { parent_code: 'H2' },
    'parent_code',
    'parent-not-prefix',
  ],
  ['a parent that is not there', { code: 'H26.9.1', parent_code: 'H26.9' }, 'parent_code', 'parent-missing'],
  ['an unknown kind', { kind: 'club' }, 'kind', 'kind-unknown'],
  ['a day that does not exist', { valid_from: '2025-02-30' }, 'valid_from', 'date-shape'],
  ['a life that ends before it begins', { valid_to: '2025-06-30' }, 'valid_to', 'dates-reversed'],
  ['a life longer than its parent’s', { valid_from: '2025-06-01' }, 'valid_to', 'outlives-parent'],
  ['a second unit of the same code', { code: 'H26', parent_code: '' }, 'code', 'code-repeated'],
  ['no name', { name: ' ' }, 'name', 'missing'],
  [
    'a predecessor in the old form',
    { predecessor_codes: '000.01.H26' },
    'predecessor_codes',
    'predecessor-shape',
  ],
])('%s is a fault of its line', (_what, change, field, rule) => {
  const { faults } = checkUnitTree([root, { ...child, ...change }], 'H26')
  expect(faults).toContainEqual({ line: 3, field, rule })
})

test('a tree without the body’s own code has no root', () => {
  expect(checkUnitTree([], 'H26').faults).toEqual([{ line: 1, field: 'code', rule: 'root-missing' }])
})

describe('the way of an old unit code', () => {
  const mapping = {
    open: new Set(['H26.01', 'H26.02']),
    successors: new Map([
      ['H26.11', ['H26.01']],
      ['H26.12', ['H26.01', 'H26.02']],
      ['H26.13', ['H26.99']],
    ]),
  }
  test.each([
    ['H26.01', { code: 'H26.01' }],
    ['H26.11', { code: 'H26.01' }],
    ['H26.12', { rule: 'unit-closed-ambiguous' }],
    ['H26.13', { rule: 'unit-unknown' }],
    ['H26.77', { rule: 'unit-unknown' }],
  ])('%s leads to %j', (code, outcome) => expect(mapUnit(mapping, code)).toEqual(outcome))
})

test('the form of before 2020 is read from right to left, as a suggestion only', () => {
  expect(fromOldForm('000.00.12.H49')).toBe('H49.12')
  expect(fromOldForm('H49.12')).toBeNull()
})
