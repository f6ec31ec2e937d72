import { Refusal } from './errors.ts'

/** The seven roles of the permission matrix. `machine` is a locality's own software with its credential. */
export const ROLES = [
  'ministry-coordinator',
  'ministry-operator',
  'ministry-security',
  'locality-officer',
  'locality-signer',
  'auditor',
  'machine',
] as const
export type Role = (typeof ROLES)[number]

/** Roles that act for one body only; all others act for the whole country. */
const LOCAL_ROLES: readonly Role[] = ['locality-officer', 'locality-signer', 'machine']
export const isLocalRole = (role: Role): boolean => LOCAL_ROLES.includes(role)

export interface Grant {
  readonly role: Role
  /** The body the role is held for; null for a national role. */
  readonly localityCode: string | null
}

export interface Actor {
  /** Stable id of the person or machine; never a name. */
  readonly subject: string
  readonly grants: readonly Grant[]
}

const COO = 'ministry-coordinator'
const OPR = 'ministry-operator'
const SEC = 'ministry-security'
const OFF = 'locality-officer'
const SGN = 'locality-signer'
const AUD = 'auditor'
const KEY = 'machine'

/** Who may do what: the permission matrix of this service. A route names one of these actions or it does not start. */
const WHO_MAY = {
  /** People of a body: the campaigns in which it takes part. */
  'campaign.read': [COO, OPR, SEC, OFF, SGN, AUD, KEY],
  'report.read': [COO, OPR, SEC, AUD],
  'campaign.launch': [COO],
  'campaign.amend': [COO],
  'campaign.cancel': [COO],
  'campaign.close': [COO],
  'locality.read': [COO, OPR, SEC, OFF, SGN, AUD, KEY],
  'stage.submit': [OFF],
  'stage.approve': [COO, OFF],
  'stage.return': [COO, OFF],
  'stage.extend': [COO],
  'stage.override': [COO],
  'process.hold': [COO],
  'software.assess': [OFF],
  'key.request': [OFF],
  'key.switch': [OPR, SEC],
  'key.cancel': [OPR, SEC],
  'unit-tree.upload': [OFF, KEY],
  'intake.upload': [OFF, KEY],
  'intake.read': [OPR, OFF, SGN, AUD, KEY],
  'rejects.read': [OFF, KEY],
  'signing.sign': [SGN],
  'signing.read': [OPR, OFF, SGN, AUD],
  'slot.propose': [OFF],
  'slot.confirm': [COO, OPR],
  'window.read': [COO, OPR, OFF, SGN, AUD],
  'window.retry': [OPR],
  'retry.read': [COO, OPR, AUD],
  'verification.order': [COO, OPR, SEC, AUD],
  'verification.read': [COO, OPR, SEC, AUD],
  'attention.read': [COO, OPR, AUD],
  'attention.decide': [OPR],
  'matching.run': [OPR],
  'matching.read': [COO, OPR, OFF, AUD, KEY],
  'clock.read': ROLES,
  'clock.steer': [COO],
  'clock.hold': [COO],
  'audit.read': [SEC, AUD],
} as const satisfies Record<string, readonly Role[]>
export type Action = keyof typeof WHO_MAY
export const ACTIONS = Object.keys(WHO_MAY).filter(isAction)

function isAction(value: string): value is Action {
  return Object.hasOwn(WHO_MAY, value)
}

/** What a reader may see: every body, or a list of codes. Every store method takes it as its first argument. */
export type Scope = 'national' | readonly string[]

export const covers = (scope: Scope, localityCode: string): boolean =>
  scope === 'national' || scope.includes(localityCode)

/**
 * The scope in which this actor may do this action. Refuses with `action-not-allowed` where no grant allows it at all;
 * whether one body lies inside the scope is asked with {@link assertInScope}, which answers `not-found`.
 */
export function scopeOf(actor: Actor, action: Action): Scope {
  const allowed: readonly Role[] = WHO_MAY[action]
  const grants = actor.grants.filter(({ role }) => allowed.includes(role))
  if (grants.length === 0) throw new Refusal('action-not-allowed')
  if (grants.some(({ role }) => !isLocalRole(role))) return 'national'
  return grants.flatMap(({ localityCode }) => localityCode ?? [])
}

/** Another body's object does not exist for those who may not see it. */
export function assertInScope(scope: Scope, localityCode: string): void {
  if (!covers(scope, localityCode)) throw new Refusal('not-found')
}

export const mayAct = (role: Role, action: Action): boolean => {
  const allowed: readonly Role[] = WHO_MAY[action]
  return allowed.includes(role)
}
