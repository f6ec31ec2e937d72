import { compareKey } from './records-text.ts'

/** Raised when a rule below changes: a verdict can then be told from one by other rules. */
export const RULES_NO = 1

/** Numbers stand in the ledger for good; 0 there means that a record left the scope. */
export const VERDICTS = {
  match: 1,
  mismatch: 2,
  'not-found': 3,
  'deceased-or-cancelled': 4,
  insufficient: 5,
} as const
export type Verdict = keyof typeof VERDICTS
/** Bits of the fields that differ. */
export const MATCH_FIELDS = { personal_id: 1, full_name: 2, birth_date: 4, gender: 8 } as const
export type MatchField = keyof typeof MATCH_FIELDS

export interface Identity {
  readonly fullName: string
  /** `yyyy`, `yyyy-mm` or `yyyy-mm-dd`. */
  readonly birthDate: string
  readonly gender: string
}
export interface Registered extends Identity {
  readonly status: 'alive' | 'deceased' | 'cancelled'
}
export interface Comparison {
  readonly verdict: Verdict
  readonly fields: readonly MatchField[]
}

/** Compares a record with what the register knows of its personal id. */
export function compareIdentity(record: Identity, citizen: Registered | null): Comparison {
  if (record.fullName === '' || record.birthDate === '') return { verdict: 'insufficient', fields: [] }
  if (citizen === null) return { verdict: 'not-found', fields: ['personal_id'] }
  if (citizen.status !== 'alive') return { verdict: 'deceased-or-cancelled', fields: ['personal_id'] }
  const fields: MatchField[] = []
  if (compareKey(record.fullName) !== compareKey(citizen.fullName)) fields.push('full_name')
  // A year alone is compared with the year alone.
  const shared = Math.min(record.birthDate.length, citizen.birthDate.length)
  if (record.birthDate.slice(0, shared) !== citizen.birthDate.slice(0, shared)) fields.push('birth_date')
  if (record.gender !== citizen.gender) fields.push('gender')
  return { verdict: fields.length === 0 ? 'match' : 'mismatch', fields }
}

export const fieldBits = (fields: readonly MatchField[]): number =>
  fields.reduce((bits, field) => bits | MATCH_FIELDS[field], 0)
