import type { HanoiDate } from '../../domain/hanoi-time.ts'
import { STAGES } from '../../domain/stages.ts'
import { download } from '../components/download.ts'
import { Choice, SearchField } from '../components/fields.tsx'
import { toCsv } from '../format/csv.ts'
import { useSpeech } from '../words/languages.tsx'
import { CELL_KINDS, type BoardRow } from './campaigns-board-rows.ts'
import { isFiltered, REGION_CODES, regionName, type BoardSearch, type Say } from './campaigns-board-search.ts'
import { boardTable } from './campaigns-board-table.ts'

interface FiltersProps {
  readonly search: BoardSearch
  readonly say: Say
  readonly selected: readonly BoardRow[]
  readonly all: number
  readonly today: HanoiDate
}

export function BoardFilters({ search, say, selected, all, today }: FiltersProps) {
  const { words, language } = useSpeech()
  const { board } = words
  const { stage, state, region, overdue, group } = search
  return (
    <div className="filters" role="search" aria-label={board.filters}>
      <SearchField label={board.search} text={search.q ?? ''} onSearch={(q) => say({ q })} />
      <Choice
        label={board.stage}
        any={board.anyStage}
        value={stage}
        choices={STAGES.map((name) => [name, words.stages[name]])}
        onChoose={(chosen) => say({ stage: chosen })}
      />
      <Choice
        label={board.state}
        any={board.anyState}
        value={state}
        choices={CELL_KINDS.map((kind) => [kind, words.cells[kind]])}
        onChoose={(chosen) => say({ state: chosen })}
      />
      <Choice
        label={board.region}
        any={board.anyRegion}
        value={region}
        choices={REGION_CODES.map((code) => [code, regionName(code, language)])}
        onChoose={(chosen) => say({ region: chosen })}
      />
      <Choice
        label={board.overdueFilter}
        any={board.anyDue}
        value={overdue}
        choices={[
          ['yes', board.overdueFilters.yes],
          ['no', board.overdueFilters.no],
        ]}
        onChoose={(chosen) => say({ overdue: chosen })}
      />
      <label className="check">
        <input
          type="checkbox"
          checked={group === undefined}
          onChange={({ target }) => say({ group: target.checked ? undefined : 'none' })}
        />
        {board.group}
      </label>
      <p className="shown" role="status">
        {board.shown(selected.length, all)}
      </p>
      <button
        type="button"
        className="button"
        disabled={!isFiltered(search)}
        onClick={() =>
          say({ stage: undefined, state: undefined, region: undefined, overdue: undefined, q: undefined })
        }
      >
        {board.reset}
      </button>
      <ExportButton rows={selected} today={today} />
    </div>
  )
}

function ExportButton({ rows, today }: { readonly rows: readonly BoardRow[]; readonly today: HanoiDate }) {
  const { words, format, language, nameOf } = useSpeech()
  function save(): void {
    const table = boardTable(rows, {
      words,
      format,
      nameOf: ({ body }) => nameOf(body),
      regionOf: ({ body }) => regionName(body.region, language),
    })
    download(`board-${today}.csv`, 'text/csv;charset=utf-8', toCsv(table))
  }
  return (
    <button type="button" className="button" onClick={save}>
      {words.board.export}
    </button>
  )
}
