import { Client, Connection, QueryNotRegisteredError, ServiceError } from '@temporalio/client'
import { expect, test } from 'vitest'
import { askEngine } from '../../api/temporal/processes.ts'

const client = new Client({ connection: Connection.lazy({ address: '127.0.0.1:9' }) })
/** What the client says of a process that does not go on under the code of today: gRPC’s `FAILED_PRECONDITION`, in words of its own. */
const refusedByReplay = new ServiceError('Failed to query Workflow', { cause: new Error('9') })

test.each([
  ['a process that is refused by replay', refusedByReplay],
  ['a process that does not know the question', new QueryNotRegisteredError('unknown query', 3)],
])('%s is said to give no answer, not to be an error of ours', async (_what, error) => {
  await expect(askEngine(client, () => Promise.reject(error))).rejects.toMatchObject({
    code: 'outcome-unknown',
  })
})

test('an engine that is away is said to give no answer', async () => {
  const asked = askEngine(client, () => client.workflow.getHandle('locality:none').query('process'))
  await expect(asked).rejects.toMatchObject({ code: 'outcome-unknown' })
}, 20_000)
