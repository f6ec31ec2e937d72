import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Browser } from 'playwright-core'
import { barriersOf, openPage, startBrowser } from './browser.ts'
import { CAMPAIGN_SCRIPT, PICTURES } from './pictures.ts'
import { startScriptedApi } from './scripted-api.ts'

let browser: Browser
beforeAll(async () => {
  browser = await startBrowser()
})
afterAll(() => browser.close())

describe.each([
  ['vi', 'light'],
  ['vi', 'dark'],
  ['en', 'light'],
  ['en', 'dark'],
] as const)('in %s and %s', (language, scheme) => {
  test.each(PICTURES)(
    '$name is shown without a barrier, and breaks no rule of its own page',
    async (picture) => {
      await using api = await startScriptedApi({ ...CAMPAIGN_SCRIPT, ...picture.script })
      await using opened = await openPage(browser, `${api.url}${picture.path}`, { language, scheme })
      const { page, faults } = opened
      await picture.before?.(page)
      await page.locator(picture.shows).first().waitFor()
      expect(await barriersOf(page)).toEqual([])
      expect(faults).toEqual([])
    },
  )
})

// A screen of 1366 × 768 at 200 %.
test.each(PICTURES)('$name fits the width of a page that is enlarged to 200 %', async (picture) => {
  await using api = await startScriptedApi({ ...CAMPAIGN_SCRIPT, ...picture.script })
  await using opened = await openPage(browser, `${api.url}${picture.path}`, {
    size: { width: 683, height: 384 },
  })
  const { page } = opened
  await picture.before?.(page)
  await page.locator(picture.shows).first().waitFor()
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(683)
})
