import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setup as buildPages } from './built-pages.ts'
import { openPage, startBrowser } from './browser.ts'
import { CAMPAIGN_SCRIPT, PICTURES } from './pictures.ts'
import { startScriptedApi } from './scripted-api.ts'

/** Every screen in every state, in both languages and both schemes, into the folder that is named. */
async function main(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true })
  await buildPages()
  const browser = await startBrowser()
  for (const { name, path, script, shows, before } of PICTURES)
    for (const language of ['vi', 'en'] as const)
      for (const scheme of ['light', 'dark'] as const) {
        await using api = await startScriptedApi({ ...CAMPAIGN_SCRIPT, ...script })
        await using opened = await openPage(browser, `${api.url}${path}`, { language, scheme })
        await before?.(opened.page)
        await opened.page.locator(shows).first().waitFor()
        await opened.page.screenshot({ path: join(folder, `${name}-${language}-${scheme}.png`) })
      }
  await browser.close()
}

const [, , folder] = process.argv
if (folder === undefined) throw new Error('name the folder for the pictures')
await main(folder)
