import type { Keyring } from './keyring.ts'
import type { ClockStore } from './stores/clock.ts'

const CHECK = 'dongbo'
const PLACE = 'installation'

/** What keeps a process from working with this database, in one sentence. */
export class WrongInstallation extends Error {
  override readonly name = 'WrongConfiguration'
}

/**
 * Fixes at the first start what the installation is, and refuses every later process that takes it for something else or
 * holds another keyring: invented people never meet real ones, and nothing is sealed with two keys.
 */
export async function openInstallation(
  clock: ClockStore,
  keyring: Keyring,
  mode: 'live' | 'rehearsal',
): Promise<void> {
  await clock.install(mode, keyring.seal(PLACE, Buffer.from(CHECK)))
  const installed = await clock.readInstallation()
  if (installed === null)
    throw new WrongInstallation('The installation could not be read back from the database.')
  if (installed.mode !== mode)
    throw new WrongInstallation(
      `This database belongs to a ${installed.mode} installation; DONGBO_MODE says ${mode}.`,
    )
  try {
    keyring.open(PLACE, installed.keyCheck)
  } catch {
    throw new WrongInstallation('The keyring is not the one with which this database was sealed.')
  }
}
