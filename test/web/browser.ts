import { AxeBuilder } from '@axe-core/playwright'
import chromium from '@sparticuz/chromium'
import { chromium as playwright, type Browser, type Page } from 'playwright-core'

/** A real Chromium: the one that is named in `CHROMIUM`, or the one of an npm package. */
export const startBrowser = async (): Promise<Browser> =>
  playwright.launch({
    executablePath: process.env['CHROMIUM'] ?? (await chromium.executablePath()),
    // As root it has no sandbox of its own; the pages are ours.
    args: ['--no-sandbox', '--disable-gpu', '--font-render-hinting=none'],
  })

export interface Look {
  readonly language?: 'vi' | 'en'
  readonly scheme?: 'light' | 'dark'
  readonly size?: { readonly width: number; readonly height: number }
}
/** The screen of an office computer. */
export const OFFICE_SCREEN = { width: 1_366, height: 768 }

/** A browser of its own, as a person opens it: nothing of others is in it. */
export async function openPage(browser: Browser, url: string, look: Look = {}) {
  const { language = 'vi', scheme = 'light', size = OFFICE_SCREEN } = look
  const context = await browser.newContext({ viewport: size, colorScheme: scheme, reducedMotion: 'reduce' })
  await context.addInitScript(`localStorage.setItem('dongbo.language', '${language}')`)
  const page = await context.newPage()
  const faults: string[] = []
  page.on('pageerror', (error) => faults.push(error.message))
  page.on('console', (message) => {
    // A refused request is told there as well; that is for the page to show.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      faults.push(message.text())
  })
  await page.goto(url)
  return {
    page,
    context,
    /** What went wrong in the page itself, such as a breach of the content security policy. */
    faults,
    [Symbol.asyncDispose]: () => context.close(),
  }
}

/** What keeps people who see, hear or point otherwise from using the page. */
export async function barriersOf(page: Page): Promise<readonly string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze()
  return violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`,
  )
}
