import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Browser } from 'playwright-core'
import { startBrowser } from './browser.ts'
import { CAMPAIGN_SCRIPT, RETRY_ID, WINDOWS, WINDOWS_PATH } from './pictures.ts'
import { problemOf, openScripted, type Script } from './scripted-api.ts'
import { previewOf } from './windows-fixture.ts'

const RETRIES = `POST /v1${WINDOWS_PATH.replace('sync-windows', 'retries')}`
const HA_NOI = WINDOWS.filter(({ localityCode }) => localityCode === 'H26')

let browser: Browser
beforeAll(async () => {
  browser = await startBrowser()
})
afterAll(() => browser.close())

const openWindows = (script: Script = {}) =>
  openScripted(browser, WINDOWS_PATH, { ...CAMPAIGN_SCRIPT, ...script })

test('one failed window is let go on with two clicks and a reason, and what comes of it is shown', async () => {
  await using windows = await openWindows()
  const { page, api } = windows
  await page.getByRole('button', { name: 'Chạy tiếp Thành phố Hà Nội' }).click()
  await page.getByLabel('Lý do chạy tiếp').waitFor()
  const { pending, accepted } = previewOf(HA_NOI)
  const drawer = page.getByRole('dialog')
  await expect.poll(() => drawer.textContent()).toContain(pending.toLocaleString('vi-VN'))
  expect(await drawer.textContent()).toContain(`${accepted.toLocaleString('vi-VN')} đã nhận, không gửi lại`)
  // The reason has the focus: it is typed at once.
  await page.keyboard.type('Bên nhận đã hoạt động trở lại.')
  await page.getByRole('button', { name: 'Chạy tiếp 1 đợt' }).click()
  await page.getByText('Đã chạy tiếp: 3').waitFor()
  expect(new URL(page.url()).searchParams.get('retry')).toBe(RETRY_ID)
  const [preview, order] = api.received.filter(({ method }) => method === 'POST')
  expect(preview?.body).toMatchObject({ localityCodes: ['H26'] })
  expect(order?.body).toEqual({ token: previewOf(HA_NOI).token, reason: 'Bên nhận đã hoạt động trở lại.' })
})

test('a double click orders once', async () => {
  await using windows = await openWindows()
  const { page, api } = windows
  await page.getByRole('button', { name: 'Chạy tiếp Thành phố Hà Nội' }).click()
  await page.getByLabel('Lý do chạy tiếp').fill('Bên nhận đã hoạt động trở lại.')
  await page.getByRole('button', { name: 'Chạy tiếp 1 đợt' }).dblclick()
  await page.getByText('Đã chạy tiếp: 3').waitFor()
  expect(api.received.filter(({ method, path }) => `${method} ${path}` === RETRIES)).toHaveLength(1)
})

test('an order whose answer was lost is repeated with the same key, a new one has a new key', async () => {
  await using windows = await openWindows({
    [RETRIES]: problemOf(503, 'outcome-unknown', 'Chưa biết kết quả; hãy gửi lại.'),
  })
  const { page, api } = windows
  const order = async () => {
    await page.getByRole('button', { name: 'Chạy tiếp 1 đợt' }).click()
    await page.getByText('Chưa biết kết quả; hãy gửi lại.').waitFor()
  }
  await page.getByRole('button', { name: 'Chạy tiếp Thành phố Hà Nội' }).click()
  await page.getByLabel('Lý do chạy tiếp').fill('Bên nhận đã hoạt động trở lại.')
  await order()
  await order()
  await page.getByLabel('Lý do chạy tiếp').fill('Lý do khác.')
  await order()
  const [first, second, third] = api.received.filter(({ method, path }) => `${method} ${path}` === RETRIES)
  expect(first?.key).toMatch(/^[\w-]{36}$/)
  expect(second?.key).toBe(first?.key)
  expect(third?.key).not.toBe(first?.key)
})

test('windows that would park again are warned about, and can be left out of many', async () => {
  await using windows = await openWindows()
  const { page } = windows
  await page.getByRole('button', { name: /^Chạy tiếp \d+ đợt đang hiển thị$/ }).click()
  await page.getByText('Cần xử lý nguyên nhân trước', { exact: true }).waitFor()
  await page.getByRole('dialog').getByRole('button', { name: 'Chạy tiếp 6 đợt' }).waitFor()
  await page.getByRole('button', { name: 'Bỏ các đợt này ra' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Chạy tiếp 5 đợt' }).waitFor()
  expect(await page.getByText('Cần xử lý nguyên nhân trước', { exact: true }).count()).toBe(0)
})

test('a set that has changed since is refused in words, and previewed again', async () => {
  const sentence = 'Từ lúc xem trước đã thêm 1 đợt, bớt 0 đợt, đổi 0 đợt: hãy xem trước lại.'
  await using windows = await openWindows({ [RETRIES]: problemOf(409, 'retry-set-changed', sentence) })
  const { page, api } = windows
  await page.getByRole('button', { name: 'Chạy tiếp Thành phố Hà Nội' }).click()
  await page.getByLabel('Lý do chạy tiếp').fill('Bên nhận đã hoạt động trở lại.')
  await page.getByRole('button', { name: 'Chạy tiếp 1 đợt' }).click()
  await page.getByText(sentence).waitFor()
  await page.getByRole('button', { name: 'Xem trước lại' }).click()
  await expect.poll(() => page.getByText(sentence).count()).toBe(0)
  const previews = api.received.filter(({ path }) => path.endsWith('/retries/preview'))
  expect(new Set(previews.map(({ key }) => key)).size).toBe(2)
})

test('Escape closes the drawer, orders nothing, and returns to where it was opened', async () => {
  await using windows = await openWindows()
  const { page, api } = windows
  const opener = page.getByRole('button', { name: 'Chạy tiếp Thành phố Hà Nội' })
  await opener.click()
  await page.getByLabel('Lý do chạy tiếp').waitFor()
  await page.keyboard.press('Escape')
  await expect.poll(() => page.getByRole('dialog').count()).toBe(0)
  expect(await opener.evaluate('document.activeElement?.textContent')).toContain('Thành phố Hà Nội')
  expect(api.received.filter(({ method, path }) => `${method} ${path}` === RETRIES)).toEqual([])
})

test('whoever may not retry is not offered it', async () => {
  await using windows = await openWindows({
    'GET /v1/who-am-i': {
      body: {
        subject: '0198a1b2-0000-7000-8000-000000000002',
        name: 'auditor-1',
        grants: [{ role: 'auditor', localityCode: null }],
        mode: 'rehearsal',
        actions: ['campaign.read', 'locality.read', 'window.read', 'retry.read', 'clock.read'],
      },
    },
  })
  const { page } = windows
  await page.getByText('Thành phố Hà Nội').first().waitFor()
  expect(await page.getByRole('button', { name: /Chạy tiếp/ }).count()).toBe(0)
  expect(await page.getByRole('button', { name: 'Xuất CSV' }).count()).toBe(1)
})
