import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createPopulationDatabase } from '../../gateways/population-database/client.ts'
import { SANDBOX_SECRET, startSandbox, type Sandbox } from '../support/sandbox.ts'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await startSandbox()
})
afterAll(() => sandbox[Symbol.asyncDispose]())

const control = (method: string, body?: object) =>
  fetch(`${sandbox.url}/control/v1/quotas/population-database`, {
    method,
    ...(body === undefined
      ? {}
      : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  })
const ask = () =>
  createPopulationDatabase({
    url: `${sandbox.url}/population-database`,
    secret: SANDBOX_SECRET,
    timeoutMs: 5_000,
  }).lookUp({
    requestId: randomUUID(),
    agencyCode: 'H26',
    officerCode: 'DONGBO',
    people: [{ reference: 1, personalId: '001080000001' }],
  })
const askAtOnce = async (times: number) => {
  const answers = await Promise.allSettled(Array.from({ length: times }, ask))
  return answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason] : []))
}

test('what goes beyond a system’s quota is answered "busy" with the time to come again, and the rest is served', async () => {
  await control('PUT', { perSecond: 3 })
  const refused = await askAtOnce(12)
  // The twelve may fall into two seconds.
  expect(refused.length).toBeGreaterThanOrEqual(6)
  expect(refused.length).toBeLessThan(12)
  for (const failure of refused) expect(failure).toMatchObject({ kind: 'busy', retryAfterMs: 1_000 })
})

test('a quota that is taken back to what it was lets everybody through', async () => {
  await control('DELETE')
  expect(await askAtOnce(12)).toEqual([])
})
