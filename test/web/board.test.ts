import { describe, expect, test } from 'vitest'
import { dayOf } from '../../web/format/dates.ts'
import { createFormat } from '../../web/format/numbers.ts'
import { cellAt, headlineOf, rowsOf, totalsOf } from '../../web/pages/campaigns-board-rows.ts'
import { linesOf, readBoardSearch, select, type BoardSearch } from '../../web/pages/campaigns-board-search.ts'
import { boardTable } from '../../web/pages/campaigns-board-table.ts'
import { progressOf } from '../../web/pages/campaigns-progress-series.ts'
import { vi } from '../../web/words/vi.ts'
import { boardAt, type Board, type BoardStage } from './board-fixture.ts'

// Official Letter 5034: signing is due "before 30 August", so the evening of the 29th is the last one on time.
const EVENING = '2025-08-29T22:00:00+07:00'
const BOARD = boardAt(EVENING, { bodies: 54 })
const ROWS = rowsOf(BOARD, dayOf(EVENING))
const format = createFormat('vi')

const find = (search: BoardSearch, rows = ROWS) =>
  select(rows, search, { name: ({ body }) => body.nameVi, compare: format.compare })
const codes = (search: BoardSearch) => find(search).map(({ body }) => body.code)

/** The first body of the board with one stage as it is told. */
function rowWith(stage: Partial<BoardStage> & Pick<BoardStage, 'stage'>, asOf = EVENING) {
  const [body, ...others] = BOARD.bodies
  const told: Board = {
    ...BOARD,
    asOf,
    bodies: [
      {
        ...body!,
        stages: body!.stages.map((own) => (own.stage === stage.stage ? { ...own, ...stage } : own)),
      },
      ...others,
    ],
  }
  return rowsOf(told, dayOf(asOf))[0]!
}
const SIGNING = {
  stage: 'sign-records',
  dueAt: '2025-08-30T00:00:00+07:00',
  doneAt: null,
  onTime: null,
  overdue: false,
  letters: 0,
} as const

describe('a cell', () => {
  test.each([
    ['an open stage on its last day', { state: 'open' }, EVENING, 'at-risk', 0],
    ['an open stage three days before', { state: 'open' }, '2025-08-26T08:00:00+07:00', 'at-risk', 3],
    ['an open stage four days before', { state: 'open' }, '2025-08-25T23:59:59+07:00', 'open', 4],
    [
      'an open stage a minute after',
      { state: 'open', overdue: true },
      '2025-08-30T00:01:00+07:00',
      'overdue',
      -1,
    ],
    ['a stage not opened yet', { state: 'waiting' }, EVENING, 'waiting', 0],
    [
      'a stage not opened whose date is gone',
      { state: 'waiting', overdue: true },
      '2025-09-05T08:00:00+07:00',
      'overdue',
      -7,
    ],
    [
      'a stage handed in too late',
      { state: 'submitted', overdue: true },
      '2025-09-05T08:00:00+07:00',
      'submitted',
      -7,
    ],
    [
      'a stage done in time',
      { state: 'done', doneAt: '2025-08-27T09:00:00+07:00', onTime: true },
      EVENING,
      'done',
      2,
    ],
    [
      'a stage done late',
      { state: 'done', doneAt: '2025-09-02T09:00:00+07:00', onTime: false },
      '2025-09-09T08:00:00+07:00',
      'done-late',
      -4,
    ],
  ] as const)('%s', (_what, stage, asOf, kind, days) => {
    expect(cellAt(rowWith({ ...SIGNING, ...stage }, asOf), 'sign-records')).toMatchObject({ kind, days })
  })

  test('of the daily match is never late', () => {
    const row = rowWith({ stage: 'match-daily', state: 'open' }, '2025-12-01T08:00:00+07:00')
    expect(cellAt(row, 'match-daily')?.kind).toBe('daily')
  })
})

describe('the headline and the totals', () => {
  test('count every body as on track or overdue, and nobody twice', () => {
    const { bodies, onTrack, overdue } = headlineOf(ROWS)
    expect(bodies).toBe(54)
    expect(onTrack + overdue).toBe(54)
    expect(overdue).toBeGreaterThan(0)
  })

  test('each number shows as many bodies as it counts', () => {
    const { atRisk, overdue, onTrack, submitted, synced } = headlineOf(ROWS)
    expect(find({ state: 'at-risk' })).toHaveLength(atRisk)
    expect(find({ overdue: 'yes' })).toHaveLength(overdue)
    expect(find({ overdue: 'no' })).toHaveLength(onTrack)
    expect(find({ state: 'submitted' })).toHaveLength(submitted)
    expect(find({ stage: 'sync-records', state: 'done' })).toHaveLength(synced)
  })

  test('the totals of the regions are the totals of the country', () => {
    const regions = linesOf(ROWS, {}).flatMap((line) => (line.kind === 'region' ? [totalsOf(line.rows)] : []))
    const sums = totalsOf(ROWS).map(({ stage, done, overdue, daily }) => ({ stage, done, overdue, daily }))
    expect(
      sums.map(({ stage }, index) => ({
        stage,
        done: regions.reduce((sum, region) => sum + (region[index]?.done ?? 0), 0),
        overdue: regions.reduce((sum, region) => sum + (region[index]?.overdue ?? 0), 0),
        daily: regions.reduce((sum, region) => sum + (region[index]?.daily ?? 0), 0),
      })),
    ).toEqual(sums)
  })
})

