import { randomUUID } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { tokenView } from '../../api/contract/access.ts'
import { LOCALITIES } from '../../domain/localities.ts'
import { campaignWorkflowId } from '../../workflows/contract/campaigns.ts'
import { localityWorkflowId } from '../../workflows/contract/localities.ts'
import { createProcesses, type ProductProcesses } from '../support/processes.ts'
import { until } from '../support/product.ts'
import { stopAt } from '../support/stopping-point.ts'

/** Every fifth body, and Hanoi. */
const CODES = LOCALITIES.map(({ code }) => code).filter((code, index) => index % 5 === 0 || code === 'H26')
const BODIES = CODES.length
const isCampaign = `new.process_id like 'campaign:%'`
const isBody = `new.process_id like 'locality:%'`

/** Where API and worker are killed, in the order in which a launch passes, and whether it is launched by then. */
const POINTS = [
  ['before the request’s key is kept', { table: 'http_requests', event: 'insert' }, false],
  ['before the campaign’s row', { table: 'campaigns', event: 'insert' }, false],
  ['before its dates', { table: 'campaign_stages', event: 'insert' }, false],
  ['before its bodies', { table: 'campaign_localities', event: 'insert' }, false],
  [
    'in the middle of the stage rows',
    { table: 'locality_stages', event: 'insert', when: `new.locality_code = 'H26'` },
    false,
  ],
  ['before the capacity of the window', { table: 'sync_capacity', event: 'insert' }, false],
  ['before the order of its process', { table: 'process_starts', event: 'insert', when: isCampaign }, false],
  ['before the audit entry, last in the transaction', { table: 'audit_entries', event: 'insert' }, false],
  ['after the commit, before the answer is kept', { table: 'http_requests', event: 'update' }, true],
  [
    'when its process was started and not marked',
    { table: 'process_starts', event: 'update', when: isCampaign },
    true,
  ],
  [
    'before the bodies’ processes are ordered',
    { table: 'process_starts', event: 'insert', when: isBody },
    true,
  ],
  [
    'when some bodies’ processes were started',
    { table: 'process_starts', event: 'update', when: `new.process_id like 'locality:%:H26'` },
    true,
  ],
  ['before the first projection of a body', { table: 'campaign_localities', event: 'update' }, true],
] as const

/** What is there of any launch: rows, and processes that run. */
async function readLaunched({ db, client }: ProductProcesses) {
  const [rows] = await db.execute<{ campaigns: number; bodies: number; stages: number; waiting: number }>(sql`
    select (select count(*) from campaigns)::int as campaigns, (select count(*) from campaign_localities)::int as bodies,
      (select count(*) from locality_stages)::int as stages,
      (select count(*) from process_starts where started_at is null)::int as waiting`)
  const [campaign] = await db.execute<{ id: string }>(sql`select campaign_id as id from campaigns`)
  const ids =
    campaign === undefined
      ? []
      : [campaignWorkflowId(campaign.id), ...CODES.map((code) => localityWorkflowId(campaign.id, code))]
  const states = await Promise.all(
    ids.map((id) =>
      client.workflow
        .getHandle(id)
        .describe()
        .then(({ status }) => status.name)
        .catch(() => 'none'),
    ),
  )
  return {
    ...rows,
    campaignId: campaign?.id ?? null,
    running: states.filter((state) => state === 'RUNNING').length,
  }
}
const NOTHING = { campaigns: 0, bodies: 0, stages: 0, waiting: 0, campaignId: null, running: 0 }
const EVERYTHING = { campaigns: 1, bodies: BODIES, stages: BODIES * 7, waiting: 0, running: BODIES + 1 }

async function logIn({ apiUrl, stores }: ProductProcesses) {
  const name = `coordinator-${randomUUID()}`
  await stores.access.createAccounts([
    { name, password: name, role: 'ministry-coordinator', localityCode: null, documentNo: 'test' },
  ])
  const post = (path: string, headers: Record<string, string>, body: object) =>
    fetch(`${apiUrl}/v1${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    })
  const { accessToken } = tokenView.parse(
    await (await post('/access-tokens', {}, { name, password: name })).json(),
  )
  return async (key: string) => {
    const answer = await post(
      '/campaigns',
      { authorization: `Bearer ${accessToken}`, 'idempotency-key': key },
      { localityCodes: CODES },
    )
    return {
      status: answer.status,
      body: z.object({ campaignId: z.string().optional() }).parse(await answer.json()),
    }
  }
}

test.each(POINTS)(
  'API and worker killed %s leave all of a launch or nothing, and the same key gives the same campaign',
  async (_where, point, isLaunched) => {
    await using product = await createProcesses({ mode: 'live' })
    await product.start('api', 'workflow')
    const launch = await logIn(product)
    const key = randomUUID()
    const stopping = await stopAt(product.ownerUrl, point)
    const cutOff = launch(key).catch(() => null)
    await stopping.reached()
    await product.kill('api', 'workflow')
    await stopping.clear()
    await cutOff

    await product.start('api', 'workflow')
    const left = await until(
      () => readLaunched(product),
      (seen) => (isLaunched ? seen.running === BODIES + 1 && seen.waiting === 0 : true),
      30_000,
    )
    expect(left).toMatchObject(isLaunched ? EVERYTHING : NOTHING)

    // The half minute after which a request that nobody answers is taken over.
    await product.db.execute(sql`update http_requests set claimed_at = claimed_at - interval '31 seconds'`)
    const again = await launch(key)
    expect(again.status).toBe(201)
    expect(left.campaignId ?? again.body.campaignId).toBe(again.body.campaignId)
    const launched = await until(
      () => readLaunched(product),
      ({ running, waiting }) => running === BODIES + 1 && waiting === 0,
      30_000,
    )
    expect(launched).toMatchObject({ ...EVERYTHING, campaignId: again.body.campaignId })
    expect(await launch(key)).toEqual(again)
  },
)
