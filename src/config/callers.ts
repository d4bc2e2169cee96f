import * as z from 'zod'
import type { Client } from '../http/submission/clients.js'
import { Secret } from '../lib/secret.js'
import { fault, SECRET, type ValuesOf } from './fields.js'
import { NETWORKS_EXAMPLE, networks, parseNetworks } from './networks.js'

/** The token is a `b64token` (RFC 6750 section 2.1) that is too long to guess: 32 hex digits have 128 bits. */
const CLIENT = /^([A-Za-z0-9][\w.-]{0,31})=([\w.~+/-]{32,512}=*)$/

export const title = 'Proxies, clients and webmail servers'

export const variables = {
  REKEY_TRUST_PROXY: trustedProxies().describe(
    'The [proxies](reverse-proxy.md#which-proxies-to-trust) whose `X-Forwarded-For` Rekey trusts: their number, or their addresses and networks, joined by commas.',
  ),
  REKEY_CLIENTS: clients().describe(
    'The clients that may send the person’s address, each as `NAME=TOKEN`, joined by commas or line breaks. A token has 32 characters or more: make one with `openssl rand -hex 32`.',
  ),
  REKEY_WEBMAIL_ADDRESSES: networks('loopback').describe(
    'The webmail servers that may [use the forms](webmail.md#who-may-use-the-forms) without a token: addresses and networks, joined by commas.',
  ),
}

/** The proxies, clients and webmail servers that Rekey knows. */
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
          'must be a list of NAME=TOKEN, joined by commas or line breaks. A token has 32 characters or more. Make one with: openssl rand -hex 32',
        )
      }
      if (names.size < list.length || tokens.size < list.length) {
        return fault(context, 'must not use a name or a token twice')
      }
      return list
    })
    .meta(SECRET)
}
