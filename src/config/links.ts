import { z } from 'zod'
import type { MailHost } from '../branding/brand.js'
import { fault, isHost, url } from './fields.js'

// The fields that name other servers to people and their browsers.

/** A link that people follow; it holds no password. */
export function link(isTaken: (url: URL) => boolean, message: string) {
  return url(message, (target) =>
    isTaken(target) && !target.username && !target.password ? target.href : undefined,
  ).optional()
}

/**
 * `HOST` or `HOST:PORT`.
 *
 * @param port of the protocol under TLS from the start, which is the default (RFC 8314)
 * @param startTlsPort of the protocol with STARTTLS; every other one is taken to be under TLS
 */
export function mailHost(port: number, startTlsPort: number) {
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
