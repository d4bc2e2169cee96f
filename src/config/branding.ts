import * as z from 'zod'
import {
  type Accent,
  contrast,
  createAccent,
  LEAST_CONTRAST,
  LIGHT_PAPERS,
  parseColor,
} from '../branding/accent.js'
import type { Brand, MailHost } from '../branding/brand.js'
import { type Logo, parseLogo } from '../branding/logo.js'
import { type AddFault, readBytes } from './environment.js'
import { fault, isHost, isHttpsOrLoopback, url, type ValuesOf } from './fields.js'

/** The logo is part of the page's first load, which must stay under 60 KB. */
const MAX_LOGO_BYTES = 32 * 1024

export const title = 'Branding'

export const variables = {
  REKEY_BRAND_NAME: line(60).describe('Your name on the page, up to 60 characters.'),
  REKEY_LOGO_FILE: z
    .string()
    .optional()
    .describe('Your logo: a file with an SVG, PNG, JPEG or WebP picture, at most 32 KiB.'),
  REKEY_ACCENT_COLOR: accentColor().describe(
    'Your color, such as `#1f5fa8`. It needs a contrast of 4.5:1 with white and with `#f2f4f7`.',
  ),
  REKEY_SUPPORT_CONTACT: line(120).describe(
    'The contact for people who need help, such as `helpdesk@example.org, +49 30 1234`.',
  ),
  REKEY_SUPPORT_URL: link(
    ({ protocol }) => ['https:', 'mailto:', 'tel:'].includes(protocol),
    'must be a link that begins with https:, mailto: or tel:',
  ).describe('The link to the contact: `https:`, `mailto:` or `tel:`.'),
  REKEY_EXTRA_TEXT: lines(500).describe('A text of up to 500 characters at the bottom of the page.'),
  REKEY_WEBMAIL_URL: link(
    isHttpsOrLoopback,
    'must be a link such as https://webmail.example.org/ (plain http only on the loopback)',
  ).describe('The link to webmail on the page, such as `https://webmail.example.org/`.'),
  REKEY_SHOWN_IMAP: mailHost(993, 143).describe(
    'The incoming mail server (IMAP) that the page shows for mail programs, such as `mail.example.org`. The default port is 993; 143 means STARTTLS. Rekey itself uses `REKEY_IMAP_URL`.',
  ),
  REKEY_SHOWN_SMTP: mailHost(465, 587).describe(
    'The same for outgoing mail (SMTP). The default port is 465; 587 means STARTTLS. Rekey itself uses `REKEY_SMTP_URL`.',
  ),
}

/** The administrator's name, logo, color and links. Reads the logo's file. */
export function select(values: ValuesOf<typeof variables>, addFault: AddFault) {
  const { REKEY_LOGO_FILE: logoFile } = values
  const brand: Brand = {
    name: values.REKEY_BRAND_NAME,
    logo: logoFile === undefined ? undefined : loadLogo(logoFile, addFault),
    accent: values.REKEY_ACCENT_COLOR,
    support: Object.freeze({ contact: values.REKEY_SUPPORT_CONTACT, url: values.REKEY_SUPPORT_URL }),
    extraText: values.REKEY_EXTRA_TEXT,
    webmailUrl: values.REKEY_WEBMAIL_URL,
    incoming: values.REKEY_SHOWN_IMAP,
    outgoing: values.REKEY_SHOWN_SMTP,
  }
  return { brand: Object.freeze(brand) }
}

function loadLogo(path: string, addFault: AddFault): Logo | undefined {
  const bytes = readBytes('REKEY_LOGO_FILE', path, addFault)
  if (bytes === undefined) return undefined
  if (bytes.length > MAX_LOGO_BYTES) {
    const size = Math.ceil(bytes.length / 1024)
    addFault(`REKEY_LOGO_FILE must be at most ${MAX_LOGO_BYTES / 1024} KiB; this file has ${size} KiB`)
    return undefined
  }
  const logo = parseLogo(bytes)
  if (!logo) addFault('REKEY_LOGO_FILE must be an SVG, PNG, JPEG or WebP picture')
  return logo && Object.freeze(logo)
}

function line(max: number) {
  return text(max, /[\p{Cc}\p{Zl}\p{Zp}]/u, `must be a text of 1 to ${max} characters on one line`)
}

/** Plain text that may have several lines. */
function lines(max: number) {
  return text(max, /[^\P{Cc}\n]/u, `must be a text of 1 to ${max} characters, without control characters`)
}

function text(max: number, forbidden: RegExp, message: string) {
  return z
    .string()
    .transform((value) => value.replaceAll('\r\n', '\n').trim())
    .refine((value) => value !== '' && [...value].length <= max && !forbidden.test(value), message)
    .optional()
}

function accentColor() {
  return z
    .string()
    .transform((value, context): Accent => {
      const color = parseColor(value)
      if (!color) return fault(context, 'must be a color such as #1f5fa8')
      const ratio = Math.min(...LIGHT_PAPERS.map((paper) => contrast(color, paper)))
      if (ratio >= LEAST_CONTRAST) return createAccent(color)
      // Rounded down: 4.499 must not read as 4.5.
      const printed = Math.floor(ratio * 100) / 100
      return fault(
        context,
        `must have a contrast of ${LEAST_CONTRAST}:1 or more with the page’s white and its grey, #f2f4f7 (WCAG 2.2, 1.4.3); it has ${printed}:1`,
      )
    })
    .optional()
}

/** A link for people, without a login. */
function link(isTaken: (url: URL) => boolean, message: string) {
  return url(message, (target) =>
    isTaken(target) && !target.username && !target.password ? target.href : undefined,
  ).optional()
}

/**
 * `HOST` or `HOST:PORT`.
 *
 * @param port the default: the one with TLS from the start (RFC 8314)
 * @param startTlsPort the one with STARTTLS; any other port means TLS from the start
 */
function mailHost(port: number, startTlsPort: number) {
  const message = `must be a host such as mail.example.org, or mail.example.org:${startTlsPort}`
  return z
    .string()
    .transform((value, context): MailHost => {
      const [, host = '', digits] = /^([^:]{1,253})(?::(\d{1,5}))?$/.exec(value) ?? []
      const given = digits === undefined ? port : Number(digits)
      if (!isHost(host) || given < 1 || given > 65_535) return fault(context, message)
      return { host, port: given, security: given === startTlsPort ? 'starttls' : 'tls' }
    })
    .optional()
}
