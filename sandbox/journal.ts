import postgres from 'postgres'

/** What the simulated systems remember, in a database of their own: another authority’s rows, never the product’s. */
const SCHEMA = `
create table if not exists connection_keys (key_id uuid primary key, locality_code text not null, software_name text not null,
  secret_sha256 text not null, state text not null);
create table if not exists unit_trees (tree_id uuid primary key, locality_code text not null, version int not null, units jsonb not null,
  received_at timestamptz not null default now());
create table if not exists signing_sessions (session_id uuid primary key, locality_code text not null, manifest text not null, cms text not null);
create table if not exists dossier_batches (locality_code text not null, idempotency_key text not null, body_sha256 text not null, answer text not null,
  primary key (locality_code, idempotency_key));
create table if not exists dossiers (locality_code text not null, record text not null, version_no int not null, leaf text not null, receipt uuid not null,
  primary key (locality_code, record));
create table if not exists journal (sequence bigint generated always as identity primary key, locality_code text not null, record text not null,
  version_no int not null, leaf text not null, receipt uuid not null, window_id uuid not null);
create index if not exists journal_locality on journal (locality_code, sequence);
create table if not exists population (personal_id text primary key, full_name text not null, birth_date text not null, gender text not null, status text not null);
create table if not exists source_corrections (source text not null, record_code text not null, primary key (source, record_code));
create table if not exists look_ups (request_id text primary key, agency_code text not null, officer_code text not null, asked int not null);
create table if not exists signers (locality_code text primary key, certificate text not null, private_key text not null);
create table if not exists authority (single boolean primary key default true, certificate text not null, private_key text not null);
create table if not exists signatures (session_id uuid primary key, cms text not null, certificate_sha256 text not null, manifest_sha256 text not null);
create table if not exists notices (sequence bigint generated always as identity primary key, notice_id uuid not null unique, notice jsonb not null,
  received_at timestamptz not null default now(), times int not null default 1);`

export type Journal = postgres.Sql

export async function openJournal(url: string): Promise<Journal> {
  const journal = postgres(url, { max: 8, onnotice: () => {} })
  await journal.unsafe(SCHEMA)
  return journal
}
