import type { Request, RequestHandler } from 'express'
import { compile } from 'proxy-addr'
import { Refused } from '../../core/answer.js'
import { parseClientAddress } from '../../lib/ip-address.js'
import { handedOnAddress, passedProxy } from '../forwarded-address.js'

/**
 * Refuses requests that come from none of these addresses and networks.
 *
 * @param networks in the form of Express's `trust proxy`
 */
export function createWebmailHostCheck(networks: readonly string[]): RequestHandler {
  const isWebmailHost = compile([...networks])

  function comesFromWebmail(request: Request): boolean {
    // A proxy that is not trusted hands on everybody's requests under its own address, which may be the loopback's:
    // where the request passed proxies, each that is named must be trusted, and the first name is the sender's.
    const wasHandedOn = passedProxy(request)
    const named = (request.get('x-forwarded-for') ?? '')
      .split(',')
      .filter((entry) => entry.trim() !== '').length
    if (wasHandedOn && (named === 0 || request.ips.length !== named)) return false
    const address = wasHandedOn ? handedOnAddress(request) : parseClientAddress(request.ip ?? '')
    return address !== undefined && isWebmailHost(address, 0)
  }

  return function refuseOtherHosts(request, _response, next) {
    next(comesFromWebmail(request) ? undefined : new Refused({ code: 'unknown-webmail-host' }))
  }
}
