import { randomBytes } from 'node:crypto'
import type { Role } from '../domain/access.ts'
import { LOCALITIES } from '../domain/localities.ts'
import type { AccessStore, NewAccount } from '../drizzle/stores/access.ts'
import type { Home } from './home.ts'

export interface LogIn {
  readonly name: string
  readonly password: string
  readonly role: Role
  readonly localityCode: string | null
}

/** Two log-ins per role where two persons are needed. */
const NATIONAL: readonly (readonly [role: Role, name: string, count: number])[] = [
  ['ministry-coordinator', 'coordinator', 2],
  ['ministry-operator', 'operator', 2],
  ['ministry-security', 'security', 2],
  ['auditor', 'auditor', 1],
]
const LOCAL: readonly (readonly [role: Role, name: string, count: number])[] = [
  ['locality-officer', 'officer', 2],
  ['locality-signer', 'signer', 1],
]
const newPassword = () => randomBytes(15).toString('base64url')

const make = (role: Role, name: string, count: number, localityCode: string | null) =>
  Array.from({ length: count }, (_, index) => ({
    name: `${localityCode === null ? '' : `${localityCode}-`}${name}-${index + 1}`,
    password: newPassword(),
    role,
    localityCode,
  }))

function newLogIns(): readonly LogIn[] {
  return [
    ...NATIONAL.flatMap(([role, name, count]) => make(role, name, count, null)),
    ...LOCALITIES.flatMap(({ code }) =>
      LOCAL.flatMap(([role, name, count]) => make(role, name, count, code)),
    ),
  ]
}

/** The log-ins of this rehearsal: made at its first start, kept in a file that only its owner reads. */
export async function openLogIns(home: Home, access: AccessStore): Promise<readonly LogIn[]> {
  const text = await home.secret('log-ins.json', () => JSON.stringify(newLogIns(), null, 1))
  const logIns: readonly LogIn[] = JSON.parse(text)
  const present = new Set(await access.readAccountNames())
  const missing: NewAccount[] = logIns
    .filter(({ name }) => !present.has(name))
    .map((logIn) => ({ ...logIn, documentNo: 'rehearsal' }))
  if (missing.length > 0) await access.createAccounts(missing)
  return logIns
}

/** One per role, to be shown. */
export function oneOfEach(logIns: readonly LogIn[]): readonly LogIn[] {
  const roles = new Set<Role>()
  return logIns.filter(({ role }) => !roles.has(role) && roles.add(role))
}
