import { isLocalRole, type Role } from '../../domain/access.ts'
import { FINDINGS, recordLine, recordsFile, unitsFile, type Objects } from './bodies.ts'
import type { Route } from './fixture.ts'

const reason = 'Theo công văn'
const documentNo = '5034/BNV-CCVC'
/** Takes part in no campaign of these tests. */
const THIRD = 'H49'

interface Order {
  readonly body: string | object
  /** What the owner of the object is answered: done, or a rule about its state that names no other body. */
  readonly statuses: readonly number[]
}

/** What is sent to each route that changes something, valid for the body whose objects these are. */
function ordersFor(objects: Objects): Readonly<Record<string, Order>> {
  const { code = '', campaignId = '', token = '' } = objects
  const source = `${code}-1`
  const stage = '/v1/campaigns/{campaignId}/localities/{code}/stages/{stage}'
  const body = '/v1/campaigns/{campaignId}/localities/{code}'
  const local = '/v1/localities/{code}'
  return {
    'POST /v1/campaigns/preview': { body: {}, statuses: [200] },
    'POST /v1/campaigns': { body: { localityCodes: [THIRD] }, statuses: [201, 409] },
    'POST /v1/campaigns/{campaignId}/amendments': {
      body: { stage: 'sign-records', namedDate: '2025-08-31', reason, documentNo },
      statuses: [202],
    },
    'POST /v1/campaigns/{campaignId}/cancel': { body: { reason, documentNo }, statuses: [202] },
    'POST /v1/campaigns/{campaignId}/close': { body: { reason, documentNo }, statuses: [202] },
    [`POST ${stage}/submit`]: { body: {}, statuses: [200] },
    [`POST ${stage}/approve`]: { body: {}, statuses: [200] },
    [`POST ${stage}/return`]: { body: { reason }, statuses: [200] },
    [`POST ${stage}/extend`]: { body: { lastDay: '2025-09-01', reason, documentNo }, statuses: [200] },
    [`POST ${stage}/override`]: { body: { reason, documentNo }, statuses: [202] },
    [`POST ${body}/hold`]: { body: { reason }, statuses: [200] },
    [`POST ${body}/resume`]: { body: { reason }, statuses: [200] },
    [`POST ${local}/source-systems`]: {
      body: { code: `${code}-2`, name: 'Phần mềm', vendor: 'A', predecessorCode: code },
      statuses: [201],
    },
    [`POST ${local}/software-assessments`]: { body: { source, findings: FINDINGS }, statuses: [201] },
    [`POST ${local}/software-choice`]: { body: { source, scenario: 'one-predecessor' }, statuses: [201] },
    [`POST ${local}/key-administrators`]: {
      body: { fullName: 'Lê Văn Ba', contact: '024' },
      statuses: [201],
    },
    [`POST ${local}/connection-keys`]: { body: { source }, statuses: [201] },
    // Whoever issued it may not put it into force, and one that is cancelled is not usable.
    [`POST ${local}/connection-keys/{keyId}/activate`]: { body: {}, statuses: [200] },
    [`POST ${local}/connection-keys/{keyId}/cancel`]: { body: {}, statuses: [200] },
    'POST /v1/matching-runs': { body: { campaignId, day: '2025-09-11' }, statuses: [422] },
    [`POST ${local}/intakes`]: { body: recordsFile(recordLine(code, 15)), statuses: [200, 202] },
    // One session is open already, and one that has its order can not be abandoned.
    [`POST ${local}/signing-sessions`]: { body: {}, statuses: [409] },
    'POST /v1/signing-sessions/{sessionId}/sign': { body: {}, statuses: [200] },
    'POST /v1/signing-sessions/{sessionId}/abandon': { body: {}, statuses: [409] },
    [`POST ${local}/sync-slots`]: { body: { day: '2025-09-05' }, statuses: [201] },
    'POST /v1/sync-windows/{windowId}/retry': { body: { reason }, statuses: [200] },
    // The window of the preview goes into one retry, and is then no longer there for another.
    'POST /v1/campaigns/{campaignId}/retries/preview': {
      body: { localityCodes: [code] },
      statuses: [201],
    },
    'POST /v1/campaigns/{campaignId}/retries': { body: { token, reason }, statuses: [202] },
    'POST /v1/retries/{retryId}/pause': { body: {}, statuses: [200] },
    'POST /v1/retries/{retryId}/resume': { body: {}, statuses: [200] },
    [`POST ${local}/units`]: { body: unitsFile(code), statuses: [201] },
    'POST /v1/attention-items/{itemId}/decide': { body: { decision: 'retry', reason }, statuses: [200] },
    'POST /v1/campaigns/{campaignId}/verifications': { body: { localityCode: code }, statuses: [202] },
    'POST /v1/clock/pause': { body: {}, statuses: [200] },
    'POST /v1/clock/resume': { body: {}, statuses: [200] },
    'POST /v1/clock/speed': { body: { daysPerSecond: 0.001 }, statuses: [200] },
    'PUT /v1/clock/holds/{name}': { body: { clearUntil: '2025-09-01T00:00:00Z' }, statuses: [200] },
    'DELETE /v1/clock/holds/{name}': { body: {}, statuses: [200] },
  }
}

/** Stages of the ministry are approved by it, that of the records by a second officer of the body. */
const stageFor = (role: Role, { action }: Route) =>
  isLocalRole(role) && action !== 'stage.submit' ? 'update-records' : 'select-software'

/** The address of a route for one body's objects. A kind of object that no fixture has is a gap in these tests. */
export function addressOf(route: Route, role: Role, objects: Objects): string {
  const known: Objects = { ...objects, stage: stageFor(role, route), name: 'a-hold' }
  const path = route.path.replaceAll(/\{(\w+)\}/g, (_hole, name: string) => {
    const value = known[name]
    if (value === undefined) throw new Error(`no object stands for {${name}} of ${route.path}`)
    return value
  })
  if (route.method === 'GET' && route.path === '/v1/matching-runs')
    return `${path}?campaignId=${objects['campaignId']}`
  if (route.method === 'GET' && route.path === '/v1/audit') return `${path}?of=${objects['code']}`
  if (route.method === 'POST' && route.path.endsWith('/intakes')) return `${path}?source=${objects['code']}-1`
  return path
}

/** A request that its owner may make, and what the owner is answered. */
export function requestFor(route: Route, role: Role, objects: Objects) {
  const { method } = route
  const url = addressOf(route, role, objects)
  if (method === 'GET') return { request: { method, url, body: undefined }, statuses: [200] }
  const order = ordersFor(objects)[`${method} ${route.path}`]
  if (order === undefined) throw new Error(`nothing is known to send to ${method} ${route.path}`)
  return { request: { method, url, body: order.body }, statuses: order.statuses }
}
