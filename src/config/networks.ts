import { isIP } from 'node:net'
import * as z from 'zod'
import { parseClientAddress } from '../lib/ip-address.js'
import { fault } from './fields.js'

const NETWORK_NAMES = ['loopback', 'linklocal', 'uniquelocal']

/** For error messages. */
export const NETWORKS_EXAMPLE = 'addresses and networks such as 10.0.0.1,192.168.0.0/16'

/** Addresses and networks, joined by commas, in the form of Express's `trust proxy`. */
export function networks(fallback: string) {
  return z
    .string()
    .default(fallback)
    .transform((value, context) =>
      value === '' ? [] : (parseNetworks(value) ?? fault(context, `must be ${NETWORKS_EXAMPLE}`)),
    )
}

/** Undefined if an entry is neither an address nor a network. */
export function parseNetworks(list: string): readonly string[] | undefined {
  const entries = list.split(',').map((entry) => entry.trim())
  return entries.every(isNetwork) ? entries : undefined
}

/**
 * Refuses networks that contain almost everyone: they would let anyone forge the address that the rate limits count.
 * The IPv6 networks around zero contain all of IPv4, as mapped addresses.
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
