import { execFileSync } from 'node:child_process'
import { appendFileSync, chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import postgres from 'postgres'
import { expect, test } from 'vitest'
import { verificationView } from '../../api/contract/verifications.ts'
import { bringAllTo, hireCrew } from '../support/campaign.ts'
import { until } from '../support/product.ts'
import { CODES } from './campaign.ts'
import { startKillable } from './product.ts'
import { SETTINGS, startServers } from './servers.ts'

const SEED = 1
const DAY = '2025-09-06'
const [CODE = ''] = CODES

/**
 * A file system of 400 MB for the database, and what fills it to its last byte. Where we may not mount one (not root, no
 * such right), the database itself answers every new page with the error that a full disk gives.
 */
function smallDisk() {
  const folder = mkdtempSync(join(tmpdir(), 'dongbo-small-disk-'))
  let isMounted = false
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=400m,mode=0711', 'tmpfs', folder], { stdio: 'ignore' })
    isMounted = true
  } catch {
    chmodSync(folder, 0o711)
  }
  const ballast = join(folder, 'ballast')
  return {
    folder,
    async fill(ownerUrl: string) {
      if (isMounted) fillUp(ballast)
      else
        await asOwner(
          ownerUrl,
          `create function full_disk() returns trigger language plpgsql as $$
           begin raise exception 'could not extend file' using errcode = '53100'; end $$;
           create trigger full_disk before insert on intake_pages for each row execute function full_disk()`,
        )
    },
    async empty(ownerUrl: string) {
      if (isMounted) rmSync(ballast)
      else await asOwner(ownerUrl, 'drop trigger full_disk on intake_pages')
    },
    [Symbol.dispose]() {
      if (isMounted) execFileSync('umount', ['-l', folder])
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function fillUp(file: string): void {
  for (let size = 8_388_608; size >= 4_096;)
    try {
      appendFileSync(file, Buffer.alloc(size))
    } catch {
      size /= 2
    }
}

async function asOwner(ownerUrl: string, statements: string): Promise<void> {
  const owner = postgres(ownerUrl, { max: 1, onnotice: () => {} })
  await owner.unsafe(statements)
  await owner.end()
}

test('a disk that is full in the middle of an intake keeps nothing of the file; with room again the same upload goes through', async () => {
  using disk = smallDisk()
  const servers = await startServers(() => {}, {
    databaseFolder: disk.folder,
    settings: { ...SETTINGS, max_wal_size: '64MB', min_wal_size: '32MB', shared_buffers: '64MB' },
  })
  try {
    await using product = await startKillable(servers, {
      codes: [CODE],
      seed: SEED,
      records: 20_000,
      say: () => {},
    })
    await product.standAt(`${DAY}T09:00:00+07:00`)
    const { sandboxUrl } = product
    const crew = await hireCrew((role, code) => product.logIn(role, code), {
      codes: [CODE],
      seed: SEED,
      sandboxUrl,
    })
    const launched = await crew.coordinator.post('/campaigns', { localityCodes: [CODE] })
    const campaignId = String(launched['campaignId'])
    const within = { day: DAY, withinMs: 60_000 }
    await bringAllTo(crew, campaignId, 'update-records', within)
    const officer = await product.token('locality-officer', CODE)
    const file = await (await fetch(`${sandboxUrl}/source-systems/v1/${CODE}-1/records.csv`)).text()
    const upload = () =>
      fetch(`${product.apiUrl}/v1/localities/${CODE}/intakes?source=${CODE}-1`, {
        method: 'POST',
        headers: {
          authorization: officer,
          'content-type': 'text/csv',
          'idempotency-key': 'one-upload-and-no-other',
          'accept-language': 'en',
        },
        body: file,
      })

    await disk.fill(product.ownerUrl)
    const refused = await upload()
    expect(refused.status).toBe(503)
    expect(await refused.json()).toMatchObject({ code: 'database-unreachable' })

    await disk.empty(product.ownerUrl)
    const taken = await until(
      async () => (await upload()).status,
      (status) => status < 300,
      60_000,
    )
    expect(taken).toBe(202)
    await bringAllTo(crew, campaignId, 'schedule-sync', within)
    const ordered = await crew.coordinator.post(`/campaigns/${campaignId}/verifications`)
    const seen = await until(
      () => crew.coordinator.get(verificationView, `/verifications/${String(ordered['verificationId'])}`),
      ({ state }) => state !== 'running',
    )
    expect(seen).toMatchObject({ state: 'clean', checked: { lines: 20_000, staged: 0 } })
  } finally {
    await servers.stop()
  }
}, 180_000)
