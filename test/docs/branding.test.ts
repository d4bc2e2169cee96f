import { expect, it } from 'vitest'
import { blocksFrom } from '../e2e/kit/document.js'
import { pictures } from '../kit/pictures.js'
import { configOf, scratchFile, scratchFolder, startService } from '../kit/service.js'
import { expectValid } from '../kit/valid-html.js'

const DOCUMENT = 'docs/branding.md'

/** The variables that the document sets under a heading. */
function variablesFrom(heading: string): Record<string, string> {
  const lines = blocksFrom(DOCUMENT, heading, 'sh').join('').trim().split('\n')
  return Object.fromEntries(
    lines.map((line) => {
      const [, name = '', value = ''] = /^(\w+)='?(.*?)'?$/.exec(line) ?? []
      return [name, value]
    }),
  )
}

it('the document on branding sets a brand that is shown', async () => {
  const environment = {
    ...variablesFrom('Name, logo, color and help'),
    REKEY_LOGO_FILE: scratchFile(pictures['image/svg+xml']),
  }
  const service = await startService({ environment })
  const { text } = await service.http.get('/')
  await expectValid(text)
  expect(text).toContain('alt="Example Mail"')
  expect(text).toContain('<a href="https://help.example.org/" target="_top">Helpdesk, +49 30 1234</a>')
  expect(text).toContain('The helpdesk is there on weekdays from 8 to 17.')
  expect((await service.http.get('/assets/brand.css')).text).toContain('--accent: #7a2e9d;')
})

it('the document on branding sets webmail, mail hosts and a frame', () => {
  const { brand, frameAncestors } = configOf({
    HESTIA_URL: 'https://panel.example.com:8083',
    HESTIA_API_KEY: 'k',
    ...variablesFrom('Webmail and the settings of mail programs'),
    ...variablesFrom('In a frame of webmail'),
  })
  expect(brand).toMatchObject({
    webmailUrl: 'https://webmail.example.org/',
    incoming: { host: 'mail.example.org', port: 993, security: 'tls' },
    outgoing: { host: 'mail.example.org', port: 587, security: 'starttls' },
  })
  expect(frameAncestors).toEqual(['https://webmail.example.org'])
})

it('the document on branding has a template that changes the head of every page', async () => {
  const [template = ''] = blocksFrom(DOCUMENT, 'Your own templates', 'html')
  const folder = scratchFolder({ 'brand.eta': template, 'assets/hill.svg': '<svg/>' })
  expect(Object.keys(variablesFrom('Your own templates'))).toEqual(['REKEY_VIEWS_DIR'])
  const environment = { REKEY_VIEWS_DIR: folder, REKEY_BRAND_NAME: 'Example <Mail>' }
  const service = await startService({ environment })
  for (const path of ['/', '/nothing']) {
    const { text } = await service.http.get(path)
    await expectValid(text)
    expect(text).toContain('<a href="https://www.example.org/">Example &lt;Mail&gt;</a>')
  }
  expect((await service.http.get('/assets/hill.svg')).status).toBe(200)
})
