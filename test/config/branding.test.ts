import { expect, it } from 'vitest'
import { loadConfig } from '../../src/config/load.js'
import { pictures } from '../kit/pictures.js'
import { configOf, scratchFile } from '../kit/service.js'

const least = { HESTIA_URL: 'https://panel.example.com:8083', HESTIA_API_KEY: 'k' }

function faultsOf(environment: Record<string, string>): readonly string[] {
  const result = loadConfig({ ...least, ...environment })
  return result.ok ? [] : result.faults
}

function brandOf(environment: Record<string, string>) {
  return configOf({ ...least, ...environment }).brand
}

it('the configuration of the brand is empty without a word, and frozen', () => {
  const config = configOf(least)
  expect(config.brand).toEqual({ support: {} })
  expect([config.brand, config.brand.support].every(Object.isFrozen)).toBe(true)
})

it.each([
  ['REKEY_BRAND_NAME', ['   ', 'x'.repeat(61), 'two\nlines', 'a\tb', 'a\u2028b']],
  ['REKEY_ACCENT_COLOR', ['blue', '#12345', '1f5fa8', '#1f5fa8ff', 'rgb(0,0,0)', '#gggggg']],
  ['REKEY_SUPPORT_CONTACT', [' ', 'x'.repeat(121), 'two\nlines']],
  [
    'REKEY_SUPPORT_URL',
    [
      'helpdesk',
      'http://example.org',
      'javascript:alert(1)',
      'data:text/html,x',
      'https://me:pw@example.org',
    ],
  ],
  ['REKEY_EXTRA_TEXT', [' \n ', 'x'.repeat(501), 'bell\x07']],
  [
    'REKEY_WEBMAIL_URL',
    ['webmail', 'http://webmail.example.org', 'mailto:a@example.org', 'https://me:pw@example.org/'],
  ],
  [
    'REKEY_SHOWN_IMAP',
    [
      'mail_.example.org',
      'mail.example.org:0',
      'mail.example.org:65536',
      'imaps://mail',
      'a:b',
      '[::1]',
      'a b',
    ],
  ],
  ['REKEY_SHOWN_SMTP', ['mail.example.org:', '<b>', 'mail..org', 'x'.repeat(254)]],
  ['REKEY_LOGO_FILE', ['/nowhere/at/all']],
])('the configuration of the brand refuses wrong values of %s, and quotes none', (name, values) => {
  for (const value of values) {
    const faults = faultsOf({ [name]: value })
    expect(faults, value).toHaveLength(1)
    expect(faults[0], value).toMatch(new RegExp(`^${name} `))
  }
  const canary = faultsOf({ [name]: `canary\x07${'x'.repeat(500)}` })
  expect(canary).toHaveLength(1)
  expect(canary[0]).not.toContain('canary')
})

it('the configuration of the brand takes texts, and links as people follow them', () => {
  expect(
    brandOf({
      REKEY_BRAND_NAME: ' Müller & Söhne ',
      REKEY_SUPPORT_CONTACT: 'helpdesk@example.org, +49 30 1234',
      REKEY_SUPPORT_URL: 'mailto:helpdesk@example.org',
      REKEY_EXTRA_TEXT: 'First line\r\nsecond line',
      REKEY_WEBMAIL_URL: 'https://webmail.example.org/?_task=mail',
    }),
  ).toEqual({
    name: 'Müller & Söhne',
    support: { contact: 'helpdesk@example.org, +49 30 1234', url: 'mailto:helpdesk@example.org' },
    extraText: 'First line\nsecond line',
    webmailUrl: 'https://webmail.example.org/?_task=mail',
  })
  expect(brandOf({ REKEY_BRAND_NAME: '🔑'.repeat(60) }).name).toHaveLength(120)
  expect(brandOf({ REKEY_SUPPORT_URL: 'tel:+49301234' }).support.url).toBe('tel:+49301234')
  expect(brandOf({ REKEY_WEBMAIL_URL: 'http://localhost:8000' }).webmailUrl).toBe('http://localhost:8000/')
})

it.each([
  ['mail.example.org', { port: 993, security: 'tls' }, { port: 465, security: 'tls' }],
  ['mail.example.org:143', { port: 143, security: 'starttls' }, { port: 143, security: 'tls' }],
  ['mail.example.org:587', { port: 587, security: 'tls' }, { port: 587, security: 'starttls' }],
])(
  'the configuration of the brand takes %s for a mail server of people’s programs',
  (value, incoming, outgoing) => {
    const host = 'mail.example.org'
    const brand = brandOf({ REKEY_SHOWN_IMAP: value, REKEY_SHOWN_SMTP: value })
    expect(brand.incoming).toEqual({ host, ...incoming })
    expect(brand.outgoing).toEqual({ host, ...outgoing })
  },
)

it('the configuration of the brand says which contrast a color lacks, and takes the palest grey that has it', () => {
  expect(faultsOf({ REKEY_ACCENT_COLOR: '#707070' })).toEqual([
    'REKEY_ACCENT_COLOR must have a contrast of 4.5:1 or more with the page’s white and its grey, #f2f4f7 (WCAG 2.2, 1.4.3); it has 4.49:1',
  ])
  expect(brandOf({ REKEY_ACCENT_COLOR: '#6f6f6f' }).accent?.light.accent).toEqual([0x6f, 0x6f, 0x6f])
})

it.each(Object.entries(pictures))(
  'the configuration of the brand knows a logo of type %s by its first bytes',
  (type, bytes) => {
    expect(brandOf({ REKEY_LOGO_FILE: scratchFile(bytes) }).logo).toEqual({ type, bytes })
  },
)

it.each([
  ['is empty', '', 'must be an SVG, PNG, JPEG or WebP picture'],
  ['is a page', '<!doctype html><svg></svg>', 'must be an SVG, PNG, JPEG or WebP picture'],
  ['only speaks of a picture', '<!-- <svg> -->', 'must be an SVG, PNG, JPEG or WebP picture'],
  ['is sound', 'RIFF\x24\0\0\0WAVEfmt ', 'must be an SVG, PNG, JPEG or WebP picture'],
  ['is large', `<svg>${' '.repeat(32 * 1024 - 4)}`, 'must be at most 32 KiB; this file has 33 KiB'],
])('the configuration of the brand refuses a logo that %s', (_what, text, fault) => {
  expect(faultsOf({ REKEY_LOGO_FILE: scratchFile(text) })).toEqual([`REKEY_LOGO_FILE ${fault}`])
  expect(brandOf({ REKEY_LOGO_FILE: scratchFile(`<svg>${' '.repeat(32 * 1024 - 5)}`) }).logo).toBeDefined()
})
