import type { Request, RequestHandler } from 'express'
import { compile } from 'proxy-addr'
import { Refused } from '../../core/answer.js'
import { parseClientAddress } from '../../lib/ip-address.js'
import { forwardedAddress, passedProxy } from '../forwarded-address.js'

/**
 * Refuses requests from other addresses than these.
 *
 * @param networks addresses and networks, in the form of Express's `trust proxy`
 */
export function createWebmailHostCheck(networks: readonly string[]): RequestHandler {
  const isWebmailHost = compile([...networks])

  function comesFromWebmail(request: Request): boolean {
    // An untrusted proxy forwards everybody's requests from its own address, which may be the loopback. So if the request passed
    // proxies, each one named must be trusted, and the first name is the sender.
    const wasForwarded = passedProxy(request)
    const named = (request.get('x-forwarded-for') ?? '')
      .split(',')
      .filter((entry) => entry.trim() !== '').length
    if (wasForwarded && (named === 0 || request.ips.length !== named)) return false
    const address = wasForwarded ? forwardedAddress(request) : parseClientAddress(request.ip ?? '')
    return address !== undefined && isWebmailHost(address, 0)
  }

  return function refuseOtherHosts(request, _response, next) {
    next(comesFromWebmail(request) ? undefined : new Refused({ code: 'unknown-webmail-host' }))
  }
}
