import { isIP } from 'node:net'

/** An IPv4-mapped IPv6 address, as the URL parser writes it: `::ffff:c000:201`. */
const MAPPED_IPV4 = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/

/** An IPv6 address in brackets, with or without a port, or an IPv4 address with a port. */
const WITH_PORT = /^(?:\[([^\]]*)\](?::\d{1,5})?|([\d.]+):\d{1,5})$/

/**
 * Writes an IP address in canonical form, so that equal addresses are equal strings: IPv4-mapped IPv6 as IPv4, IPv6 as in RFC
 * 5952 without a zone. Returns undefined if the text isn't an IP address.
 */
export function parseClientAddress(text: string): string | undefined {
  const trimmed = text.trim()
  const version = isIP(trimmed)
  if (version === 4) return trimmed
  if (version !== 6) return undefined
  const [address = ''] = trimmed.split('%')
  const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1)
  const mapped = MAPPED_IPV4.exec(canonical)
  if (!mapped) return canonical
  const [high, low] = [Number.parseInt(mapped[1] ?? '', 16), Number.parseInt(mapped[2] ?? '', 16)]
  return [high >> 8, high & 255, low >> 8, low & 255].join('.')
}

/**
 * Reads an address as proxies write it: some add the port, and brackets around IPv6 (`203.0.113.9:51234`, `[2001:db8::9]:443`).
 * Returns the same form as `parseClientAddress`, or undefined if the text isn't an address.
 */
export function parseForwardedAddress(text: string): string | undefined {
  const [, bracketed, plain] = WITH_PORT.exec(text.trim()) ?? []
  return parseClientAddress(bracketed ?? plain ?? text)
}

/** Removes the brackets around an IPv6 address in a URL's host. */
export function withoutBrackets(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/, '$1')
}

/**
 * Whether this is a loopback address.
 *
 * @param address in the form of `parseClientAddress`
 */
export function isLoopbackAddress(address: string): boolean {
  return address === '::1' || address.startsWith('127.')
}

/**
 * Whether data sent to this host stays on this host, so that nobody can intercept it. IPv6 addresses have brackets, as in URLs.
 */
export function isLoopback(hostname: string): boolean {
  if (isIP(hostname) === 4) return hostname.startsWith('127.')
  return hostname === '[::1]' || hostname.toLowerCase() === 'localhost'
}

/**
 * The network that belongs to one sender: the IPv4 address itself, or the first 64 bits of an IPv6 address, which every site has
 * (RFC 6177).
 *
 * @param address in the form of `parseClientAddress`
 */
export function networkOf(address: string): string {
  return address.includes(':') ? firstGroups(address, 4) : address
}

/**
 * A network in which one sender may have many addresses: the first 24 bits of an IPv4 address, or 48 of an IPv6 address, which a
 * large site has (RFC 6177, section 2).
 *
 * @param address in the form of `parseClientAddress`
 */
export function wideNetworkOf(address: string): string {
  return address.includes(':') ? firstGroups(address, 3) : `${address.split('.').slice(0, 3).join('.')}.0/24`
}

/** @param count how many 16-bit groups of an IPv6 address to keep */
function firstGroups(address: string, count: number): string {
  const [head = '', tail] = address.split('::')
  const first = head === '' ? [] : head.split(':')
  const last = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = Array<string>(8 - first.length - last.length).fill('0')
  return `${[...first, ...zeros, ...last].slice(0, count).join(':')}::/${16 * count}`
}
