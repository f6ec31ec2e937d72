import type { Page } from 'playwright-core'
import { boardAt, CAMPAIGN_ID, type Board } from './board-fixture.ts'
import { DONG_THAP, DONG_THAP_NOTICES, DONG_THAP_PROCESS } from './locality-fixture.ts'
import { problemOf, type Script } from './scripted-api.ts'
import { previewOf, windowsOnDayFour } from './windows-fixture.ts'

const CAMPAIGN = `/campaigns/${CAMPAIGN_ID}`
export const BOARD_PATH = `${CAMPAIGN}/board`
export const WINDOWS_PATH = `${CAMPAIGN}/sync-windows`
export const LOCALITY_PATH = `${CAMPAIGN}/localities/H20`
export const RETRY_ID = '0198a1b2-0000-7000-8000-000000000999'

/** The evening before the last day to sign, when much is due. */
export const EVENING = '2025-08-29T22:00:00+07:00'
export const WINDOWS = windowsOnDayFour()
const PARKED = WINDOWS.filter(({ state }) => state === 'parked')

export const boardSaying = (board: Board): Script => ({ [`GET /v1${BOARD_PATH}`]: { body: board } })

const RETRY = {
  retryId: RETRY_ID,
  campaignId: CAMPAIGN_ID,
  state: 'running',
  perMinute: 60,
  reason: 'Bên nhận đã hoạt động trở lại.',
  orderedAt: '2025-09-04T08:10:00+07:00',
  windows: PARKED.length,
  retried: 3,
  notRetried: 1,
  pending: 48_997,
}

/** A campaign of 54 bodies on which every screen has something to show. */
export const CAMPAIGN_SCRIPT: Script = {
  ...boardSaying(boardAt(EVENING, { bodies: 54 })),
  [`GET /v1${WINDOWS_PATH}`]: { body: { windows: WINDOWS, next: null } },
  [`GET /v1${LOCALITY_PATH}`]: { body: DONG_THAP },
  [`GET /v1${LOCALITY_PATH}/process`]: { body: DONG_THAP_PROCESS },
  [`GET /v1${LOCALITY_PATH}/notices`]: { body: DONG_THAP_NOTICES },
  [`GET /v1${CAMPAIGN}/retries`]: { body: { retries: [RETRY], next: null } },
  [`POST /v1${CAMPAIGN}/retries/preview`]: (body) => ({ status: 201, body: previewOf(asked(body)) }),
  [`POST /v1${CAMPAIGN}/retries`]: { status: 202, body: RETRY },
  [`GET /v1/retries/${RETRY_ID}`]: { body: RETRY },
  [`GET /v1/retries/${RETRY_ID}/items`]: {
    body: {
      items: previewOf(PARKED).items.map((item, index) => ({
        ...item,
        outcome: index < 3 ? 'retried' : index === 3 ? 'not-retried' : null,
        problem: index === 3 ? 'window-not-parked' : null,
        opensAt: index < 3 ? '2025-09-04T00:00:00+07:00' : null,
      })),
      next: null,
    },
  },
}

/** The parked windows that a preview asks for. */
function asked(body: unknown) {
  const said = JSON.stringify(body)
  return PARKED.filter(
    ({ localityCode, parkedReason }) =>
      said.includes(`"${localityCode}"`) && said.includes(`"${parkedReason}"`),
  )
}

const LOG_INS = [
  ...['ministry-coordinator', 'ministry-operator', 'ministry-security'].flatMap((role) =>
    [1, 2].map((number) => ({
      role,
      name: `${role.slice('ministry-'.length)}-${number}`,
      localityCode: null,
    })),
  ),
  { role: 'auditor', name: 'auditor-1', localityCode: null },
  ...['G09', 'H20', 'H26'].flatMap((code) => [
    { role: 'locality-officer', name: `${code}-officer-1`, localityCode: code },
    { role: 'locality-officer', name: `${code}-officer-2`, localityCode: code },
    { role: 'locality-signer', name: `${code}-signer-1`, localityCode: code },
  ]),
]
const NOBODY: Script = {
  'GET /v1/who-am-i': problemOf(401, 'not-authenticated', 'Cần đăng nhập trước.'),
  'GET /v1/rehearsal-log-ins': { body: { logIns: LOG_INS } },
}

export interface Picture {
  readonly name: string
  readonly path: string
  /** What differs from the campaign above. */
  readonly script?: Script
  /** What must be seen before the picture is taken. */
  readonly shows: string
  readonly before?: (page: Page) => Promise<void>
}

const button = (page: Page, name: RegExp) => page.getByRole('button', { name })

/** Every screen, and every state in which it may be. */
export const PICTURES: readonly Picture[] = [
  { name: 'log-in', path: '/log-in', script: NOBODY, shows: '.rehearsal' },
  { name: 'board', path: BOARD_PATH, shows: 'tr.body' },
  {
    name: 'board-overdue',
    path: `${BOARD_PATH}?overdue=yes&group=none&sort=letters&order=desc`,
    shows: 'tr.body',
  },
  { name: 'board-progress', path: `${BOARD_PATH}?view=progress`, shows: 'svg.burn-up' },
  { name: 'board-empty', path: `${BOARD_PATH}?q=khong-co`, shows: '[data-kind="empty"]' },
  {
    name: 'board-loading',
    path: BOARD_PATH,
    script: { [`GET /v1${BOARD_PATH}`]: 'never' },
    shows: '[data-kind="loading"]',
  },
  {
    name: 'board-error',
    path: BOARD_PATH,
    script: {
      [`GET /v1${BOARD_PATH}`]: problemOf(
        500,
        'unexpected',
        'Đã xảy ra lỗi ngoài dự kiến; hãy báo kèm mã yêu cầu.',
      ),
    },
    shows: '[data-kind="error"]',
  },
  {
    name: 'board-forbidden',
    path: BOARD_PATH,
    script: {
      [`GET /v1${BOARD_PATH}`]: problemOf(
        403,
        'action-not-allowed',
        'Vai trò của bạn không được làm việc này.',
      ),
    },
    shows: '[data-kind="forbidden"]',
  },
  {
    name: 'board-offline',
    path: BOARD_PATH,
    shows: '[data-liveness="offline"]',
    async before(page) {
      await page.locator('tr.body').first().waitFor()
      await page.context().setOffline(true)
    },
  },
  {
    name: 'no-campaign',
    path: '/',
    script: { 'GET /v1/campaigns': { body: { campaigns: [], next: null } } },
    shows: '[data-kind="empty"]',
  },
  { name: 'not-found', path: '/no-such-page', shows: '[data-kind="not-found"]' },
  { name: 'windows', path: WINDOWS_PATH, shows: '.window-table tbody th' },
  {
    name: 'windows-preview',
    path: WINDOWS_PATH,
    shows: '.retry-items li',
    before: (page) => button(page, /^(Chạy tiếp \d+ đợt đang|Retry the)/).click(),
  },
  { name: 'windows-retry', path: `${WINDOWS_PATH}?retry=${RETRY_ID}`, shows: '.retry-items li' },
  { name: 'locality', path: LOCALITY_PATH, shows: '.waits li' },
  {
    name: 'locality-extend',
    path: LOCALITY_PATH,
    shows: '.drawer form',
    before: (page) => button(page, /^(Gia hạn|Extend) (Cập nhật|Update)/).click(),
  },
]
