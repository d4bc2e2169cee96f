import type { Request } from 'express'
import { compile } from 'proxy-addr'
import { isLoopbackAddress, parseClientAddress, parseForwardedAddress } from '../lib/ip-address.js'

/** What proxies add to the requests that they hand on. */
const PROXY_HEADER =
  /^(?:forwarded|via|x-forwarded(?:-.+)?|x-envoy-.+|(?:.+-)?(?:client|connecting|real|cluster)-ip|x-original-forwarded-for)$/

/**
 * Which proxies are believed, for Express's `trust proxy`.
 *
 * @param proxies how many there are, or their addresses and networks
 * @param isOnSocket whether the service listens on a Unix socket: what calls there has no address, and is a proxy
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

/** Whether a trusted proxy handed the request on by whose clock ours goes: one on this host, by the socket or the loopback. */
export function cameFromProxyHere({ app, socket: { remoteAddress } }: Request): boolean {
  return (
    trustOf(app)(remoteAddress, 0) &&
    (remoteAddress === undefined || isLoopbackAddress(parseClientAddress(remoteAddress) ?? ''))
  )
}

/** Whether a proxy says that the request passed it. */
export function passedProxy({ headers }: Request): boolean {
  return Object.keys(headers).some((name) => PROXY_HEADER.test(name))
}

/**
 * The address that the trusted proxies hand on, if it can be a person's. A proxy that hands on what its client wrote would
 * let anybody be the loopback, whose programs may do more than others, so that one is never believed.
 */
export function handedOnAddress(request: Request): string | undefined {
  const address = parseForwardedAddress(request.ips[0] ?? '')
  return address === undefined || isLoopbackAddress(address) ? undefined : address
}

/**
 * Whether a trusted proxy handed the request on and named no address. Browsers call Rekey by way of a proxy, even if it adds no
 * header that says so.
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