describe('a search', () => {
  test('finds Đồng Tháp by dong thap, and by its code', () => {
    expect(codes({ q: 'dong thap' })).toEqual(['H20'])
    expect(codes({ q: 'h20' })).toEqual(['H20'])
  })

  test('for a stage alone finds those who work at it, together with a state those in that state there', () => {
    for (const { body } of find({ stage: 'sign-records' })) expect(body.openStage).toBe('sign-records')
    const late = find({ stage: 'update-records', state: 'done-late' })
    expect(late.length).toBeGreaterThan(0)
    for (const row of late) expect(cellAt(row, 'update-records')?.kind).toBe('done-late')
  })

  test('by letters puts those who got most first', () => {
    const letters = find({ sort: 'letters', order: 'desc' }).map(({ body }) => body.letters)
    expect(letters).toEqual(letters.toSorted((one, other) => other - one))
    expect(letters[0]).toBeGreaterThan(0)
  })

  test('by a stage puts the overdue first, the latest of them before all', () => {
    const kinds = find({ sort: 'update-records' }).map((row) => cellAt(row, 'update-records')?.kind)
    expect(kinds[0]).toBe('overdue')
    expect(kinds.lastIndexOf('overdue')).toBe(kinds.filter((kind) => kind === 'overdue').length - 1)
  })

  test('groups bodies by region, with the ministries and agencies at the top, and loses nobody', () => {
    const lines = linesOf(ROWS, {})
    expect(lines[0]).toMatchObject({ kind: 'region', region: 'central' })
    expect(lines.filter(({ kind }) => kind === 'body')).toHaveLength(54)
    expect(linesOf(ROWS, { group: 'none' })).toHaveLength(54)
  })

  test('in an old or mistyped address says only what is understood', () => {
    expect(
      readBoardSearch({ stage: 'no-stage', state: 'overdue', region: '__proto__', q: '', view: 'progress' }),
    ).toEqual({
      ...{ stage: undefined, state: 'overdue', region: undefined, q: undefined, view: 'progress' },
      ...{ overdue: undefined, sort: undefined, order: undefined, group: undefined },
    })
  })
})

test('an export has a line for each body that is shown, with state and dates in words', () => {
  const rows = find({ q: 'dong thap' })
  const [heads, line, ...more] = boardTable(rows, {
    words: vi,
    format,
    nameOf: ({ body }) => body.nameVi,
    regionOf: ({ body }) => body.region,
  })
  expect(more).toEqual([])
  expect(heads?.length).toBe(3 + 7 * 3 + 1)
  expect(line?.slice(0, 5)).toEqual(['H20', 'Tỉnh Đồng Tháp', 'mekong-delta', 'Xong trễ', '19/07/2025'])
  expect(line?.at(-1)).toBe(rows[0]?.body.letters)
})

describe('progress', () => {
  const launchedOn = '2025-07-11'

  test('ends today at the number of bodies that have the stage behind them', () => {
    const { stages, days } = progressOf(ROWS, { launchedOn, today: '2025-08-29' })
    expect(days[0]).toBe(launchedOn)
    expect(stages.map(({ stage, done }) => [stage, done.at(-1)])).toEqual(
      totalsOf(ROWS)
        .slice(0, 6)
        .map(({ stage, done }) => [stage, done]),
    )
  })

  test('is behind by nobody on the last day itself, and from the next day on by all who are not done', () => {
    const signed = totalsOf(ROWS).find(({ stage }) => stage === 'sign-records')?.done ?? 0
    const of = (today: string) =>
      progressOf(ROWS, { launchedOn, today }).stages.find(({ stage }) => stage === 'sign-records')
    expect(of('2025-08-29')?.difference).toBe(signed)
    expect(of('2025-08-30')?.difference).toBe(signed - 54)
  })

  test('counts a body that was given a later date by that date', () => {
    const extended = rowWith(
      { ...SIGNING, state: 'open', dueAt: '2025-09-06T00:00:00+07:00' },
      '2025-09-01T08:00:00+07:00',
    )
    const { stages } = progressOf([extended], { launchedOn, today: '2025-09-01' })
    expect(stages.find(({ stage }) => stage === 'sign-records')?.difference).toBe(0)
  })
})
