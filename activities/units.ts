import { Context } from '@temporalio/activity'
import type { ClockStore } from '../drizzle/stores/clock.ts'
import type { ConnectionKeyStore } from '../drizzle/stores/connection-keys.ts'
import type { UnitStore } from '../drizzle/stores/units.ts'
import type { PersonnelDatabase } from '../gateways/personnel-database/client.ts'
import type { UnitActivities } from './contract/units.ts'
import { failure } from './failures.ts'
import { callingOut } from './gateway-failures.ts'

export interface UnitDeps {
  readonly units: UnitStore
  readonly keys: ConnectionKeyStore
  readonly clock: ClockStore
  readonly personnel: PersonnelDatabase
}

export const createUnitActivities = ({ units, keys, clock, personnel }: UnitDeps): UnitActivities => ({
  async pushUnitTree({ treeId, localityCode }) {
    const tree = await units.readTree(treeId)
    if (tree === null) throw failure('no-such-tree', { retry: false })
    if (tree.confirmedAt !== null) return { state: 'confirmed' }
    if (tree.refusedAt !== null) return { state: 'refused' }
    const secret = await keys.readActiveSecret(localityCode)
    if (secret === null) throw failure('no-active-key', { retry: false })
    const { version } = tree
    const sent = { treeId, localityCode, version, units: unitsOf(tree.units) }
    const view = await callingOut(() =>
      personnel.sendUnitTree(secret, sent, Context.current().cancellationSignal),
    )
    if (view.state !== 'received')
      await units.decideTree(
        treeId,
        { confirmed: view.state === 'confirmed', reasons: view.reasons },
        await clock.now(),
      )
    return { state: view.state }
  },
})

/** As the national database wants them: without the decision's number. */
function unitsOf(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) return []
  return value.map((unit: Readonly<Record<string, unknown>>) => {
    const { decisionNo: _decisionNo, ...rest } = unit
    return rest
  })
}
