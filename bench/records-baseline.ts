import { createCipheriv, createHmac, hash, randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { createConnection } from 'node:net'
import { pipeline } from 'node:stream/promises'
import { parse } from 'csv-parse/sync'
import postgres from 'postgres'
import { RECORD_FIELDS } from '../domain/records-fields.ts'
import { createPageCutter, type Page } from '../domain/records-pages.ts'
import { FILE_SOURCE, unitTree } from './records-file.ts'
import type { Outcome, TrialInput } from './records-outcome.ts'
import { added, measure, type Sample } from './usage.ts'

/**
 * What the same work costs without a product: COPY of the file by PostgreSQL's own CSV parser, one SQL statement, and the
 * encryption in a loop that does nothing else. What it leaves out is said in `results.md`.
 */
export async function runBaseline(input: TrialInput): Promise<Outcome> {
  const { hostname, port } = new URL(input.ownerUrl)
  const settings = {
    max: 1,
    onnotice: () => {},
    socket: () => createConnection({ host: hostname, port: Number(port), noDelay: true }),
  }
  const sql = postgres(input.ownerUrl, settings)
  try {
    await sql.unsafe(tables())
    await writeUnits(sql)
    const watched = { postgresPid: input.postgresPid }

    const endCopy = measure(watched)
    const stream = await sql
      .unsafe(`copy wide (${columns()}) from stdin with (format csv, header)`)
      .writable()
    await pipeline(createReadStream(input.file, { highWaterMark: 65_536 }), stream)
    const copy = endCopy()

    const endStatement = measure(watched)
    const [counts] = await sql.unsafe<{ accepted: number; rejected: number }[]>(statement())
    const transform = endStatement()

    const encryption = await encryptAll(input.file)
    const [counted] = await sql.unsafe<{ rows: number }[]>('select count(*)::int as rows from wide')
    return {
      parts: { copy, sql: transform, encryption },
      total: added(added(copy, transform), encryption),
      rows: counted?.rows ?? 0,
      accepted: counts?.accepted ?? 0,
      rejected: counts?.rejected ?? 0,
    }
  } finally {
    await sql.end({ timeout: 1 })
  }
}

const NAMES = RECORD_FIELDS.map(({ name }) => name)
const columns = () => NAMES.join(', ')

const tables = () => `
  create table wide (line bigint generated always as identity, ${NAMES.map((name) => `${name} text`).join(', ')});
  create table bare_units (code text primary key);
  create table bare_successors (code text primary key, successor text not null);
  create table bare_records (record_id bigint generated always as identity primary key, source text not null,
    record_code text not null, unit_code text not null, personal_id_hash bytea not null, line bigint not null,
    unique (source, record_code));
  create unique index on bare_records (personal_id_hash);
  create table bare_versions (record_id bigint not null, version_no int not null, line bigint not null,
    occurred_at timestamptz not null default now(), ${NAMES.map((name) => `${name} text`).join(', ')},
    primary key (record_id, version_no));
  create table bare_rejects (line bigint primary key, rule text not null)`

async function writeUnits(sql: postgres.Sql): Promise<void> {
  for (const { code, predecessorCodes } of unitTree()) {
    await sql`insert into bare_units values (${code})`
    for (const former of predecessorCodes) await sql`insert into bare_successors values (${former}, ${code})`
  }
}

/** The rules of the six mandatory columns only. */
const RULE = `case
  when record_code is null or personal_id is null or full_name is null or birth_date is null or gender is null
    or old_code is null then 'missing'
  when personal_id !~ '^\\d{12}$' then 'personal-id-shape'
  when lower(gender) not in ('nam', 'nữ', 'male', 'female') then 'gender-unknown'
  when birth_date !~ '^\\d{4}(-\\d{2}(-\\d{2})?)?$' then 'birth-date-shape'
  when new_code is null then 'unit-unknown' end`

function statement(): string {
  const cleaned = NAMES.map(
    (name) => `nullif(btrim(normalize(${name}, nfc)), '') as ${name === 'unit_code' ? 'old_code' : name}`,
  )
  const kept = NAMES.map((name) => (name === 'unit_code' ? 'k.new_code' : `k.${name}`))
  return `
    with cleaned as (select line, ${cleaned.join(', ')} from wide),
    mapped as (
      select c.*, coalesce(u.code, s.successor) as new_code from cleaned c
      left join bare_units u on u.code = c.old_code left join bare_successors s on s.code = c.old_code),
    checked as materialized (select *, ${RULE} as rule from mapped),
    taken as (
      insert into bare_records (source, record_code, unit_code, personal_id_hash, line)
      select '${FILE_SOURCE}', record_code, new_code, sha256(convert_to(personal_id, 'UTF8')), line
      from checked where rule is null order by line
      on conflict do nothing returning record_id, line),
    versions as (
      insert into bare_versions (record_id, version_no, line, ${columns()})
      select t.record_id, 1, t.line, ${kept.join(', ')} from taken t join checked k using (line)),
    rejects as (
      insert into bare_rejects select k.line, coalesce(k.rule, 'duplicate') from checked k
      where not exists (select from taken t where t.line = k.line) returning 1)
    select (select count(*) from taken)::int as accepted, (select count(*) from rejects)::int as rejected`
}

interface Plain {
  readonly id: string
  readonly record: string
  readonly text: string
}

/** Only the cryptography is measured; reading the file and making each row's text is not. */
async function encryptAll(file: string): Promise<Sample> {
  let spent: Sample = { wallMs: 0, nodeMs: 0, postgresMs: null, engineMs: null, peakMiB: null }
  const cutter = createPageCutter()
  const keys = { seal: randomBytes(32), id: randomBytes(32) }
  const encrypt = (pages: readonly Page[]) => {
    for (const page of pages) {
      const rows = plainRows(page)
      const end = measure({})
      for (const row of rows) encryptOne(row, keys)
      spent = added(spent, end())
    }
  }
  for await (const chunk of createReadStream(file))
    if (chunk instanceof Uint8Array) encrypt(cutter.push(chunk))
  encrypt(cutter.end())
  return spent
}

/** The same text that the product encrypts: the filled cells as JSON with their names. */
function plainRows(page: Page): readonly Plain[] {
  const rows: string[][] = parse(page.body)
  return rows.map((cells) => {
    const content: Record<string, string> = {}
    for (const [index, name] of NAMES.entries()) {
      const cell = cells[index] ?? ''
      if (cell !== '') content[name] = cell
    }
    return {
      id: cells[1] ?? '',
      record: `${FILE_SOURCE}/${cells[0] ?? ''}`,
      text: JSON.stringify(content),
    }
  })
}

function encryptOne(
  { id, record, text }: Plain,
  keys: { readonly seal: Buffer; readonly id: Buffer },
): Buffer {
  const personalIdHash = createHmac('sha256', keys.id).update(id).digest()
  const random = randomBytes(28)
  const [salt, nonce] = [random.subarray(0, 16), random.subarray(16)]
  const cipher = createCipheriv('aes-256-gcm', keys.seal, nonce)
  cipher.setAAD(Buffer.from(record))
  const sealed = cipher.update(text, 'utf8')
  cipher.final()
  const contentHash = hash('sha256', Buffer.concat([salt, Buffer.from(text)]), 'hex')
  const leaf = hash('sha256', `${salt.toString('latin1')}${contentHash}${record}`, 'buffer')
  return Buffer.concat([cipher.getAuthTag(), sealed, personalIdHash, leaf])
}
