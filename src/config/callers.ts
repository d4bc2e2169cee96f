import { isIP } from 'node:net'
import * as z from 'zod'
import type { Client } from '../http/submission/clients.js'
import { parseClientAddress } from '../lib/ip-address.js'
import { Secret } from '../lib/secret.js'
import { fault, SECRET, type ValuesOf } from './fields.js'

const NETWORK_NAMES = ['loopback', 'linklocal', 'uniquelocal']
const NETWORKS_EXAMPLE = 'addresses and networks such as 10.0.0.1,192.168.0.0/16'

/** A token of RFC 6750 section 2.1 (`b64token`), too long to be guessed: 32 hex digits have 128 bits. */
const CLIENT = /^([A-Za-z0-9][\w.-]{0,31})=([\w.~+/-]{32,512}=*)$/

export const title = 'Proxies, clients and webmail servers'

export const variables = {
  REKEY_TRUST_PROXY: trustedProxies().describe(
    'The proxies whose `X-Forwarded-For` is trusted: how many there are, or their addresses and networks, joined by commas.',
  ),
  REKEY_CLIENTS: clients().describe(
    'The programs that may name the person’s address, each as `NAME=TOKEN`, joined by commas or line breaks. Make a token with `openssl rand -hex 32`; it needs 32 characters or more.',
  ),
  REKEY_WEBMAIL_ADDRESSES: networks('loopback').describe(
    'The webmail servers that may use the forms without a token: their addresses and networks, joined by commas.',
  ),
}

/** The programs and servers that Rekey knows: proxies, clients and webmail. */
export function select(values: ValuesOf<typeof variables>) {
  return {
    trustProxy: values.REKEY_TRUST_PROXY,
    clients: values.REKEY_CLIENTS,
    webmailAddresses: values.REKEY_WEBMAIL_ADDRESSES,
  }
}

/** The proxies in front of the service: how many there are, or their addresses and networks. */
function trustedProxies() {
  return z
    .string()
    .transform((value, context) => {
      if (/^\d$/.test(value)) return Number(value)
      return (
        parseNetworks(value) ??
        fault(context, `must be a number of proxies from 0 to 9, or ${NETWORKS_EXAMPLE}`)
      )
    })
    .default(0)
}

/** Addresses and networks, joined by commas. */
function networks(fallback: (typeof NETWORK_NAMES)[number]) {
  return z
    .string()
    .default(fallback)
    .transform((value, context) => parseNetworks(value) ?? fault(context, `must be ${NETWORKS_EXAMPLE}`))
}

function parseNetworks(list: string): readonly string[] | undefined {
  const entries = list.split(',').map((entry) => entry.trim())
  return entries.every(isNetwork) ? entries : undefined
}

/**
 * Refuses networks so wide that they hold everybody: then anyone could forge the address that the limits count.
 * The IPv6 networks around zero contain all of IPv4, in its mapped form.
 */
function isNetwork(entry: string): boolean {
  if (NETWORK_NAMES.includes(entry)) return true
  const [text = '', bits, ...rest] = entry.split('/')
  const address = parseClientAddress(text)
  if (address === undefined || text.includes('%') || rest.length > 0) return false
  // Express throws on these.
  if (isIP(address) === 6 && text.includes('.')) return false
  if (bits === undefined) return true
  if (!/^\d{1,3}$/.test(bits) || isIP(text) !== isIP(address)) return false
  const length = Number(bits)
  return isIP(address) === 4
    ? length >= 8 && length <= 32
    : length >= 7 && length <= 128 && (length === 128 || !address.startsWith('::'))
}

/** `NAME=TOKEN`, several joined by commas or line breaks. */
function clients() {
  return z
    .string()
    .default('')
    .transform((value, context): readonly Client[] => {
      const entries = value
        .split(/[,\n]/)
        .map((entry) => entry.trim())
        .filter((entry) => entry !== '')
      const list = entries.flatMap((entry) => {
        const [, name, token] = CLIENT.exec(entry) ?? []
        return name && token ? [{ name, token: new Secret(token) }] : []
      })
      const names = new Set(list.map(({ name }) => name))
      const tokens = new Set(list.map(({ token }) => token.reveal()))
      if (list.length < entries.length || (value !== '' && list.length === 0)) {
        return fault(
          context,
          'must be NAME=TOKEN, several joined by commas or line breaks; a token has 32 characters or more, as made by: openssl rand -hex 32',
        )
      }
      if (names.size < list.length || tokens.size < list.length) {
        return fault(context, 'must give each client a name and a token of its own')
      }
      return list
    })
    .meta(SECRET)
}
