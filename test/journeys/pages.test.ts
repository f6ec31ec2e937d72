import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildPages } from '../../start/pages.ts'
import { gatewaysTo, startProduct, until, type Product } from '../support/product.ts'
import { openPage, startBrowser } from '../web/browser.ts'

const BODY = 'H26'
const PASSWORD = 'only-for-tests-0123456789'
const NAMES = { coordinator: 'coordinator-of-test', officer: 'officer-of-test' } as const
let browser: Browser
let product: Product
let url: string
beforeAll(async () => {
  await buildPages(() => {})
  browser = await startBrowser()
  product = await startProduct(gatewaysTo())
  await product.standAt('2025-07-11T09:00:00+07:00')
  const account = { password: PASSWORD, documentNo: 'test' }
  await product.stores.access.createAccounts([
    { ...account, name: NAMES.coordinator, role: 'ministry-coordinator', localityCode: null },
    { ...account, name: NAMES.officer, role: 'locality-officer', localityCode: BODY },
  ])
  const coordinator = await product.logIn('ministry-coordinator')
  await coordinator.post('/v1/campaigns', { localityCodes: [BODY, 'H29'] })
  url = await product.app.listen({ host: '127.0.0.1', port: 0 })
})
afterAll(async () => {
  await browser.close()
  await product[Symbol.asyncDispose]()
})

async function logIn(page: Page, name: string, password = PASSWORD): Promise<void> {
  await page.getByLabel('Tên đăng nhập').fill(name)
  await page.getByLabel('Mật khẩu').fill(password)
  await page.getByRole('button', { name: 'Đăng nhập' }).click()
}
/** A body's line of the board. */
const lineOf = (page: Page, body: string) => page.getByRole('row', { name: body })

test('a coordinator logs in and holds a body; the officer’s page says so by itself, and nobody else’s body is there', async () => {
  await using ministry = await openPage(browser, url)
  await logIn(ministry.page, NAMES.coordinator, 'wrong')
  await ministry.page.getByText('Tên hoặc mật khẩu không đúng.').waitFor()
  await logIn(ministry.page, NAMES.coordinator)
  await lineOf(ministry.page, 'Thành phố Hà Nội').getByRole('link').first().click()
  await ministry.page.getByRole('button', { name: 'Tạm dừng tiến trình' }).waitFor()

  await using body = await openPage(browser, url)
  await logIn(body.page, NAMES.officer)
  await lineOf(body.page, 'Thành phố Hà Nội').waitFor()
  expect(await lineOf(body.page, 'H29').count()).toBe(0)
  await body.page.getByText('Trực tiếp', { exact: true }).waitFor()

  await ministry.page.getByRole('button', { name: 'Tạm dừng tiến trình' }).click()
  const drawer = ministry.page.getByRole('dialog')
  await drawer.getByLabel('Lý do').fill('Chờ hướng dẫn của Bộ.')
  await drawer.getByRole('button', { name: 'Tạm dừng tiến trình' }).click()
  await ministry.page.getByRole('button', { name: 'Cho tiến trình chạy tiếp' }).waitFor()

  // Told by an event: nobody has loaded this page again.
  await lineOf(body.page, 'Thành phố Hà Nội').getByText('Tạm dừng').first().waitFor()
  expect([...ministry.faults, ...body.faults]).toEqual([])
})

test('a log-out ends the session: the same page asks for a log-in, and comes back to where it was', async () => {
  await using opened = await openPage(browser, url)
  const { page, context } = opened
  await logIn(page, NAMES.officer)
  await lineOf(page, 'Thành phố Hà Nội').waitFor()
  const board = page.url()
  const [cookie] = await context.cookies()
  expect(cookie).toMatchObject({ name: '__Host-dongbo-session', httpOnly: true, secure: true })
  expect(await page.evaluate('document.cookie')).toBe('')
  await page.getByRole('button', { name: 'Đăng xuất' }).click()
  await page.getByLabel('Mật khẩu').waitFor()
  await page.goto(board)
  await logIn(page, NAMES.officer)
  await until(
    async () => page.url(),
    (address) => address === board,
  )
  await lineOf(page, 'Thành phố Hà Nội').waitFor()
})
