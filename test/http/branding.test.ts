import { expect, it } from 'vitest'
import { pictures } from '../kit/pictures.js'
import { scratchFile, startService } from '../kit/service.js'
import { expectValid } from '../kit/valid-html.js'

const logo = { REKEY_LOGO_FILE: scratchFile(pictures['image/svg+xml']) }
const brand = {
  ...logo,
  REKEY_BRAND_NAME: 'Müller & Söhne',
  REKEY_ACCENT_COLOR: '#7a2e9d',
  REKEY_SUPPORT_CONTACT: 'The "helpdesk"',
  REKEY_SUPPORT_URL: 'https://help.example.org/?a=1&b=2',
  REKEY_EXTRA_TEXT: 'Open <b>daily</b>.',
}

it('the page of a brand shows logo, name, color, support and the extra text, escaped, on the form and in notices', async () => {
  const service = await startService({ environment: { ...brand, REKEY_BASE_PATH: '/password' } })
  for (const path of ['/password/', '/password/nothing']) {
    const { text } = await service.http.get(path)
    await expectValid(text)
    expect(text).toContain('<img src="/password/assets/logo" alt="Müller &amp; Söhne">')
    expect(text).toMatch(/style\.css">\s+<link rel="stylesheet" href="\/password\/assets\/brand\.css">/)
    expect(text).toContain(
      '<a href="https://help.example.org/?a=1&amp;b=2" target="_top">The &quot;helpdesk&quot;</a>',
    )
    expect(text).toContain('Open &lt;b&gt;daily&lt;/b&gt;.')
  }
})

it.each([
  [
    { REKEY_BRAND_NAME: 'Example Ltd' },
    /<header class="brand">\s*<svg[^>]* aria-hidden="true">.*<\/svg>\s*Example Ltd\s*<\/header>/,
  ],
  [logo, '<img src="/assets/logo" alt="">'],
  [{ REKEY_SUPPORT_CONTACT: '+49 30 1234' }, '<p>Need help? +49 30 1234</p>'],
  [
    { REKEY_SUPPORT_URL: 'mailto:help@example.org?subject=Mail' },
    '<a href="mailto:help@example.org?subject=Mail" target="_top">help@example.org</a>',
  ],
  [{ REKEY_SUPPORT_URL: 'https://help.example.org' }, '>https://help.example.org/</a>'],
])('the page of a brand shows what there is of %o', async (environment, expected) => {
  const service = await startService({ environment })
  const { text } = await service.http.get('/')
  await expectValid(text)
  expect(text).toMatch(expected)
})

it('the page of a brand is headed by a mark without a name where none is configured', async () => {
  const service = await startService()
  const { text } = await service.http.get('/')
  expect(text).toMatch(/<header class="brand">\s*<svg[^>]* aria-hidden="true">.*<\/svg>\s*<\/header>/)
  expect(text).not.toMatch(/class="support"|<img|brand\.css/)
})

it.each(Object.entries(pictures))(
  'the files of a brand a logo of type %s is served as what it is',
  async (type, bytes) => {
    const service = await startService({ environment: { REKEY_LOGO_FILE: scratchFile(bytes) } })
    const response = await service.http.get('/assets/logo').responseType('blob')
    expect(response.status).toBe(200)
    expect(response.get('content-type')).toBe(type)
    expect(response.get('content-security-policy')).toBe(
      "default-src 'none';style-src 'unsafe-inline';frame-ancestors 'none';sandbox",
    )
    expect(response.body).toEqual(bytes)
  },
)

it('the files of a brand the color is a stylesheet for light and dark', async () => {
  const service = await startService({ environment: brand })
  const response = await service.http.get('/assets/brand.css')
  expect(response.get('content-type')).toBe('text/css; charset=utf-8')
  expect(response.text).toMatch(/^:root \{\s+--accent: #7a2e9d;[\s\S]*prefers-color-scheme: dark/)
})

it.each(['/assets/logo', '/assets/brand.css'])(
  'the files of a brand %s is asked for again at each use',
  async (path) => {
    const service = await startService({ environment: brand })
    const { headers } = await service.http.get(path)
    expect(headers['cache-control']).toBe('no-cache')
    expect(headers['x-content-type-options']).toBe('nosniff')
    const again = await service.http.get(path).set('if-none-match', String(headers.etag))
    expect(again.status).toBe(304)
    expect((await service.http.get(path).set('if-none-match', '"another"')).status).toBe(200)
    const head = await service.http.head(path)
    expect(head.status).toBe(200)
    expect(head.headers).toMatchObject({ etag: headers.etag, 'content-length': headers['content-length'] })
    const post = await service.http.post(path)
    expect(post.status).toBe(405)
    expect(post.get('allow')).toBe('GET, HEAD')
  },
)

it.each(['/assets/logo', '/assets/brand.css'])(
  'the files of a brand %s is not there without a brand',
  async (path) => {
    const service = await startService({ environment: { REKEY_BRAND_NAME: 'Example Ltd' } })
    expect((await service.http.get(path)).status).toBe(404)
    expect((await service.http.post(path)).status).toBe(405)
  },
)
