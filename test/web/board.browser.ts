import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Browser, Page } from 'playwright-core'
import { dayOf } from '../../web/format/dates.ts'
import { headlineOf, rowsOf } from '../../web/pages/campaigns-board-rows.ts'
import { boardAt, CAMPAIGN_ID } from './board-fixture.ts'
import { startBrowser } from './browser.ts'
import { BOARD_PATH, boardSaying, CAMPAIGN_SCRIPT, EVENING } from './pictures.ts'
import { problemOf, openScripted, type Script } from './scripted-api.ts'

/** Every commune beside the 54 bodies, as a campaign of later years may have it. */
const BODIES = 3_400
const LARGE = boardAt(EVENING, { bodies: BODIES })

let browser: Browser
beforeAll(async () => {
  browser = await startBrowser()
})
afterAll(() => browser.close())

const openBoard = (script: Script = {}, search = '') =>
  openScripted(browser, `${BOARD_PATH}${search}`, { ...CAMPAIGN_SCRIPT, ...script })
const bodies = (page: Page) => page.locator('tr.body')
const names = (page: Page) => page.locator('tr.body .body-name')
const shown = (page: Page) => page.locator('.shown')

test('a table of 3,400 bodies holds only the lines in sight, says how many there are, and shows the last of them', async () => {
  await using board = await openBoard(boardSaying(LARGE), '?group=none')
  const { page } = board
  await bodies(page).first().waitFor()
  expect(await bodies(page).count()).toBeLessThan(60)
  expect(await page.locator('table').getAttribute('aria-rowcount')).toBe(String(BODIES + 2))
  await page.getByRole('region', { name: 'Các cơ quan và bảy bước' }).focus()
  await page.keyboard.press('End')
  const last = page.locator(`tr[aria-rowindex="${BODIES + 1}"]`)
  await last.waitFor()
  expect(await bodies(page).count()).toBeLessThan(60)
})

test('a search without tones finds names with tones, stands in the address, and is there again after a reload', async () => {
  await using board = await openBoard(boardSaying(LARGE))
  const { page } = board
  await page.getByLabel('Tìm theo tên hoặc mã').fill('tinh dong thap')
  await expect.poll(() => shown(page).textContent()).toContain('99 / 3.400')
  expect(new URL(page.url()).searchParams.get('q')).toBe('tinh dong thap')
  await page.reload()
  await expect.poll(() => shown(page).textContent()).toContain('99 / 3.400')
  expect(await page.getByLabel('Tìm theo tên hoặc mã').inputValue()).toBe('tinh dong thap')
  await page.getByRole('button', { name: 'Bỏ lọc' }).click()
  await expect.poll(() => shown(page).textContent()).toContain('3.400 / 3.400')
  expect(await page.getByLabel('Tìm theo tên hoặc mã').inputValue()).toBe('')
})

test('stage, state, region and due dates are chosen from lists, and the address says so', async () => {
  await using board = await openBoard()
  const { page } = board
  await page.getByLabel('Bước', { exact: true }).selectOption({ label: 'Cập nhật hồ sơ' })
  await page.getByLabel('Trạng thái', { exact: true }).selectOption({ label: 'Quá hạn' })
  await page.getByLabel('Vùng', { exact: true }).selectOption({ label: 'Đồng bằng sông Cửu Long' })
  await page.getByLabel('Thời hạn', { exact: true }).selectOption({ label: 'Đang quá hạn' })
  await expect.poll(() => names(page).allTextContents()).toEqual(['Tỉnh Cà Mau', 'Tỉnh Vĩnh Long'])
  expect(Object.fromEntries(new URL(page.url()).searchParams)).toEqual({
    stage: 'update-records',
    state: 'overdue',
    region: 'mekong-delta',
    overdue: 'yes',
  })
})

test('a number of the headline shows whom it counts, and everybody again when it is pressed once more', async () => {
  await using board = await openBoard()
  const { page } = board
  const { overdue } = headlineOf(rowsOf(boardAt(EVENING, { bodies: 54 }), dayOf(EVENING)))
  const figure = page.getByRole('button', { name: /^Quá hạn/ })
  await figure.click()
  await expect.poll(() => shown(page).textContent()).toContain(`${overdue} / 54`)
  expect(await figure.getAttribute('aria-pressed')).toBe('true')
  await figure.click()
  await expect.poll(() => shown(page).textContent()).toContain('54 / 54')
})

test('a column sorts from the keyboard and says how it is sorted', async () => {
  await using board = await openBoard({}, '?group=none')
  const { page } = board
  const head = page.getByRole('columnheader', { name: 'Công văn' })
  await head.getByRole('button').focus()
  await page.keyboard.press('Enter')
  await expect.poll(() => head.getAttribute('aria-sort')).toBe('descending')
  await expect.poll(() => names(page).first().textContent()).toBe('Tỉnh Hà Tĩnh')
  await page.keyboard.press('Enter')
  await expect.poll(() => head.getAttribute('aria-sort')).toBe('ascending')
  await page.keyboard.press('Enter')
  await expect.poll(() => head.getAttribute('aria-sort')).toBe('none')
  expect(new URL(page.url()).search).toBe('?group=none')
})

