import type { Request } from 'express'
import { compile } from 'proxy-addr'
import { isLoopbackAddress, parseClientAddress, parseForwardedAddress } from '../lib/ip-address.js'

/** Headers that proxies add to the requests they forward. */
const PROXY_HEADER =
  /^(?:forwarded|via|x-forwarded(?:-.+)?|x-envoy-.+|(?:.+-)?(?:client|connecting|real|cluster)-ip|x-original-forwarded-for)$/

/**
 * Makes the function for Express's `trust proxy`, which decides which proxies are trusted.
 *
 * @param proxies how many there are, or their addresses and networks
 * @param isOnSocket whether the service listens on a Unix socket, whose callers have no address and are proxies
 */
export function createProxyTrust(
  proxies: number | readonly string[],
  isOnSocket: boolean,
): (address: string | undefined, hop: number) => boolean {
  const first = isOnSocket ? 1 : 0
  if (typeof proxies === 'number') return (_address, hop) => hop < Math.max(proxies, first)
  const isProxy = compile([...proxies])
  return (address, hop) => hop < first || isProxy(parseForwardedAddress(address ?? '') ?? '', hop)
}

/** Whether a trusted proxy on this host, with the same clock, forwarded the request: through the socket or the loopback. */
export function cameFromProxyHere({ app, socket: { remoteAddress } }: Request): boolean {
  return (
    trustOf(app)(remoteAddress, 0) &&
    (remoteAddress === undefined || isLoopbackAddress(parseClientAddress(remoteAddress) ?? ''))
  )
}

/** Whether a header shows that the request passed a proxy. */
export function passedProxy({ headers }: Request): boolean {
  return Object.keys(headers).some((name) => PROXY_HEADER.test(name))
}

/**
 * The address that the trusted proxies forwarded, if it can be a person's. A loopback address is never accepted, because local
 * programs may do more than others, and some proxies forward whatever their client wrote.
 */
export function forwardedAddress(request: Request): string | undefined {
  const address = parseForwardedAddress(request.ips[0] ?? '')
  return address === undefined || isLoopbackAddress(address) ? undefined : address
}

/**
 * Whether a trusted proxy forwarded the request without an address. A request from a browser must have come through a proxy, even
 * one that adds no headers.
 */
export function lacksAddress(request: Request): boolean {
  const [named] = request.ips
  if (named !== undefined) return parseForwardedAddress(named) === undefined
  return (
    trustOf(request.app)(request.socket.remoteAddress, 0) &&
    (passedProxy(request) || request.get('sec-fetch-site') !== undefined)
  )
}

function trustOf(app: Request['app']): ReturnType<typeof createProxyTrust> {
  return app.get('trust proxy fn')
}
