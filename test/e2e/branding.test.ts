import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import { pictures } from '../kit/pictures.js'
import { startPanelSimulator } from '../panel-simulator/simulator.js'
import { atEnd } from './kit/at-end.js'
import { openBrowser, screenshot } from './kit/browser.js'
import { type Rekey, startRekey } from './kit/rekey.js'
import { scratchDirectory } from './kit/scratch.js'

let rekey: Rekey

beforeAll(async () => {
  const panel = await startPanelSimulator()
  atEnd(() => panel.close())
  const logo = join(scratchDirectory('logo'), 'logo')
  writeFileSync(logo, pictures['image/svg+xml'])
  rekey = await startRekey(panel, {
    REKEY_BRAND_NAME: 'Example Mail',
    REKEY_LOGO_FILE: logo,
    REKEY_ACCENT_COLOR: '#7a2e9d',
  })
})

it.each([
  ['light', 'rgb(122, 46, 157)', 'rgb(255, 255, 255)'],
  ['dark', 'rgb(169, 119, 191)', 'rgb(16, 32, 47)'],
] as const)(
  'the brand in a browser has its color and its logo where the system is %s',
  async (colorScheme, accent, onAccent) => {
    const page = await openBrowser({ colorScheme })
    await page.goto(rekey.url)
    const style = await page.evaluate(
      '(({ backgroundColor, color }) => [backgroundColor, color])(getComputedStyle(document.querySelector("[type=submit]")))',
    )
    expect(style).toEqual([accent, onAccent])
    await page.getByRole('img', { name: 'Example Mail' }).waitFor()
    expect(await page.evaluate('document.images[0].naturalWidth')).toBe(96)
    await screenshot(page, `brand-${colorScheme}`)
  },
)

it('the brand in a browser has a logo that runs no script where it is opened by itself', async () => {
  const page = await openBrowser()
  await page.goto(`${rekey.url}/assets/logo`)
  expect(await page.title()).not.toBe('ran')
  expect(await page.evaluate('document.documentElement.localName')).toBe('svg')
})