test('what is exported is what is shown', async () => {
  await using board = await openBoard({}, '?overdue=yes&region=mekong-delta')
  const { page } = board
  await bodies(page).first().waitFor()
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Xuất CSV' }).click(),
  ])
  expect(file.suggestedFilename()).toBe('board-2025-08-29.csv')
  const lines = (await readFile(await file.path(), 'utf8')).trimEnd().split('\r\n').slice(1)
  expect(lines.map((line) => line.split(',')[1])).toEqual(await names(page).allTextContents())
})

test('the language changes at once, without a reload, and is kept', async () => {
  await using board = await openBoard()
  const { page } = board
  await bodies(page).first().waitFor()
  await page.evaluate('window.isSamePage = true')
  await page.getByRole('button', { name: 'EN' }).click()
  await page.getByRole('heading', { name: 'Command board' }).waitFor()
  expect(await page.evaluate('window.isSamePage')).toBe(true)
  expect(await page.evaluate('document.documentElement.lang')).toBe('en')
  expect(await page.evaluate('localStorage.getItem("dongbo.language")')).toBe('en')
})

test('the theme that is chosen goes before the machine’s', async () => {
  await using board = await openBoard()
  const { page } = board
  const paper = () => page.evaluate('getComputedStyle(document.documentElement).backgroundColor')
  await bodies(page).first().waitFor()
  const light = await paper()
  await page.getByLabel('Giao diện').selectOption({ label: 'Tối' })
  await expect.poll(paper).not.toBe(light)
  await page.getByLabel('Giao diện').selectOption({ label: 'Sáng' })
  await expect.poll(paper).toBe(light)
})

test('on paper stand all bodies, without what can only be pressed', async () => {
  await using board = await openBoard()
  const { page } = board
  await bodies(page).first().waitFor()
  expect(await bodies(page).count()).toBeLessThan(54)
  await page.emulateMedia({ media: 'print' })
  await page.evaluate('dispatchEvent(new Event("beforeprint"))')
  expect(await bodies(page).count()).toBe(54)
  expect(await page.getByRole('button', { name: 'Xuất CSV' }).isVisible()).toBe(false)
  await page.evaluate('dispatchEvent(new Event("afterprint"))')
  await expect.poll(() => bodies(page).count()).toBeLessThan(54)
})

test('a change is shown after its event, and after a lost connection everything is fetched anew', async () => {
  await using board = await openBoard()
  const { page, api } = board
  await bodies(page).first().waitFor()
  await page.locator('[data-liveness="live"]').waitFor()
  api.say(boardSaying(boardAt(EVENING, { bodies: 3 })))
  api.announce('board')
  await expect.poll(() => shown(page).textContent()).toContain('3 / 3')
  api.say(boardSaying(boardAt(EVENING, { bodies: 5 })))
  api.breakStreams('open')
  await expect.poll(() => shown(page).textContent(), { timeout: 10_000 }).toContain('5 / 5')
})

test('a page of a rehearsal that is away says so, keeps what it knows, and comes back by itself', async () => {
  await using board = await openBoard()
  const { page, context } = board
  await bodies(page).first().waitFor()
  await context.setOffline(true)
  await page.locator('[data-liveness="offline"]').waitFor()
  expect(await page.getByText('Số liệu dưới đây có thể đã cũ.').isVisible()).toBe(true)
  expect(await bodies(page).count()).toBeGreaterThan(0)
  await context.setOffline(false)
  await page.locator('[data-liveness="live"]').waitFor()
  expect(await page.getByText('Số liệu dưới đây có thể đã cũ.').isVisible()).toBe(false)
})

test('whoever loads in vain may try again', async () => {
  const path = `GET /v1${BOARD_PATH}`
  await using board = await openBoard({
    [path]: problemOf(500, 'unexpected', 'Đã xảy ra lỗi ngoài dự kiến.'),
  })
  const { page, api } = board
  await page.getByText('0f3c9a52-1111-4222-8333-444455556666').waitFor()
  api.say(boardSaying(boardAt(EVENING, { bodies: 54 })))
  await page.getByRole('button', { name: 'Thử lại' }).click()
  await bodies(page).first().waitFor()
  expect(await page.getByRole('alert').count()).toBe(0)
})

test('a session that ends leads to the log-in, says so, and back to the same page', async () => {
  await using board = await openBoard({ 'POST /v1/sessions': { status: 201, body: {} } }, '?overdue=yes')
  const { page, api } = board
  await bodies(page).first().waitFor()
  const loggedOut = problemOf(401, 'not-authenticated', 'Cần đăng nhập trước.')
  const who = CAMPAIGN_SCRIPT[`GET /v1${BOARD_PATH}`]
  api.say({ [`GET /v1${BOARD_PATH}`]: loggedOut })
  api.announce('board')
  await page.getByText('Phiên làm việc đã hết.').waitFor()
  api.say({ [`GET /v1${BOARD_PATH}`]: who ?? 'never' })
  await page.getByLabel('Tên đăng nhập').fill('coordinator-1')
  await page.getByLabel('Mật khẩu').fill('a password')
  await page.getByRole('button', { name: 'Đăng nhập' }).click()
  await bodies(page).first().waitFor()
  expect(new URL(page.url()).pathname + new URL(page.url()).search).toBe(
    `/campaigns/${CAMPAIGN_ID}/board?overdue=yes`,
  )
})
