import { Context } from '@temporalio/activity'
import type { ClockStore } from '../drizzle/stores/clock.ts'
import type { ConnectionKeyStore } from '../drizzle/stores/connection-keys.ts'
import type { PersonnelDatabase } from '../gateways/personnel-database/client.ts'
import type { ConnectionKeyActivities } from './contract/connection-keys.ts'
import { failure } from './failures.ts'
import { callingOut } from './gateway-failures.ts'

export interface ConnectionKeyDeps {
  readonly keys: ConnectionKeyStore
  readonly clock: ClockStore
  readonly personnel: PersonnelDatabase
}

export const createConnectionKeyActivities = ({
  keys,
  clock,
  personnel,
}: ConnectionKeyDeps): ConnectionKeyActivities => ({
  async confirmKey({ keyId }) {
    const key = await keys.readForConfirmation(keyId)
    if (key === null) throw failure('no-such-key', { retry: false })
    const { localityCode, softwareName, state } = key
    const secretSha256 = Buffer.from(key.secretSha256).toString('hex')
    await callingOut(() =>
      personnel.changeKey(
        { keyId, localityCode, softwareName, secretSha256, state },
        Context.current().cancellationSignal,
      ),
    )
    await keys.markConfirmed(keyId, key, await clock.now())
  },
})
